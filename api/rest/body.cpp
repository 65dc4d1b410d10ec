#include "api/rest/body.h"

#include <string>
#include <utility>
#include <vector>

#include "api/http/target.h"
#include "api/http/utf8.h"
#include "api/rest/answers.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

Body FromPairs(const std::vector<http::QueryParameter>& pairs) {
  std::string text;
  json::ObjectWriter writer(text);
  for (const auto& [name, value] : pairs) writer.String(name, value);
  writer.End();
  return {json::Document::Parse(text).value(), true};
}

// As Django reads a form: a broken escape stands for itself, what is no UTF-8 for U+FFFD.
std::string DecodeFormText(std::string_view text) {
  std::optional<std::string> decoded = http::PercentDecode(text, true);
  if (!decoded) decoded = std::string(text);
  return http::IsValidUtf8(*decoded) ? *decoded : "\xEF\xBF\xBD";
}

Body ReadForm(std::string_view text) {
  std::vector<http::QueryParameter> pairs;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    pairs.emplace_back(DecodeFormText(pair.substr(0, equals)), DecodeFormText(value));
  }
  return FromPairs(pairs);
}

// "Application/JSON ; charset=utf-8" → "Application/JSON"
std::string_view MediaType(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  const std::size_t end = type.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : type.substr(0, end + 1);
}

}  // namespace

std::variant<Body, http::Response> ReadBody(const http::Request& request) {
  if (request.body.empty()) return FromPairs({});
  const std::string* header = request.FindHeader("Content-Type");
  const std::string content_type = header == nullptr ? std::string() : *header;
  if (http::EqualsIgnoringCase(MediaType(content_type), "application/x-www-form-urlencoded"))
    return ReadForm(request.body);
  if (!http::EqualsIgnoringCase(MediaType(content_type), "application/json")) {
    const std::string_view shown = http::IsValidUtf8(content_type) ? std::string_view(content_type) : "?";
    return Detail(415, "Unsupported media type \"" + std::string(shown) + "\" in request.");
  }
  Result<json::Document> document = json::Document::Parse(request.body);
  if (!document) return Detail(400, "JSON parse error - " + document.rejection().detail);
  return Body{std::move(document).value(), false};
}

Body ReadQuery(const http::Request& request) { return FromPairs(request.query); }

}  // namespace fajma::rest
