-- The state of an alert's alarm (core/domain/alert.h): signal 0 off, 1 on, 2 acknowledged, 3 latched; the level of its
-- condition while that is present; when it escalates, until when it is silent (0: never, not), and the earlier of both.
ALTER TABLE fajma_alertesiot ADD COLUMN "signal" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_alertesiot ADD COLUMN niveau_condition VARCHAR(20);
ALTER TABLE fajma_alertesiot ADD COLUMN escalade_le BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_alertesiot ADD COLUMN silence_jusqu BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_alertesiot ADD COLUMN echeance BIGINT;
ALTER TABLE fajma_alertesiot ADD COLUMN assignee_a_id BIGINT;
ALTER TABLE fajma_alertesiot ADD COLUMN tardive SMALLINT NOT NULL DEFAULT 0;

-- Alerts of an earlier version: what is present is on or acknowledged; made by hand, or critical and over, it is latched
-- until it is acknowledged, the newest of a condition. None of them escalates by itself.
UPDATE fajma_alertesiot SET "signal" = CASE WHEN acquittee = 0 THEN 1 ELSE 2 END, niveau_condition = niveau
  WHERE supprime_le IS NULL AND resolue_le IS NULL AND condition_code <> '';
UPDATE fajma_alertesiot SET "signal" = 3
  WHERE supprime_le IS NULL AND acquittee = 0 AND condition_code = '';
UPDATE fajma_alertesiot SET "signal" = 3
  WHERE supprime_le IS NULL AND acquittee = 0 AND condition_code <> '' AND resolue_le IS NOT NULL
    AND niveau IN ('critical', 'emergency')
    AND NOT EXISTS (SELECT 1 FROM fajma_alertesiot AS autre WHERE autre.patient_id = fajma_alertesiot.patient_id
      AND autre.condition_code = fajma_alertesiot.condition_code AND autre.supprime_le IS NULL
      AND autre.id > fajma_alertesiot.id AND (autre.resolue_le IS NULL
        OR (autre.acquittee = 0 AND autre.niveau IN ('critical', 'emergency'))));

DROP INDEX fajma_alertesiot_presente;
CREATE UNIQUE INDEX fajma_alertesiot_ouverte ON fajma_alertesiot (patient_id, condition_code)
  WHERE "signal" <> 0 AND condition_code <> '';
CREATE INDEX fajma_alertesiot_echeance ON fajma_alertesiot (echeance) WHERE echeance IS NOT NULL;

ALTER TABLE fajma_alerte_evenement ADD COLUMN "signal" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_alerte_evenement ADD COLUMN niveau_condition VARCHAR(20);
ALTER TABLE fajma_alerte_evenement ADD COLUMN silence_jusqu BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_alerte_evenement ADD COLUMN assignee_a_id BIGINT;
ALTER TABLE fajma_alerte_evenement ADD COLUMN commentaire TEXT;

-- What is known of conditions between their values (core/alerts/condition_watch.h): phase, since when and how often, a
-- level each. Those that are inside on all levels have no row.
CREATE TABLE fajma_condition (
  patient_id BIGINT NOT NULL,
  condition_code VARCHAR(50) NOT NULL,
  etat VARCHAR(200) NOT NULL,
  PRIMARY KEY (patient_id, condition_code)
)
--sqlite WITHOUT ROWID
;

-- Who did what to which alert, and when: append-only. Each row's empreinte is the SHA-256 of the one before and of what
-- the row says (core/store/alert_audit.h).
CREATE TABLE fajma_alerte_audit (
  id BIGINT PRIMARY KEY,
  alerte_id BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  fait_le BIGINT NOT NULL,
  fait VARCHAR(20) NOT NULL,
  niveau VARCHAR(20) NOT NULL,
  utilisateur_id BIGINT,
  detail TEXT NOT NULL,
  empreinte CHAR(64) NOT NULL
);
CREATE INDEX fajma_alerte_audit_alerte ON fajma_alerte_audit (alerte_id, id);
CREATE TABLE fajma_alerte_audit_tete (
  nom VARCHAR(10) PRIMARY KEY,
  dernier_id BIGINT NOT NULL,
  empreinte CHAR(64) NOT NULL
);
INSERT INTO fajma_alerte_audit_tete (nom, dernier_id, empreinte)
  VALUES ('alertes', 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- What a threshold may set beside its bounds; NULL: the measure's dead band, at once, after one value. In microseconds.
ALTER TABLE fajma_seuil ADD COLUMN hysteresis DOUBLE PRECISION;
ALTER TABLE fajma_seuil ADD COLUMN delai_apparition BIGINT;
ALTER TABLE fajma_seuil ADD COLUMN delai_disparition BIGINT;
ALTER TABLE fajma_seuil ADD COLUMN repetitions BIGINT;
ALTER TABLE fajma_seuil_historique ADD COLUMN hysteresis DOUBLE PRECISION;
ALTER TABLE fajma_seuil_historique ADD COLUMN delai_apparition BIGINT;
ALTER TABLE fajma_seuil_historique ADD COLUMN delai_disparition BIGINT;
ALTER TABLE fajma_seuil_historique ADD COLUMN repetitions BIGINT;
