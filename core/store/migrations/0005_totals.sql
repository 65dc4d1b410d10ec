-- Sums over all patients: echelle -1 (minutes) and -60 (hours), with patient_id and dispositif_id 0. Whoever may see all
-- patients asks for statistics most often, and then a few rows an hour are read instead of one for each series.
INSERT INTO fajma_cumul (echelle, debut, patient_id, dispositif_id, type_id, nombre, somme, minimum, maximum, derniere)
  SELECT -echelle, debut, 0, 0, type_id, CAST(SUM(nombre) AS BIGINT), SUM(somme), MIN(minimum), MAX(maximum),
    MAX(derniere)
  FROM fajma_cumul WHERE echelle > 0 GROUP BY 1, 2, 5;
