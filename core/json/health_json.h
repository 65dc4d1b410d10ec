// What /health/ answers. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fajma::json {

// {"status":"unavailable"}; with reasons: {"status":"degraded","reasons":["alarm_path"]}
std::string HealthBody(std::string_view status, const std::vector<std::string>& reasons = {});
// Of a process that serves: ok, or degraded and why.
std::string ReadyBody(const std::vector<std::string>& defects);

}  // namespace fajma::json
