-- Statistics from rollups, changes of stored data, thresholds, sockets' sessions, the journal of accesses.

-- Sums over minutes (echelle 1) and hours (echelle 60) of measured time, for each patient, device and type. debut: the
-- first microsecond of the interval; derniere: the newest time of measurement in it. The key leads with the time: live
-- rows are written side by side.
CREATE TABLE fajma_cumul (
  echelle SMALLINT NOT NULL,
  debut BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  dispositif_id BIGINT NOT NULL,
  type_id SMALLINT NOT NULL,
  nombre BIGINT NOT NULL,
  somme DOUBLE PRECISION NOT NULL,
  minimum DOUBLE PRECISION NOT NULL,
  maximum DOUBLE PRECISION NOT NULL,
  derniere BIGINT NOT NULL,
  PRIMARY KEY (echelle, debut, patient_id, dispositif_id, type_id)
)
--sqlite WITHOUT ROWID
;
INSERT INTO fajma_cumul (echelle, debut, patient_id, dispositif_id, type_id, nombre, somme, minimum, maximum, derniere)
  SELECT 1, "timestamp" - "timestamp" % 60000000, patient_id, dispositif_id, type_id, COUNT(*), SUM(valeur),
    MIN(valeur), MAX(valeur), MAX("timestamp")
  FROM fajma_donneescapteursiot GROUP BY 1, 2, 3, 4, 5;
INSERT INTO fajma_cumul (echelle, debut, patient_id, dispositif_id, type_id, nombre, somme, minimum, maximum, derniere)
  SELECT 60, debut - debut % 3600000000, patient_id, dispositif_id, type_id, CAST(SUM(nombre) AS BIGINT), SUM(somme),
    MIN(minimum), MAX(maximum), MAX(derniere)
  FROM fajma_cumul WHERE echelle = 1 GROUP BY 1, 2, 3, 4, 5;

-- What ingest keeps from now on.
UPDATE fajma_serie SET premiere_id = bornes.premiere, derniere_id = bornes.derniere
  FROM (SELECT patient_id, dispositif_id, type_id, MIN(id) AS premiere, MAX(id) AS derniere
    FROM fajma_donneescapteursiot GROUP BY 1, 2, 3) AS bornes
  WHERE fajma_serie.patient_id = bornes.patient_id AND fajma_serie.dispositif_id = bornes.dispositif_id
    AND fajma_serie.type_id = bornes.type_id;

-- How often stored readings were changed or deleted: what is known of their places in lists holds no longer than this.
ALTER TABLE fajma_base ADD COLUMN corrections BIGINT NOT NULL DEFAULT 0;

-- A deleted alert is hidden: its events stay.
ALTER TABLE fajma_alertesiot ADD COLUMN supprime_le BIGINT;
CREATE INDEX fajma_alertesiot_declencheur ON fajma_alertesiot (donnee_declencheur_id)
  WHERE donnee_declencheur_id IS NOT NULL;

-- Thresholds that differ from those of the catalogue of measures; patient_id 0: for all patients. A bound that is NULL
-- never fires.
CREATE TABLE fajma_seuil (
  id {id},
  patient_id BIGINT NOT NULL,
  mesure SMALLINT NOT NULL,
  niveau VARCHAR(20) NOT NULL,
  seuil_bas DOUBLE PRECISION,
  seuil_haut DOUBLE PRECISION,
  date_modification BIGINT NOT NULL,
  modifie_par_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX fajma_seuil_unique ON fajma_seuil (patient_id, mesure, niveau);

-- Each change of them, in order; en_vigueur 0: from then on it is the catalogue's again.
CREATE TABLE fajma_seuil_historique (
  id {id},
  seuil_id BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  mesure SMALLINT NOT NULL,
  niveau VARCHAR(20) NOT NULL,
  seuil_bas DOUBLE PRECISION,
  seuil_haut DOUBLE PRECISION,
  en_vigueur SMALLINT NOT NULL,
  depuis BIGINT NOT NULL,
  utilisateur_id BIGINT NOT NULL
);
CREATE INDEX fajma_seuil_historique_seuil ON fajma_seuil_historique (seuil_id, id);

-- Sockets of users. processus: which program holds it; when that starts anew, none of its sockets is open.
CREATE TABLE fajma_sessionswebsocket (
  id {id},
  channel_name VARCHAR(255) NOT NULL UNIQUE,
  room_name VARCHAR(255) NOT NULL,
  type_connexion VARCHAR(50) NOT NULL,
  adresse_ip VARCHAR(45) NOT NULL,
  user_agent TEXT NOT NULL,
  date_connexion BIGINT NOT NULL,
  derniere_activite BIGINT NOT NULL,
  active SMALLINT NOT NULL,
  utilisateur_id BIGINT NOT NULL,
  processus VARCHAR(255) NOT NULL
);
CREATE INDEX fajma_sessionswebsocket_utilisateur ON fajma_sessionswebsocket (utilisateur_id, id);
CREATE INDEX fajma_sessionswebsocket_active ON fajma_sessionswebsocket (id) WHERE active = 1;

-- Who read which patient's data: nombre reads in the minute that begins at minute. patient_id 0: of all whom the user
-- may see.
CREATE TABLE fajma_journal_acces (
  id {id},
  minute BIGINT NOT NULL,
  utilisateur_id BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  route VARCHAR(100) NOT NULL,
  nombre BIGINT NOT NULL
);
CREATE UNIQUE INDEX fajma_journal_acces_unique ON fajma_journal_acces (minute, utilisateur_id, patient_id, route);
CREATE INDEX fajma_journal_acces_patient ON fajma_journal_acces (patient_id, id);
CREATE INDEX fajma_journal_acces_utilisateur ON fajma_journal_acces (utilisateur_id, id);
