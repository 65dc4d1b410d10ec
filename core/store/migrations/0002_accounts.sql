-- Accounts: ended logins, API tokens, rooms as objects of their own, credentials of devices.

-- A token issued before this second (since 1970) is refused: the password was changed, or the user deactivated.
ALTER TABLE fajma_utilisateur ADD COLUMN jetons_depuis BIGINT NOT NULL DEFAULT 0;

-- Blacklisted refresh tokens, until they expire by themselves. sid: the login that ended with it, '' for a token of
-- another server. expire: seconds since 1970.
CREATE TABLE fajma_jeton_revoque (
  jti VARCHAR(255) PRIMARY KEY,
  sid VARCHAR(255) NOT NULL,
  utilisateur_id BIGINT NOT NULL,
  expire BIGINT NOT NULL,
  revoque_le BIGINT NOT NULL
);
CREATE INDEX fajma_jeton_revoque_expire ON fajma_jeton_revoque (expire);
CREATE INDEX fajma_jeton_revoque_utilisateur ON fajma_jeton_revoque (utilisateur_id, revoque_le);

-- Tokens of `Authorization: Token`. empreinte: SHA-256 in hex; sel: what the token is derived from, with the server's
-- key; '' for one that was made elsewhere.
CREATE TABLE fajma_jeton_api (
  empreinte VARCHAR(64) PRIMARY KEY,
  utilisateur_id BIGINT NOT NULL,
  sel VARCHAR(32) NOT NULL,
  cree BIGINT NOT NULL
);
CREATE INDEX fajma_jeton_api_utilisateur ON fajma_jeton_api (utilisateur_id);

CREATE TABLE fajma_salle (
  id {id},
  nom VARCHAR(50) NOT NULL UNIQUE
);
INSERT INTO fajma_salle (nom)
  SELECT salle FROM fajma_patient WHERE salle <> '' UNION SELECT salle FROM fajma_utilisateur_salle ORDER BY 1;

-- What a device proves itself with. jeton_empreinte: SHA-256 of its token in hex; mqtt_empreinte as the broker's
-- password file has it.
CREATE TABLE fajma_identifiant (
  id {id},
  dispositif_id BIGINT NOT NULL,
  jti VARCHAR(64) NOT NULL UNIQUE,
  jeton_empreinte VARCHAR(64) NOT NULL,
  mqtt_empreinte VARCHAR(200) NOT NULL,
  cree BIGINT NOT NULL,
  revoque_le BIGINT
);
CREATE INDEX fajma_identifiant_dispositif ON fajma_identifiant (dispositif_id, id);
