-- What was done, as the alert's account says it (core/store/alert_audit.h); NULL: an event of an earlier version.
ALTER TABLE fajma_alerte_evenement ADD COLUMN fait VARCHAR(20);
