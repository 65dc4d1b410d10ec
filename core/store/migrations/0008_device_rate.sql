-- How much a device may still send (core/domain/device_rate.h): the receipt of the last message within the limit, what
-- was left then of the bucket and of the credit for a backlog, in millionths of a message, and when it was last told.
ALTER TABLE fajma_etat_dispositif ADD COLUMN debit_le BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_etat_dispositif ADD COLUMN debit_reste BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_etat_dispositif ADD COLUMN debit_credit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fajma_etat_dispositif ADD COLUMN debit_dit BIGINT NOT NULL DEFAULT 0;
-- A backlog of the time since its last contact passes.
UPDATE fajma_etat_dispositif SET debit_le = dernier_contact;
