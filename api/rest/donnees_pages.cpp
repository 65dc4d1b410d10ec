// Readings in pages that stay fast at any depth: newest first by ?curseur=, in commit order by ?apres=.
#include <charconv>
#include <limits>
#include <utility>

#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr char kOlder = 'a';  // "a123": the page of those before reading 123
constexpr char kNewer = 'n';  // "n123": the page of those after it
constexpr std::int64_t kMaxReadingId = std::numeric_limits<std::int64_t>::max() - 1;

struct Position {
  bool newer = false;
  std::optional<std::int64_t> id;  // absent: the first page
};

http::Response InvalidCursor() { return Detail(404, "Invalid cursor"); }

std::optional<Position> ParsePosition(const std::string& text) {
  if (text.empty()) return Position{};
  std::int64_t id = 0;
  const char* end_of_text = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + 1, end_of_text, id);
  const bool known = text[0] == kOlder || text[0] == kNewer;
  if (!known || error != std::errc() || end != end_of_text || id < 0 || id > kMaxReadingId) return std::nullopt;
  return Position{text[0] == kNewer, id};
}

std::string PositionText(char direction, std::int64_t id) { return direction + std::to_string(id); }

// `previous` and `next` as links; an absent position is null.
void BeginCursorPage(const Call& call, std::string& out, const std::optional<std::string>& next,
                     const std::optional<std::string>& previous, std::string_view parameter) {
  const std::string url = call.UrlOf(call.request.path);
  const auto link = [&](const std::optional<std::string>& position) {
    return position ? std::optional(LinkWith(url, call.request, parameter, *position)) : std::nullopt;
  };
  json::ObjectWriter writer(out);
  writer.StringOrNull("next", link(next));
  writer.StringOrNull("previous", link(previous));
}

void AppendReadingWithCursor(std::string& out, const Reading& reading) {
  AppendReading(out, reading);
  out.back() = ',';
  json::AppendJsonString(out, "cursor");
  out += ':';
  json::AppendJsonInteger(out, reading.cursor);
  out += '}';
}

// What retention has cut of what was asked for.
void AppendGap(std::string& out, Cursor from, Cursor to) {
  out += R"(,"gap":)";
  json::ObjectWriter writer(out);
  writer.Integer("from", from);
  writer.Integer("to", to);
  writer.End();
}

}  // namespace

http::Response ListReadingsByCursor(Call& call) {
  auto read = ReadFilters(call, ReadingFeedFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  const std::optional<Position> position = ParsePosition(*call.request.FindQuery("curseur"));
  if (!position) return InvalidCursor();
  ReadingFilter filter = ReadingFilterOf(call, values);
  NoteReadingsRead(call, filter);
  (position->newer ? filter.after_id : filter.before_id) = position->id;
  const std::int64_t limit = values.Integer("limit").value_or(kPageSize);
  // One more than is shown tells whether there are more.
  std::vector<Reading> rows = call.app.readings.List(filter, {0, limit + 1}).rows;
  const bool more = static_cast<std::int64_t>(rows.size()) > limit;
  if (more) rows.erase(position->newer ? rows.begin() : rows.end() - 1);

  const bool any_newer = position->newer ? more : position->id.has_value();
  const bool any_older = position->newer || more;
  std::optional<std::string> next;
  std::optional<std::string> previous;
  if (any_older && !rows.empty()) next = PositionText(kOlder, rows.back().id);
  if (any_newer && !rows.empty()) previous = PositionText(kNewer, rows.front().id);
  std::string body;
  BeginCursorPage(call, body, std::move(next), std::move(previous), "curseur");
  body += R"(,"results":[)";
  AppendRows(body, rows, AppendReading);
  return Json(200, body + '}');
}

http::Response ListReadingsAfter(Call& call) {
  auto read = ReadFilters(call, ReadingFeedFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  const ReadingFilter filter = ReadingFilterOf(call, values);
  if (filter.patient_id && !call.identity->Sees(*filter.patient_id)) return NotFound();
  NoteReadingsRead(call, filter);
  const Cursor asked = values.Integer("apres").value_or(0);
  const std::int64_t limit = values.Integer("limit").value_or(kPageSize);
  Cursor after = asked;
  FeedPage<Reading> page = call.app.readings.ListAfter(after, limit, filter);
  for (Cursor edge = call.app.readings.CutUpTo(); after < edge; edge = call.app.readings.CutUpTo()) {
    after = edge;
    page = call.app.readings.ListAfter(after, limit, filter);
  }
  std::string body;
  BeginCursorPage(call, body, page.complete ? std::nullopt : std::optional(std::to_string(page.next)), std::nullopt,
                  "apres");
  body += R"(,"curseur":)";
  json::AppendJsonInteger(body, page.next);
  if (after != asked) AppendGap(body, asked, after);
  body += R"(,"results":[)";
  AppendRows(body, page.rows, AppendReadingWithCursor);
  return Json(200, body + '}');
}

}  // namespace fajma::rest
