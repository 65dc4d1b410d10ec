// Frames from the server (RFC 6455): not masked, so one encoded frame serves any number of
// receivers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fajma::ws {

// A complete frame as it goes on the wire; shared by all who get it, never changed.
using Frame = std::shared_ptr<const std::string>;

// Close codes that are sent (RFC 6455, 7.4.1, and IANA's registry).
enum CloseCode : std::uint16_t {
  kCloseNormal = 1000,
  kCloseGoingAway = 1001,
  kCloseProtocolError = 1002,
  kCloseUnsupported = 1003,
  kCloseNoStatus = 1005,  // never on the wire: the peer gave none
  kCloseAbnormal = 1006,  // never on the wire: the connection was lost
  kCloseBadPayload = 1007,
  kClosePolicy = 1008,
  kCloseTooBig = 1009,
  kCloseInternalError = 1011,
  kCloseTryAgainLater = 1013,
  kCloseSessionEnded = 4401,  // ours: the user or device may no longer be here
};

// `text` must be valid UTF-8.
Frame EncodeTextFrame(std::string_view text);
Frame EncodeBinaryFrame(std::string_view data);
// The same message with its payload compressed by permessage-deflate (RFC 7692, 7.2.1).
Frame EncodeCompressedFrame(std::string_view frame, std::string_view compressed_payload);
// Payloads over 125 bytes are cut: control frames cannot carry more.
Frame EncodePingFrame(std::string_view payload = {});
Frame EncodePongFrame(std::string_view payload);
// kCloseNoStatus gives an empty close frame. `reason` is cut to 123 bytes, at a character.
Frame EncodeCloseFrame(std::uint16_t code, std::string_view reason = {});

// Of a frame made here: whether it is a text or binary message; its payload.
bool IsMessage(std::string_view frame);
std::string_view PayloadOf(std::string_view frame);

}  // namespace fajma::ws
