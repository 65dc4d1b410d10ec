-- One row: the newest probe of the self-test of the alarm path (core/domain/self_test.h). It is no reading of anybody, so
-- nothing lists it. prevue: the second when it was due; evenement and evaluee: its place (lot * 8192 + index) in the
-- commit that stored it and in the one that says that it was evaluated for alerts; 0: not yet.
CREATE TABLE fajma_autotest (
  id SMALLINT PRIMARY KEY,
  prevue BIGINT NOT NULL,
  recue BIGINT NOT NULL,
  valeur DOUBLE PRECISION NOT NULL,
  evenement BIGINT NOT NULL,
  evaluee BIGINT NOT NULL
);
INSERT INTO fajma_autotest (id, prevue, recue, valeur, evenement, evaluee) VALUES (1, 0, 0, 0, 0, 0);
