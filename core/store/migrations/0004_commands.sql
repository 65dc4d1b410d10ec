-- Commands to devices. etat: queued, sent, done, failed, refused; one that is neither answered nor in time is expired.
-- envois: how often it was handed over; at the bound it is not sent again.
CREATE TABLE fajma_commande (
  id {id},
  uuid VARCHAR(36) NOT NULL UNIQUE,
  dispositif_id BIGINT NOT NULL,
  utilisateur_id BIGINT NOT NULL,
  commande VARCHAR(100) NOT NULL,
  params TEXT NOT NULL,
  date_creation BIGINT NOT NULL,
  date_expiration BIGINT NOT NULL,
  envois SMALLINT NOT NULL,
  date_envoi BIGINT,
  date_reponse BIGINT,
  etat VARCHAR(10) NOT NULL,
  detail VARCHAR(200) NOT NULL
);
CREATE INDEX fajma_commande_dispositif ON fajma_commande (dispositif_id, id);
