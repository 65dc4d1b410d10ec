-- How often a device is expected to report, in seconds, as a person set it; NULL: as it was learnt.
ALTER TABLE fajma_dispositivesiot ADD COLUMN intervalle_attendu INTEGER;

-- What is learnt of it (core/domain/report_gaps.h): the receipt of the newest live message, the begin of the open
-- stretch, the gaps. quarantaine_le: when the last message of the device was quarantined; 0: never.
ALTER TABLE fajma_etat_dispositif ADD COLUMN direct_le BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_etat_dispositif ADD COLUMN troncon_depuis BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_etat_dispositif ADD COLUMN ecarts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_etat_dispositif ADD COLUMN quarantaine_le BIGINT NOT NULL DEFAULT 0;

-- The devices that patients have now.
CREATE INDEX fajma_affectation_presente ON fajma_affectation (dispositif_id, patient_id, depuis) WHERE jusqu_a IS NULL;
