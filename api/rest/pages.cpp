#include "api/rest/pages.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/rest/answers.h"
#include "api/rest/field_types.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr std::int64_t kMaxPageNumber = 1'000'000'000'000;

// Page 1 is the link without a page.
std::string LinkTo(std::int64_t page, std::string_view url, const http::Request& request) {
  return LinkWith(url, request, "page", page > 1 ? std::to_string(page) : "");
}

}  // namespace

std::string LinkWith(std::string_view url, const http::Request& request, std::string_view name,
                     const std::string& value) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& parameter : request.query) {
    if (parameter.first != name) parameters.emplace_back(parameter);
  }
  if (!value.empty()) parameters.emplace_back(name, value);
  std::stable_sort(parameters.begin(), parameters.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  std::string link(url);
  char separator = '?';
  for (const auto& [key, text] : parameters) {
    link += std::exchange(separator, '&');
    AppendQueryEscaped(link, key);
    link += '=';
    AppendQueryEscaped(link, text);
  }
  return link;
}

std::optional<PageNumber> ReadPageNumber(const http::Request& request) {
  const std::string* asked = request.FindQuery("page");
  if (asked == nullptr || asked->empty()) return PageNumber{};
  if (*asked == "last") return PageNumber{1, true};
  const std::int64_t number = ParsePythonInteger(*asked).value_or(0);
  if (number < 1 || number > kMaxPageNumber) return std::nullopt;
  return PageNumber{number, false};
}

http::Response InvalidPage() { return Detail(404, "Invalid page."); }

void BeginPage(std::string& out, std::int64_t number, std::int64_t count, std::string_view url,
               const http::Request& request) {
  json::ObjectWriter writer(out);
  writer.Integer("count", count);
  if (number < LastPage(count)) {
    writer.String("next", LinkTo(number + 1, url, request));
  } else {
    writer.Null("next");
  }
  if (number > 1) {
    writer.String("previous", LinkTo(number - 1, url, request));
  } else {
    writer.Null("previous");
  }
  writer.Key("results") += '[';
}

void AppendQueryEscaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
}

}  // namespace fajma::rest
