// Who read which patient's data.
#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"
#include "core/store/access_store.h"

namespace fajma::rest {
namespace {

constexpr Micros kDay = 24 * 60 * kMicrosPerMinute;

void AppendAccess(std::string& out, const Access& access) {
  json::ObjectWriter writer(out);
  writer.Integer("id", access.id);
  writer.Time("minute", access.minute);
  writer.Integer("utilisateur", access.user_id);
  if (access.patient_id == kAnyPatient) {
    writer.Null("patient");
  } else {
    writer.Integer("patient", access.patient_id);
  }
  writer.String("route", access.route);
  writer.Integer("nombre", access.count);
  writer.End();
}

std::optional<Micros> DayOf(const Values& values, std::string_view name) {
  const std::optional<std::string> day = values.Text(name);
  return day ? ParseIso(*day + "T00:00:00Z") : std::nullopt;
}

}  // namespace

http::Response ListAccesses(Call& call) {
  auto read = ReadFilters(call, AccessFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  AccessFilter filter;
  filter.user_id = values.Integer("utilisateur");
  filter.patient_id = values.Integer("patient");
  filter.route = values.Text("route");
  filter.from = DayOf(values, "depuis");
  filter.until = DayOf(values, "jusqu_a");
  if (filter.until) *filter.until += kDay;  // that day too
  if (call.app.access_journal != nullptr) call.app.access_journal->Write();
  return AnswerPage(
      call, [&](PageRequest page) { return AccessStore(call.app.database).List(filter, page); }, AppendAccess);
}

}  // namespace fajma::rest
