#include "api/http/head_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "api/http/extension_list.h"
#include "api/http/target.h"

namespace fajma::http {
namespace {

constexpr std::size_t kMaxHeaders = 100;
constexpr std::array<std::string_view, 7> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

constexpr Refusal kNone{0, {}};

bool IsToken(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter); }

bool IsForbiddenInValue(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

std::string_view Trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The next line without its CRLF; `rest` must hold one.
std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

Refusal ReadVersion(std::string_view version, Request& request) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7])) {
    return {400, "The request line is malformed."};
  }
  if (version[5] != '1') return {505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  request.minor_version = version[7] == '0' ? 0 : 1;
  return kNone;
}

Refusal ReadRequestLine(std::string_view line, Request& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return {400, "The request line is malformed."};
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!IsToken(method)) return {400, "The method is malformed."};
  if (const Refusal refusal = ReadVersion(line.substr(last + 1), request); refusal.status != 0) {
    return refusal;
  }
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    return {501, "The method is not supported."};
  }
  std::optional<Target> parsed = ParseTarget(target, method);
  if (!parsed) return {400, "The target is malformed."};
  request.method = method;
  request.raw_target = target;
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  if (parsed->authority) request.host = std::move(*parsed->authority);
  return kNone;
}

Refusal ReadHeaders(std::string_view rest, Request& request) {
  while (true) {
    const std::string_view line = TakeLine(rest);
    if (line.empty()) return kNone;
    if (request.headers.size() == kMaxHeaders) return {431, "There are too many headers."};
    const std::size_t colon = line.find(':');
    // Not a token: also a space before the colon, and a folded line, which begins with one.
    if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
      return {400, "A header is malformed."};
    }
    const std::string_view value = Trim(line.substr(colon + 1));
    if (std::any_of(value.begin(), value.end(), IsForbiddenInValue)) {
      return {400, "A header holds a control character."};
    }
    request.headers.emplace_back(line.substr(0, colon), value);
  }
}

// The headers that frame a request or steer the connection, as found.
struct Control {
  int hosts = 0;
  int lengths = 0;
  std::string_view host;
  std::string_view length;
  std::string_view expect;
  std::string_view transfer_encoding;
  bool close = false;
  bool keep_alive = false;
  bool connection_upgrade = false;
  bool upgrade_websocket = false;
};

Control Survey(const Request& request) {
  Control control;
  for (const auto& [name, value] : request.headers) {
    if (EqualsIgnoringCase(name, "Host")) {
      ++control.hosts;
      control.host = value;
    } else if (EqualsIgnoringCase(name, "Content-Length")) {
      ++control.lengths;
      control.length = value;
    } else if (EqualsIgnoringCase(name, "Transfer-Encoding")) {
      control.transfer_encoding = value.empty() ? std::string_view("?") : std::string_view(value);
    } else if (EqualsIgnoringCase(name, "Expect")) {
      control.expect = value;
    } else if (EqualsIgnoringCase(name, "Connection")) {
      control.close |= HasToken(value, "close");
      control.keep_alive |= HasToken(value, "keep-alive");
      control.connection_upgrade |= HasToken(value, "upgrade");
    } else if (EqualsIgnoringCase(name, "Upgrade")) {
      control.upgrade_websocket |= HasToken(value, "websocket");
    }
  }
  return control;
}

Refusal ReadLength(const Control& control, const HeadLimits& limits, Head& head) {
  if (!control.transfer_encoding.empty()) {
    if (control.lengths > 0) {
      return {400, "Transfer-Encoding and Content-Length exclude each other."};
    }
    if (EqualsIgnoringCase(control.transfer_encoding, "chunked")) {
      return {411, "A body needs a Content-Length."};
    }
    return {501, "The Transfer-Encoding is not supported."};
  }
  if (control.lengths == 0) return kNone;
  const std::string_view digits = control.length;
  const bool all_digits =
      !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (control.lengths > 1 || !all_digits) return {400, "The Content-Length is malformed."};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), head.body_bytes);
  if (error != std::errc() || head.body_bytes > limits.max_body_bytes) {
    return {413, "The body is too large."};
  }
  return kNone;
}

Refusal ApplyControl(const Control& control, const HeadLimits& limits, Head& head) {
  Request& request = head.request;
  const bool http_1_1 = request.minor_version == 1;
  if (control.hosts > 1 || (control.hosts == 0 && http_1_1)) {
    return {400, "There must be one Host header."};
  }
  if (!IsValidHost(control.host)) return {400, "The Host header is malformed."};
  if (request.host.empty()) request.host = control.host;
  if (const Refusal refusal = ReadLength(control, limits, head); refusal.status != 0) {
    return refusal;
  }
  if (http_1_1 && !control.expect.empty()) {
    if (!EqualsIgnoringCase(control.expect, "100-continue")) {
      return {417, "The expectation is not supported."};
    }
    head.expects_continue = true;
  }
  request.keep_alive = !control.close && (http_1_1 || control.keep_alive);
  if (http_1_1 && control.upgrade_websocket) {
    if (!control.connection_upgrade) {
      return {400, "Upgrade: websocket needs Connection: Upgrade; does a proxy take it out?"};
    }
    head.asks_for_websocket = true;
  }
  return kNone;
}

// 16 bytes in base64: 22 letters and two signs of padding.
bool IsWebSocketKey(std::string_view key) {
  if (key.size() != 24 || key.substr(22) != "==") return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return std::all_of(key.begin(), key.begin() + 22, is_letter);
}

int CountHeaders(const Request& request, std::string_view name) {
  return static_cast<int>(std::count_if(request.headers.begin(), request.headers.end(), [name](const Header& header) {
    return EqualsIgnoringCase(header.first, name);
  }));
}

}  // namespace

bool IsTokenCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (EqualsIgnoringCase(Trim(list.substr(0, end)), token)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

HeadEnd FindHeadEnd(std::string_view input, std::size_t from) {
  while (true) {
    const std::size_t feed = input.find('\n', from);
    if (feed == std::string_view::npos) return {HeadEnd::State::kMissing, input.size()};
    if (feed == 0 || input[feed - 1] != '\r') return {HeadEnd::State::kBareLineFeed, feed};
    if (feed >= 3 && input[feed - 2] == '\n') return {HeadEnd::State::kFound, feed + 1};
    from = feed + 1;
  }
}

std::variant<Head, Refusal> ParseHead(std::string_view text, const HeadLimits& limits) {
  Head head;
  std::string_view rest = text;
  Refusal refusal = ReadRequestLine(TakeLine(rest), head.request);
  if (refusal.status == 0) refusal = ReadHeaders(rest, head.request);
  if (refusal.status == 0) {
    refusal = ApplyControl(Survey(head.request), limits, head);
  }
  if (refusal.status != 0) return refusal;
  return head;
}

Refusal CheckWebSocketHandshake(const Request& request, std::size_t body_bytes) {
  if (request.method != "GET" || body_bytes > 0) {
    return {400, "A WebSocket handshake is a GET without a body."};
  }
  if (CountHeaders(request, "Sec-WebSocket-Version") > 1 || CountHeaders(request, "Sec-WebSocket-Key") > 1) {
    return {400, "Sec-WebSocket-Version and Sec-WebSocket-Key come once."};
  }
  const std::string* version = request.FindHeader("Sec-WebSocket-Version");
  if (version == nullptr || *version != "13") {
    return {426, "Only version 13 of WebSocket is spoken here."};
  }
  const std::string* key = request.FindHeader("Sec-WebSocket-Key");
  if (key == nullptr || !IsWebSocketKey(*key)) {
    return {400, "The Sec-WebSocket-Key is malformed."};
  }
  if (!OfferedExtensions(request)) return {400, "The Sec-WebSocket-Extensions are malformed."};
  return kNone;
}

}  // namespace fajma::http
