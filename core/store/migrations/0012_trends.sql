-- What else a threshold may say: the measure rose or fell by at least so much, in its unit, within so many microseconds.
-- Both or none; NULL: no trend is looked for.
ALTER TABLE fajma_seuil ADD COLUMN variation DOUBLE PRECISION;
ALTER TABLE fajma_seuil ADD COLUMN variation_duree BIGINT;
ALTER TABLE fajma_seuil_historique ADD COLUMN variation DOUBLE PRECISION;
ALTER TABLE fajma_seuil_historique ADD COLUMN variation_duree BIGINT;
