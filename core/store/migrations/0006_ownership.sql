-- Which process does what only one may do: as long as it says so again before `jusqu_a`.
CREATE TABLE fajma_bail (
  nom VARCHAR(50) PRIMARY KEY,
  proprietaire VARCHAR(36) NOT NULL,
  jusqu_a BIGINT NOT NULL
);
