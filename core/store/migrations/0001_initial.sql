-- The first schema. Shared by SQLite and PostgreSQL: {id} is a key that numbers itself, {key} a key that we number;
-- a line that begins with "--sqlite " or "--postgresql " is for that one only. Times are microseconds since 1970 UTC,
-- truth values 0 and 1. Names of documented tables and columns are the documented ones.

-- One row: what belongs to the database as a whole. commit_numero is the last commit number: taking the next one locks
-- the row until the commit, so commit order is number order with any number of writers.
CREATE TABLE fajma_base (
  id SMALLINT PRIMARY KEY,
  epoque VARCHAR(32) NOT NULL,
  commit_numero BIGINT NOT NULL
);

--postgresql CREATE SEQUENCE fajma_lot_seq;

-- A transaction that changed what is pushed: its rows are those whose id is in [lot * 8192, lot * 8192 + 8191].
-- With one writer lot = numero; with several, lots are handed out early and numbered late.
CREATE TABLE fajma_commit (
  numero {key},
  lot BIGINT NOT NULL,
  instant BIGINT NOT NULL
);
CREATE UNIQUE INDEX fajma_commit_lot ON fajma_commit (lot);
CREATE INDEX fajma_commit_instant ON fajma_commit (instant);

-- How far each consumer of the commit log has come.
CREATE TABLE fajma_consommateur (
  nom VARCHAR(50) PRIMARY KEY,
  curseur BIGINT NOT NULL
);

-- How far each door's journal is stored; written in the transaction that stored it.
CREATE TABLE fajma_point_journal (
  journal VARCHAR(36) PRIMARY KEY,
  segment BIGINT NOT NULL,
  position BIGINT NOT NULL
);

CREATE TABLE fajma_patient (
  id {id},
  identifiant VARCHAR(50) NOT NULL UNIQUE,
  nom VARCHAR(100) NOT NULL,
  prenom VARCHAR(100) NOT NULL,
  date_naissance VARCHAR(10),
  salle VARCHAR(50) NOT NULL,
  supprime_le BIGINT
);

CREATE TABLE fajma_utilisateur (
  id {id},
  password VARCHAR(256) NOT NULL,
  last_login BIGINT,
  username VARCHAR(150) NOT NULL UNIQUE,
  first_name VARCHAR(150) NOT NULL,
  last_name VARCHAR(150) NOT NULL,
  email VARCHAR(254) NOT NULL,
  is_active SMALLINT NOT NULL,
  date_joined BIGINT NOT NULL,
  role VARCHAR(20) NOT NULL
);

CREATE TABLE fajma_utilisateur_salle (
  utilisateur_id BIGINT NOT NULL,
  salle VARCHAR(50) NOT NULL,
  PRIMARY KEY (utilisateur_id, salle)
);

CREATE TABLE fajma_dispositivesiot (
  id {id},
  nom VARCHAR(100) NOT NULL,
  type_dispositif VARCHAR(50) NOT NULL,
  adresse_mac VARCHAR(17) NOT NULL,
  adresse_ip VARCHAR(45),
  status VARCHAR(20) NOT NULL,
  derniere_connexion BIGINT,
  version_firmware VARCHAR(20),
  niveau_batterie INTEGER,
  qualite_signal INTEGER,
  date_creation BIGINT NOT NULL,
  date_modification BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  supprime_le BIGINT
);
CREATE UNIQUE INDEX fajma_dispositivesiot_mac ON fajma_dispositivesiot (adresse_mac) WHERE supprime_le IS NULL;
CREATE INDEX fajma_dispositivesiot_patient ON fajma_dispositivesiot (patient_id);

-- A device belongs to a patient from a time to a time; jusqu_a NULL: still.
CREATE TABLE fajma_affectation (
  id {id},
  dispositif_id BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  depuis BIGINT NOT NULL,
  jusqu_a BIGINT
);
CREATE INDEX fajma_affectation_dispositif ON fajma_affectation (dispositif_id);

-- What ingest knows about a device's clock. horloge: 0 never seen, 1 right at its last live contact, 2 wrong.
CREATE TABLE fajma_etat_dispositif (
  dispositif_id BIGINT PRIMARY KEY,
  horloge SMALLINT NOT NULL,
  dernier_contact BIGINT NOT NULL,
  dernier_horodatage BIGINT NOT NULL
);

-- One start of a device. boot >= 0: the device's own number; boot < 0: inferred from an uptime that went back.
-- Every seq up to durable is settled, and those of epars ("347-349,352"). ancre: wall clock at uptime zero.
CREATE TABLE fajma_demarrage (
  dispositif_id BIGINT NOT NULL,
  boot BIGINT NOT NULL,
  durable BIGINT NOT NULL,
  epars TEXT NOT NULL,
  ancre BIGINT,
  dernier_uptime BIGINT NOT NULL,
  vu BIGINT NOT NULL,
  PRIMARY KEY (dispositif_id, boot)
);

-- What a reading is: the measures of the catalogue by their number, others (REST only) from 100, with mesure NULL.
CREATE TABLE fajma_type_donnee (
  id SMALLINT PRIMARY KEY,
  type_donnee VARCHAR(50) NOT NULL,
  unite VARCHAR(20) NOT NULL,
  mesure SMALLINT
);
CREATE UNIQUE INDEX fajma_type_donnee_libre ON fajma_type_donnee (type_donnee, unite) WHERE mesure IS NULL;

-- Readings, clustered in commit order. rang: place in its message, 0 begins one. empreinte: the content's hash on the
-- first row of a message that is identified by its device's trusted time; the index leads with the time, so that live
-- rows are added at its end.
CREATE TABLE fajma_donneescapteursiot (
  id {key},
  type_id SMALLINT NOT NULL,
  valeur DOUBLE PRECISION NOT NULL,
  entiere SMALLINT NOT NULL,
  "timestamp" BIGINT NOT NULL,
  recu BIGINT NOT NULL,
  qualite_donnee SMALLINT NOT NULL,
  source_temps SMALLINT NOT NULL,
  tardive SMALLINT NOT NULL,
  rang SMALLINT NOT NULL,
  dispositif_id BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  horodatage_dispositif TEXT,
  metadata TEXT,
  empreinte BIGINT
);
CREATE UNIQUE INDEX fajma_donnees_identite
  ON fajma_donneescapteursiot ("timestamp", dispositif_id, empreinte) WHERE empreinte IS NOT NULL;
CREATE INDEX fajma_donnees_patient ON fajma_donneescapteursiot (patient_id, id);

-- For each patient, device and type: how many readings, the least and the greatest id of all of them (NULL: not known;
-- a search for one series looks no further), and the newest that was live.
CREATE TABLE fajma_serie (
  patient_id BIGINT NOT NULL,
  dispositif_id BIGINT NOT NULL,
  type_id SMALLINT NOT NULL,
  nombre BIGINT NOT NULL,
  premiere_id BIGINT,
  derniere_id BIGINT,
  donnee_id BIGINT,
  valeur DOUBLE PRECISION,
  entiere SMALLINT,
  "timestamp" BIGINT,
  recu BIGINT,
  PRIMARY KEY (patient_id, dispositif_id, type_id)
)
--sqlite WITHOUT ROWID
;
CREATE INDEX fajma_serie_dispositif ON fajma_serie (dispositif_id);

CREATE TABLE fajma_alertesiot (
  id {id},
  niveau VARCHAR(20) NOT NULL,
  titre VARCHAR(200) NOT NULL,
  message TEXT NOT NULL,
  acquittee SMALLINT NOT NULL,
  date_acquittement BIGINT,
  date_creation BIGINT NOT NULL,
  acquittee_par_id BIGINT,
  dispositif_id BIGINT NOT NULL,
  donnee_declencheur_id BIGINT,
  patient_id BIGINT NOT NULL,
  condition_code VARCHAR(50) NOT NULL,
  resolue_le BIGINT
);
CREATE UNIQUE INDEX fajma_alertesiot_presente
  ON fajma_alertesiot (patient_id, condition_code) WHERE resolue_le IS NULL AND condition_code <> '';
CREATE INDEX fajma_alertesiot_patient ON fajma_alertesiot (patient_id, id);
CREATE INDEX fajma_alertesiot_dispositif ON fajma_alertesiot (dispositif_id, id);
CREATE INDEX fajma_alertesiot_active ON fajma_alertesiot (id) WHERE acquittee = 0;

-- Each change of an alert, with what changed as it was after it; id is in a lot, as a reading's.
CREATE TABLE fajma_alerte_evenement (
  id {key},
  alerte_id BIGINT NOT NULL,
  patient_id BIGINT NOT NULL,
  changement SMALLINT NOT NULL,
  niveau VARCHAR(20) NOT NULL,
  message TEXT NOT NULL,
  acquittee SMALLINT NOT NULL,
  acquittee_par_id BIGINT,
  date_acquittement BIGINT,
  resolue_le BIGINT
);
CREATE INDEX fajma_alerte_evenement_patient ON fajma_alerte_evenement (patient_id, id);

-- Messages of known devices that were not accepted. encodage: utf8 or hex; contenu is cut at 4 KiB of the message.
CREATE TABLE fajma_quarantaine (
  id {id},
  recu BIGINT NOT NULL,
  porte VARCHAR(10) NOT NULL,
  dispositif_id BIGINT NOT NULL,
  code VARCHAR(30) NOT NULL,
  detail VARCHAR(200) NOT NULL,
  encodage VARCHAR(4) NOT NULL,
  contenu TEXT NOT NULL
);
CREATE INDEX fajma_quarantaine_dispositif ON fajma_quarantaine (dispositif_id, id);
