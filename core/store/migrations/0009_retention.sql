-- One row: how far retention has cut. curseur: of what has a cursor up to it nothing is promised any more, and who comes
-- back from before it is told of a gap. instant: all that was cut had been stored before it. Both only grow, and are
-- written in the transaction that makes the first row go.
CREATE TABLE fajma_retention (
  id SMALLINT PRIMARY KEY,
  curseur BIGINT NOT NULL,
  instant BIGINT NOT NULL
);
INSERT INTO fajma_retention (id, curseur, instant) VALUES (1, 0, 0);

-- An alert goes with its events. From here on premiere_id and derniere_id of fajma_serie are bounds: no reading of the
-- series has an id outside of them.
CREATE INDEX fajma_alerte_evenement_alerte ON fajma_alerte_evenement (alerte_id);
