#include "api/ws/loop/message_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/deflate.h"
#include "tests/support/ws_client.h"

namespace fajma::ws {
namespace {

using testing::ClosePayload;
using testing::EncodeClientFrame;
using testing::kBinaryFrame;
using testing::kCloseFrame;
using testing::kContinuationFrame;
using testing::kPingFrame;
using testing::kPongFrame;
using testing::kTextFrame;
using Kind = MessageReader::Kind;

struct Seen {
  Kind kind;
  std::string payload;
  std::uint16_t code;
  bool operator==(const Seen&) const = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << "kind " << static_cast<int>(seen.kind) << " code " << seen.code << " '" << seen.payload.substr(0, 40) << "'";
}

// What comes out when `bytes` come in pieces of `step`.
std::vector<Seen> ReadAll(std::string_view bytes, std::size_t step = 1'000'000, bool with_deflate = false) {
  constexpr std::size_t kMaxMessageBytes = 64 * 1024;
  DecoderPool pool;
  Inflater inflater(kMaxMessageBytes);
  MessageReader reader(pool, with_deflate ? &inflater : nullptr, kMaxMessageBytes);
  std::vector<Seen> seen;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, step));
    bytes.remove_prefix(piece.size());
    reader.Feed(piece);
    while (true) {
      const MessageReader::Event event = reader.Next();
      if (event.kind == Kind::kNeedsMore) break;
      seen.push_back({event.kind, std::string(event.payload), event.code});
      if (event.kind == Kind::kError || event.kind == Kind::kClose) return seen;
    }
  }
  return seen;
}

std::uint16_t ErrorOf(std::string_view bytes) {
  std::uint16_t code = 0;
  for (const std::size_t step : {1UL, 2UL, 5UL, 1'000'000UL}) {
    const std::vector<Seen> seen = ReadAll(bytes, step);
    if (seen.empty() || seen.back().kind != Kind::kError) return 0;
    if (code != 0 && code != seen.back().code) return 1;
    code = seen.back().code;
  }
  return code;
}

TEST(MessageReader, ReadsMessagesHoweverTheyAreCut) {
  const std::string large(60'000, 'y');
  const std::string bytes =
      EncodeClientFrame(kTextFrame, "one") + EncodeClientFrame(kPingFrame, "p") + EncodeClientFrame(kTextFrame, "") +
      EncodeClientFrame(kBinaryFrame, std::string("\0\xFF", 2)) + EncodeClientFrame(kTextFrame, "fr", {.fin = false}) +
      EncodeClientFrame(kPongFrame, "q") + EncodeClientFrame(kContinuationFrame, "", {.fin = false}) +
      EncodeClientFrame(kContinuationFrame, "agments") + EncodeClientFrame(kTextFrame, large) +
      EncodeClientFrame(kCloseFrame, ClosePayload(1000, "au revoir"));
  const std::vector<Seen> expected{{Kind::kText, "one", 0}, {Kind::kPing, "p", 0},
                                   {Kind::kText, "", 0},    {Kind::kBinary, std::string("\0\xFF", 2), 0},
                                   {Kind::kPong, "q", 0},   {Kind::kText, "fragments", 0},
                                   {Kind::kText, large, 0}, {Kind::kClose, "au revoir", 1000}};
  for (const std::size_t step : {1UL, 2UL, 3UL, 7UL, 4'096UL, 4'097UL, 1'000'000UL}) {
    EXPECT_EQ(ReadAll(bytes, step), expected) << step;
  }
}

TEST(MessageReader, GoesOnAfterAPause) {
  DecoderPool pool;
  MessageReader reader(pool, nullptr, 1024);
  const std::string first = EncodeClientFrame(kTextFrame, "a") + EncodeClientFrame(kTextFrame, "b");
  reader.Feed(first);
  EXPECT_EQ(reader.Next().payload, "a");
  const std::string rest(reader.rest());
  reader.Feed(rest);
  EXPECT_EQ(reader.Next().payload, "b");
  EXPECT_EQ(reader.Next().kind, Kind::kNeedsMore);
}

TEST(MessageReader, RefusesWhatTheProtocolForbids) {
  const auto frame = EncodeClientFrame;
  EXPECT_EQ(ErrorOf(frame(kTextFrame, "x", {.masked = false})), 1002);
  EXPECT_EQ(ErrorOf(frame(kTextFrame, "", {.masked = false})), 1002);
  for (const unsigned opcode : {0x3U, 0x4U, 0x7U, 0xBU, 0xFU}) {
    EXPECT_EQ(ErrorOf(frame(opcode, "x", {})), 1002) << opcode;
  }
  for (const unsigned reserved : {1U, 2U, 4U, 7U}) {
    EXPECT_EQ(ErrorOf(frame(kTextFrame, "x", {.reserved = reserved})), 1002) << reserved;
    EXPECT_EQ(ErrorOf(frame(kPingFrame, "x", {.reserved = reserved})), 1002) << reserved;
  }
  EXPECT_EQ(ErrorOf(frame(kPingFrame, "x", {.fin = false})), 1002);
  EXPECT_EQ(ErrorOf(frame(kPingFrame, std::string(126, 'x'), {})), 1002);
  EXPECT_EQ(ErrorOf(frame(kCloseFrame, ClosePayload(1000, std::string(124, 'x')), {})), 1002);
  EXPECT_EQ(ErrorOf(frame(kContinuationFrame, "x", {})), 1002);
  EXPECT_EQ(ErrorOf(frame(kTextFrame, "x", {.fin = false}) + frame(kTextFrame, "y", {})), 1002);
  EXPECT_EQ(ErrorOf(frame(kTextFrame, "x", {}) + frame(kContinuationFrame, "y", {})), 1002);
  EXPECT_EQ(ErrorOf(frame(kTextFrame, "x", {.length_bytes = 2})), 1002);
  EXPECT_EQ(ErrorOf(frame(kTextFrame, std::string(200, 'x'), {.length_bytes = 8})), 1002);
}

TEST(MessageReader, RefusesWrongCloseFrames) {
  EXPECT_EQ(ErrorOf(EncodeClientFrame(kCloseFrame, "x")), 1002);
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535}) {
    EXPECT_EQ(ErrorOf(EncodeClientFrame(kCloseFrame, ClosePayload(static_cast<std::uint16_t>(code)))), 1002) << code;
  }
  EXPECT_EQ(ErrorOf(EncodeClientFrame(kCloseFrame, ClosePayload(1000, "\xFF"))), 1007);
}

TEST(MessageReader, TakesEveryCodeThatMayBeSent) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 4401, 4999}) {
    const auto sent = static_cast<std::uint16_t>(code);
    EXPECT_EQ(ReadAll(EncodeClientFrame(kCloseFrame, ClosePayload(sent))),
              (std::vector<Seen>{{Kind::kClose, "", sent}}));
  }
  EXPECT_EQ(ReadAll(EncodeClientFrame(kCloseFrame, "")), (std::vector<Seen>{{Kind::kClose, "", 1005}}));
}

TEST(MessageReader, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(ErrorOf(EncodeClientFrame(kTextFrame, "a\xFF")), 1007);
  EXPECT_EQ(ErrorOf(EncodeClientFrame(kTextFrame, "a\xC3")), 1007);
  EXPECT_EQ(
      ErrorOf(EncodeClientFrame(kTextFrame, "a\xC3", {.fin = false}) + EncodeClientFrame(kContinuationFrame, "(")),
      1007);
  EXPECT_EQ(
      ReadAll(EncodeClientFrame(kTextFrame, "a\xC3", {.fin = false}) + EncodeClientFrame(kContinuationFrame, "\xA9"))
          .at(0)
          .payload,
      "aé");
  EXPECT_EQ(ReadAll(EncodeClientFrame(kBinaryFrame, "\xFF")).at(0).kind, Kind::kBinary);
}

TEST(MessageReader, BoundsAMessageAndItsFragmentsTogether) {
  const std::string half(32 * 1024, 'x');
  const std::string allowed =
      EncodeClientFrame(kTextFrame, half, {.fin = false}) + EncodeClientFrame(kContinuationFrame, half);
  EXPECT_EQ(ReadAll(allowed).at(0).payload.size(), 64U * 1024);
  EXPECT_EQ(ReadAll(allowed + allowed).size(), 2U);
  EXPECT_EQ(
      ErrorOf(EncodeClientFrame(kTextFrame, half, {.fin = false}) + EncodeClientFrame(kContinuationFrame, half + "x")),
      1009);
  EXPECT_EQ(ErrorOf(EncodeClientFrame(kBinaryFrame, half + half + "x")), 1009);
}

TEST(MessageReader, RefusesAHugeAnnouncedLengthAtItsFirstByte) {
  EXPECT_EQ(ReadAll(std::string("\x81\xFF\x00\x00\xFF\x00\x00\x00\x00\x00\x01\x02\x03\x04x", 15)),
            (std::vector<Seen>{{Kind::kError, "", 1009}}));
  EXPECT_EQ(ReadAll(std::string("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02\x03\x04x", 15)),
            (std::vector<Seen>{{Kind::kError, "", 1002}}));
}

TEST(MessageReaderFuzz, SurvivesRandomAndMutatedFrames) {
  std::mt19937 random(7);
  const std::string seed = EncodeClientFrame(kTextFrame, testing::DeflatePayload("compressed"), {.reserved = 4}) +
                           EncodeClientFrame(kTextFrame, "caf\xC3\xA9", {.fin = false}) +
                           EncodeClientFrame(kPingFrame, "ping") +
                           EncodeClientFrame(kContinuationFrame, std::string(300, 'z')) +
                           EncodeClientFrame(kCloseFrame, ClosePayload(1000, "bye"));
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seed;
    if (round % 3 == 0) {
      bytes.clear();
      for (std::size_t i = random() % 60; i > 0; --i) bytes += static_cast<char>(random());
    } else {
      for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
      bytes.erase(random() % bytes.size(), random() % 3);
    }
    const bool with_deflate = round % 2 == 0;
    const std::vector<Seen> whole = ReadAll(bytes, 1'000'000, with_deflate);
    // The same comes out however the bytes are cut, for as far as both are sure.
    EXPECT_EQ(ReadAll(bytes, 1 + random() % 9, with_deflate), whole) << round;
  }
}

}  // namespace
}  // namespace fajma::ws
