-- Chat, and who escalated an alert.

-- evenement: the message's place among all commits, in a lot, as a reading's id. room_name: as in the path of its route;
-- of a room that was deleted, name#id, which no path has.
CREATE TABLE fajma_messagechat (
  id {id},
  room_name VARCHAR(255) NOT NULL,
  message TEXT NOT NULL,
  "timestamp" BIGINT NOT NULL,
  utilisateur_id BIGINT NOT NULL,
  evenement BIGINT NOT NULL
);
CREATE INDEX fajma_messagechat_salle ON fajma_messagechat (room_name, id);
CREATE UNIQUE INDEX fajma_messagechat_evenement ON fajma_messagechat (evenement);

-- An escalation by hand: by whom, and when. NULL: the change was not one.
ALTER TABLE fajma_alerte_evenement ADD COLUMN escaladee_par_id BIGINT;
ALTER TABLE fajma_alerte_evenement ADD COLUMN date_escalade BIGINT;
