#include "core/json/health_json.h"

#include "core/json/writer.h"

namespace fajma::json {

std::string HealthBody(std::string_view status, const std::vector<std::string>& reasons) {
  std::string body;
  ObjectWriter writer(body);
  writer.String("status", status);
  if (!reasons.empty()) {
    std::string& list = writer.Key("reasons");
    for (std::size_t i = 0; i < reasons.size(); ++i) {
      list.push_back(i == 0 ? '[' : ',');
      AppendJsonString(list, reasons[i]);
    }
    list.push_back(']');
  }
  writer.End();
  return body;
}

std::string ReadyBody(const std::vector<std::string>& defects) {
  return HealthBody(defects.empty() ? "ok" : "degraded", defects);
}

}  // namespace fajma::json
