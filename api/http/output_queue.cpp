#include "api/http/output_queue.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace fajma::http {
namespace {

// Below this, copying is cheaper than one more part in a system call.
constexpr std::size_t kJoinBytes = 4096;

// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second for each thread.
const std::string& DateNow() {
  thread_local std::time_t cached_second = 0;
  thread_local std::string cached;
  const std::time_t now = std::time(nullptr);
  if (now != cached_second || cached.empty()) {
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 40> rest{};
    std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT", &utc);
    const std::string day = std::to_string(utc.tm_mday);
    cached.assign(kDays[static_cast<std::size_t>(utc.tm_wday)]).append(", ");
    if (day.size() == 1) cached += '0';
    cached.append(day).append(1, ' ').append(kMonths[static_cast<std::size_t>(utc.tm_mon)]);
    cached.append(rest.data());
    cached_second = now;
  }
  return cached;
}

bool BelongsToTheDoor(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"Content-Length", "Connection", "Date", "Server",
                                                   "Transfer-Encoding"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [name](std::string_view other) { return EqualsIgnoringCase(name, other); });
}

bool BreaksTheHead(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

void OutputQueue::Append(std::string_view text) {
  if (text.empty()) return;
  if (chunks_.empty() || chunks_.back().shared || chunks_.back().owned.size() >= kJoinBytes) {
    chunks_.emplace_back();
  }
  chunks_.back().owned.append(text);
  bytes_ += text.size();
}

void OutputQueue::AppendBody(Response&& response) {
  const std::string_view body = response.BodyView();
  if (body.size() < kJoinBytes) {
    Append(body);
    return;
  }
  bytes_ += body.size();
  chunks_.push_back({std::move(response.body), std::move(response.shared_body)});
}

std::size_t OutputQueue::Gather(std::span<iovec> parts) const {
  std::size_t used = 0;
  for (const Chunk& chunk : chunks_) {
    if (used == parts.size()) break;
    std::string_view view = chunk.View();
    if (used == 0) view.remove_prefix(offset_);
    // iovec serves reading too, hence its pointer to what may change.
    parts[used++] = {const_cast<char*>(view.data()), view.size()};
  }
  return used;
}

void OutputQueue::Consume(std::size_t count) {
  bytes_ -= count;
  while (count > 0) {
    const std::size_t left = chunks_.front().View().size() - offset_;
    if (count < left) {
      offset_ += count;
      return;
    }
    count -= left;
    offset_ = 0;
    chunks_.pop_front();
  }
}

void OutputQueue::Clear() {
  chunks_.clear();
  offset_ = 0;
  bytes_ = 0;
}

std::string FormatHead(const Response& response, bool keep_alive) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(1, ' ');
  head.append(ReasonPhrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (name.empty() || BelongsToTheDoor(name) || BreaksTheHead(name) || BreaksTheHead(value)) {
      continue;
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (AllowsBody(response.status)) {
    head.append("Content-Length: ").append(std::to_string(response.BodyView().size()));
    head.append("\r\n");
  }
  head.append(keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
  head.append("Date: ").append(DateNow()).append("\r\nServer: fajma\r\n\r\n");
  return head;
}

bool AllowsBody(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace fajma::http
