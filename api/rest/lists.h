// How every list answers: a page of rows, or a bare array.
#pragma once

#include <string>
#include <utility>

#include "api/rest/call.h"

namespace fajma::rest {

// "row,row]": the "[" stands in `out` already.
template <typename Rows, typename Append>
void AppendRows(std::string& out, const Rows& rows, Append append) {
  bool first = true;
  for (const auto& row : rows) {
    if (!first) out += ',';
    first = false;
    append(out, row);
  }
  out += ']';
}

// `fetch`: PageRequest → fajma::Page<Row>; `append` writes one row.
template <typename Fetch, typename Append>
http::Response AnswerPage(const Call& call, Fetch fetch, Append append) {
  std::optional<PageNumber> asked = ReadPageNumber(call.request);
  if (!asked) return InvalidPage();
  if (asked->last) asked->number = LastPage(fetch(PageRequest{0, 0}).count);
  const auto page = fetch(PageRequest{(asked->number - 1) * kPageSize, kPageSize});
  if (asked->number > LastPage(page.count)) return InvalidPage();
  std::string body;
  body.reserve(8 * 1024);
  BeginPage(body, asked->number, page.count, call.UrlOf(call.request.path), call.request);
  AppendRows(body, page.rows, append);
  body += '}';
  return Json(200, std::move(body));
}

template <typename Rows, typename Append>
http::Response AnswerArray(const Rows& rows, Append append) {
  std::string body = "[";
  AppendRows(body, rows, append);
  return Json(200, std::move(body));
}

}  // namespace fajma::rest
