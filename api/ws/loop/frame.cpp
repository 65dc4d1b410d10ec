#include "api/ws/loop/frame.h"

namespace fajma::ws {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;  // RSV1
constexpr unsigned kControl = 0x8;
constexpr unsigned kText = 0x1;
constexpr unsigned kBinary = 0x2;
constexpr unsigned kClose = 0x8;
constexpr unsigned kPing = 0x9;
constexpr unsigned kPong = 0xA;
constexpr std::size_t kMaxControlPayload = 125;

void AppendBigEndian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xFF);
  }
}

// `first`: FIN, RSV1 and the opcode.
Frame Encode(unsigned first, std::string_view payload) {
  auto frame = std::make_shared<std::string>();
  frame->reserve(payload.size() + 10);
  *frame += static_cast<char>(kFinal | first);
  if (payload.size() <= 125) {
    *frame += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xFFFF) {
    *frame += static_cast<char>(126);
    AppendBigEndian(*frame, payload.size(), 2);
  } else {
    *frame += static_cast<char>(127);
    AppendBigEndian(*frame, payload.size(), 8);
  }
  frame->append(payload);
  return frame;
}

// At most `size` bytes, not ending inside a character.
std::string_view CutText(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  while (size > 0 && continues(text[size])) --size;
  return text.substr(0, size);
}

}  // namespace

Frame EncodeTextFrame(std::string_view text) { return Encode(kText, text); }
Frame EncodeBinaryFrame(std::string_view data) { return Encode(kBinary, data); }

Frame EncodeCompressedFrame(std::string_view frame, std::string_view compressed_payload) {
  return Encode(static_cast<unsigned char>(frame.front()) | kCompressed, compressed_payload);
}

Frame EncodePingFrame(std::string_view payload) { return Encode(kPing, payload.substr(0, kMaxControlPayload)); }

Frame EncodePongFrame(std::string_view payload) { return Encode(kPong, payload.substr(0, kMaxControlPayload)); }

Frame EncodeCloseFrame(std::uint16_t code, std::string_view reason) {
  if (code == kCloseNoStatus) return Encode(kClose, {});
  std::string payload;
  AppendBigEndian(payload, code, 2);
  payload.append(CutText(reason, kMaxControlPayload - 2));
  return Encode(kClose, payload);
}

bool IsMessage(std::string_view frame) { return (static_cast<unsigned char>(frame.front()) & kControl) == 0; }

std::string_view PayloadOf(std::string_view frame) {
  const auto length = static_cast<unsigned char>(frame[1]);
  return frame.substr(length == 127 ? 10 : length == 126 ? 4 : 2);
}

}  // namespace fajma::ws
