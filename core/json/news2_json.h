// A NEWS2 score as REST shows it, which integrators get over MQTT too. Pure.
#pragma once

#include <string>

#include "core/domain/news2_score.h"

namespace fajma::json {

// {"score":…,"parametres_connus":5,"parametres":7,"partiel":true,"detail":[{"type_donnee":…,"valeur":…,"unite":…,
// "points":…,"mesure_le":…}],"calcule_le":…}: what is not known is not in `detail`.
void AppendNews2(std::string& out, const News2Score& score);

}  // namespace fajma::json
