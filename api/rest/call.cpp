#include "api/rest/call.h"

#include <charconv>
#include <utility>

namespace fajma::rest {
namespace {

std::variant<Values, http::Response> Checked(Validated validated) {
  if (!validated.ok()) return BadFields(validated.errors);
  return std::move(validated.values);
}

}  // namespace

std::optional<std::int64_t> Call::Id() const { return ParseId(id_text); }

std::optional<std::int64_t> ParseId(std::string_view text) {
  std::int64_t id = 0;
  const char* end_of_text = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), end_of_text, id);
  if (error != std::errc() || end != end_of_text || id < 1) return std::nullopt;
  return id;
}

std::string Call::UrlOf(std::string_view path) const {
  std::string url = scheme + "://";
  url += request.host;
  url += path;
  return url;
}

void EndSessions(const Call& call, const auth::SessionEnd& end) {
  if (call.app.end_sessions) call.app.end_sessions(end);
}

std::variant<Values, http::Response> ReadValues(const Call& call, std::span<const Field> fields, const Lookups& lookups,
                                                bool partial) {
  auto body = ReadBody(call.request);
  if (auto* refusal = std::get_if<http::Response>(&body)) return std::move(*refusal);
  const auto& [document, form] = std::get<Body>(body);
  return Checked(Validate(fields, document.root(), lookups, {.partial = partial, .form = form}));
}

std::variant<Values, http::Response> ReadFilters(const Call& call, std::span<const Field> fields) {
  const Body query = ReadQuery(call.request);
  return Checked(Validate(fields, query.document.root(), {}, {.form = true}));
}

}  // namespace fajma::rest
