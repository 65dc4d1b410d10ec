// Request line and headers of HTTP/1.1 (RFC 9112), strictly: what two readers could take in two ways is refused, since
// that is how requests are smuggled past a proxy. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include "api/http/message.h"

namespace fajma::http {

struct HeadLimits {
  std::size_t max_head_bytes;
  std::size_t max_body_bytes;
};

// A request that is answered by the door itself; the connection closes behind the answer.
struct Refusal {
  int status;
  std::string_view detail;  // static
};

// A whole head, and how the rest is framed.
struct Head {
  Request request;  // body and peer_address are still empty
  std::size_t body_bytes = 0;
  bool expects_continue = false;
  bool asks_for_websocket = false;  // the form of the handshake is still to be checked: CheckWebSocketHandshake
};

// Looks for the end of a head in what has come so far.
struct HeadEnd {
  enum class State { kMissing, kFound, kBareLineFeed };
  State state;
  std::size_t size;  // kFound: bytes of the head with its empty line. Else where to go on searching.
};
HeadEnd FindHeadEnd(std::string_view input, std::size_t from);

// `text` is one head with its empty line at the end, as FindHeadEnd gave it.
std::variant<Head, Refusal> ParseHead(std::string_view text, const HeadLimits& limits);

// The server's checks of RFC 6455, 4.2.1. A status of 0: all is well.
Refusal CheckWebSocketHandshake(const Request& request, std::size_t body_bytes);

// Letters, digits and the marks that RFC 9110 allows in a method, a header's name or any other token.
bool IsTokenCharacter(char c);

// Whether a comma-separated header value holds a token, whatever its case.
bool HasToken(std::string_view list, std::string_view token);

}  // namespace fajma::http
