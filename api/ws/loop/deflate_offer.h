// Which of a client's offers of permessage-deflate is taken, and how it is answered (RFC 7692, 7.1). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/http/extension_list.h"

namespace fajma::ws {

inline constexpr int kMaxWindowBits = 15;

struct DeflateAgreement {
  int server_max_window_bits = kMaxWindowBits;  // 8 to 15: the client remembers 2^this bytes, no more
  std::string answer;                           // the value of Sec-WebSocket-Extensions
};

// The first offer whose parameters are all known, valid and there once; absent: there is none. No side may keep its
// context from one message to the next: so one compressor serves all sockets, and none holds a window.
std::optional<DeflateAgreement> AgreeOnDeflate(const std::vector<http::Extension>& offers);

}  // namespace fajma::ws
