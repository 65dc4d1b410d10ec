// Lists in pages of twenty: {"count","next","previous","results"}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace fajma::rest {

inline constexpr std::int64_t kPageSize = 20;

constexpr std::int64_t LastPage(std::int64_t count) { return count <= 0 ? 1 : (count + kPageSize - 1) / kPageSize; }

// What `?page=` asks for.
struct PageNumber {
  std::int64_t number = 1;  // from 1
  bool last = false;        // whichever it is
};

// Absent: it is no number, or out of any range; the answer is InvalidPage().
std::optional<PageNumber> ReadPageNumber(const http::Request& request);
http::Response InvalidPage();

// Appends everything up to the "[" of results; the caller appends the objects and "]}". `count` is of all pages, `url`
// the list's own, with scheme and host; the query's other parameters stay in its links.
void BeginPage(std::string& out, std::int64_t number, std::int64_t count, std::string_view url,
               const http::Request& request);

// The request's own link with this parameter as its only one of that name, none when `value` is empty: sorted by name,
// the values of one name in their order.
std::string LinkWith(std::string_view url, const http::Request& request, std::string_view name,
                     const std::string& value);

// As in a URL's query: letters, digits and "_.-~" stay, a space is "+".
void AppendQueryEscaped(std::string& out, std::string_view text);

}  // namespace fajma::rest
