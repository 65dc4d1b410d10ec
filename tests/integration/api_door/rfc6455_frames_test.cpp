// RFC 6455, 5, 8 and 10: frames, fragments, control frames, text, limits.
#include <string>

#include "tests/integration/api_door/wire.h"

namespace fajma::testing {
namespace {

TEST(Rfc6455Section5_1, AFrameOfAClientMustBeMasked) {
  const Wire wire;
  for (const unsigned opcode : {kTextFrame, kBinaryFrame, kContinuationFrame, kPingFrame, kPongFrame, kCloseFrame}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(opcode, "xyz", {.masked = false})), 1002) << opcode;
  }
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, "", {.masked = false})), 1002);
}

TEST(Rfc6455Section5_1, AFrameOfTheServerIsNotMasked) {
  const Wire wire;
  WsClient client = wire.Open();
  client.SendText("x");
  client.SendFrame(kPingFrame, "y");
  client.SendClose(1000);
  for (const unsigned opcode : {kTextFrame, kPongFrame, kCloseFrame}) {
    const WsFrame frame = client.Receive();
    EXPECT_EQ(frame.opcode, opcode);
    EXPECT_FALSE(frame.masked);
  }
}

TEST(Rfc6455Section5_2, ReservedBitsMustBeZero) {
  const Wire wire;
  for (unsigned reserved = 1; reserved <= 7; ++reserved) {
    for (const unsigned opcode : {kTextFrame, kBinaryFrame, kPingFrame, kPongFrame, kCloseFrame}) {
      EXPECT_EQ(wire.CodeFor(EncodeClientFrame(opcode, "xyz", {.reserved = reserved})), 1002)
          << "reserved " << reserved << ", opcode " << opcode;
    }
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, "x", {.fin = false}) +
                           EncodeClientFrame(kContinuationFrame, "y", {.reserved = reserved})),
              1002)
        << reserved;
  }
}

TEST(Rfc6455Section5_2, ReservedOpcodesFailTheConnection) {
  const Wire wire;
  for (const unsigned opcode : {0x3U, 0x4U, 0x5U, 0x6U, 0x7U, 0xBU, 0xCU, 0xDU, 0xEU, 0xFU}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(opcode, "x")), 1002) << opcode;
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(opcode, "")), 1002) << opcode;
  }
}

TEST(Rfc6455Section5_2, LengthsAreReadInAllThreeForms) {
  const Wire wire;
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 128U, 65'535U, 65'536U}) {
    const std::string text(size, 't');
    EXPECT_EQ(wire.TextFor(EncodeClientFrame(kTextFrame, text)), text) << size;
  }
}

TEST(Rfc6455Section5_2, ALengthMustBeWrittenInTheShortestForm) {
  const Wire wire;
  for (const std::size_t size : {0U, 1U, 125U}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, std::string(size, 'x'), {.length_bytes = 2})), 1002) << size;
  }
  for (const std::size_t size : {0U, 125U, 126U, 65'535U}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, std::string(size, 'x'), {.length_bytes = 8})), 1002) << size;
  }
}

TEST(Rfc6455Section5_2, TheTopBitOfALongLengthMustBeZero) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(std::string("\x81\xFF\x80\x00\x00\x00\x00\x01\x00\x00\x01\x02\x03\x04x", 15)), 1002);
  EXPECT_EQ(wire.CodeFor(std::string("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02\x03\x04x", 15)), 1002);
}

TEST(Rfc6455Section5_2, TheServerWritesLengthsInTheShortestForm) {
  const Wire wire;
  WsClient client = wire.Open();
  const std::pair<std::size_t, std::string> starts[] = {{125, "\x81\x7D"},
                                                        {126, std::string("\x81\x7E\x00\x7E", 4)},
                                                        {65'535, "\x81\x7E\xFF\xFF"},
                                                        {65'536, std::string("\x81\x7F\0\0\0\0\0\x01\0\0", 10)}};
  for (const auto& [size, start] : starts) {
    client.SendText(std::string(size, 'x'));
    EXPECT_EQ(client.socket().Receive(start.size()), start) << size;
    client.socket().Receive(size);
  }
}

TEST(Rfc6455Section5_3, TheMaskIsTakenOffAtEveryPlaceInAPayload) {
  const Wire wire;
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += static_cast<char>('a' + i % 26);
  WsClient client = wire.Open();
  const std::string frame = EncodeClientFrame(kTextFrame, text);
  // In pieces that fit neither the mask nor the decoder's buffer.
  for (std::size_t at = 0; at < frame.size(); at += 1'013) client.socket().Send(frame.substr(at, 1'013));
  EXPECT_EQ(client.ReceiveText(), text);
}

TEST(Rfc6455Section5_4, AMessageMayComeInFragments) {
  const Wire wire;
  EXPECT_EQ(wire.TextFor(Fragments({"one ", "two ", "three"})), "one two three");
  std::string bytes = EncodeClientFrame(kTextFrame, "0", {.fin = false});
  for (int i = 1; i < 500; ++i) bytes += EncodeClientFrame(kContinuationFrame, "1", {.fin = false});
  EXPECT_EQ(wire.TextFor(bytes + EncodeClientFrame(kContinuationFrame, "2")), "0" + std::string(499, '1') + "2");
}

TEST(Rfc6455Section5_4, FragmentsMayBeEmpty) {
  const Wire wire;
  EXPECT_EQ(wire.TextFor(Fragments({"", "", ""})), "");
  EXPECT_EQ(wire.TextFor(Fragments({"", "middle", ""})), "middle");
  EXPECT_EQ(wire.TextFor(Fragments({"first", "", "", "last"})), "firstlast");
}

TEST(Rfc6455Section5_4, TheFirstFragmentSaysTheKind) {
  const Wire wire;
  WsClient client = wire.Open();
  client.socket().Send(Fragments({"\xFF", "\xFE"}, kBinaryFrame));
  const WsFrame frame = client.Receive();
  EXPECT_EQ(frame.opcode, kBinaryFrame);
  EXPECT_EQ(frame.payload, "\xFF\xFE");
}

TEST(Rfc6455Section5_4, ControlFramesMayInterleaveFragments) {
  const Wire wire;
  WsClient client = wire.Open();
  client.socket().Send(EncodeClientFrame(kTextFrame, "a", {.fin = false}) + EncodeClientFrame(kPingFrame, "first") +
                       EncodeClientFrame(kPongFrame, "nobody asked") +
                       EncodeClientFrame(kContinuationFrame, "b", {.fin = false}) +
                       EncodeClientFrame(kPingFrame, "second") + EncodeClientFrame(kContinuationFrame, "c"));
  EXPECT_EQ(client.Receive().payload, "first");
  EXPECT_EQ(client.Receive().payload, "second");
  EXPECT_EQ(client.ReceiveText(), "abc");
}

TEST(Rfc6455Section5_4, AnInterleavedPingIsAnsweredBeforeTheMessageIsWhole) {
  const Wire wire;
  WsClient client = wire.Open();
  client.SendFrame(kTextFrame, "a", {.fin = false});
  client.SendFrame(kPingFrame, "now");
  EXPECT_EQ(client.Receive().payload, "now");
}

TEST(Rfc6455Section5_4, AnInterleavedCloseEndsTheConnection) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, "a", {.fin = false}) +
                         EncodeClientFrame(kCloseFrame, ClosePayload(1001))),
            1001);
}

TEST(Rfc6455Section5_4, AContinuationNeedsAStart) {
  const Wire wire;
  for (const bool fin : {true, false}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kContinuationFrame, "x", {.fin = fin})), 1002);
    EXPECT_EQ(
        wire.CodeFor(EncodeClientFrame(kTextFrame, "whole") + EncodeClientFrame(kContinuationFrame, "", {.fin = fin})),
        1002);
    EXPECT_EQ(wire.CodeFor(Fragments({"a", "b"}) + EncodeClientFrame(kContinuationFrame, "c", {.fin = fin})), 1002);
  }
}

TEST(Rfc6455Section5_4, NoOtherMessageMayBeginInTheMiddle) {
  const Wire wire;
  for (const unsigned opcode : {kTextFrame, kBinaryFrame}) {
    for (const bool fin : {true, false}) {
      EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, "a", {.fin = false}) +
                             EncodeClientFrame(opcode, "b", {.fin = fin})),
                1002);
    }
  }
}

TEST(Rfc6455Section5_5, AControlFrameHas125BytesAtMost) {
  const Wire wire;
  WsClient client = wire.Open();
  client.SendFrame(kPingFrame, std::string(125, 'p'));
  EXPECT_EQ(client.Receive().payload, std::string(125, 'p'));
  for (const unsigned opcode : {kPingFrame, kPongFrame}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(opcode, std::string(126, 'x'))), 1002) << opcode;
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(opcode, std::string(66'000, 'x'))), 1002) << opcode;
  }
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kCloseFrame, ClosePayload(1000, std::string(124, 'x')))), 1002);
}

TEST(Rfc6455Section5_5, AControlFrameIsNotFragmented) {
  const Wire wire;
  for (const unsigned opcode : {kPingFrame, kPongFrame, kCloseFrame}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(opcode, ClosePayload(1000), {.fin = false})), 1002) << opcode;
  }
}

TEST(Rfc6455Section5_5_2, APingIsAnsweredWithItsPayload) {
  const Wire wire;
  WsClient client = wire.Open();
  for (const std::string& payload : {std::string(), std::string("\0\xFF\xFE", 3), std::string("Hello")}) {
    client.SendFrame(kPingFrame, payload);
    const WsFrame pong = client.Receive();
    EXPECT_EQ(pong.opcode, kPongFrame);
    EXPECT_EQ(pong.payload, payload);
  }
}

TEST(Rfc6455Section5_5_2, PingsAreAnsweredInTheirOrderAmongMessages) {
  const Wire wire;
  WsClient client = wire.Open();
  std::string bytes;
  for (int i = 0; i < 10; ++i) {
    bytes += EncodeClientFrame(kPingFrame, std::to_string(i)) + EncodeClientFrame(kTextFrame, std::to_string(i));
  }
  client.socket().Send(bytes);
  for (int i = 0; i < 10; ++i) {
    for (const unsigned opcode : {kPongFrame, kTextFrame}) {
      const WsFrame frame = client.Receive();
      EXPECT_EQ(frame.opcode, opcode);
      EXPECT_EQ(frame.payload, std::to_string(i));
    }
  }
}

TEST(Rfc6455Section5_5_3, APongThatNobodyAskedForIsIgnored) {
  const Wire wire;
  EXPECT_EQ(wire.TextFor(EncodeClientFrame(kPongFrame, "") + EncodeClientFrame(kPongFrame, "x") +
                         EncodeClientFrame(kTextFrame, "on")),
            "on");
}

TEST(Rfc6455Section5_6, BinaryMayBeAnyBytes) {
  const Wire wire;
  WsClient client = wire.Open();
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  client.SendFrame(kBinaryFrame, all);
  const WsFrame frame = client.Receive();
  EXPECT_EQ(frame.opcode, kBinaryFrame);
  EXPECT_EQ(frame.payload, all);
}

TEST(Rfc6455Section5_7, TheExamplesAreUnderstood) {
  const Wire wire;
  EXPECT_EQ(wire.TextFor("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "Hello");
  WsClient client = wire.Open();
  client.socket().Send("\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  EXPECT_EQ(client.socket().Receive(7), "\x8a\x05Hello");
}

TEST(Rfc6455Section8_1, TextMustBeUtf8) {
  const Wire wire;
  const std::pair<const char*, std::string_view> invalid[] = {{"a continuation byte alone", "\x80"},
                                                              {"a start alone", "\xC3"},
                                                              {"a start before a letter", "\xC3("},
                                                              {"an overlong slash", "\xC0\xAF"},
                                                              {"overlong in three bytes", "\xE0\x80\xAF"},
                                                              {"overlong in four bytes", "\xF0\x80\x80\xAF"},
                                                              {"the first surrogate", "\xED\xA0\x80"},
                                                              {"the last surrogate", "\xED\xBF\xBF"},
                                                              {"a pair of surrogates", "\xED\xA0\x80\xED\xB0\x80"},
                                                              {"above U+10FFFF", "\xF4\x90\x80\x80"},
                                                              {"far above", "\xF5\x80\x80\x80"},
                                                              {"five bytes", "\xF8\x88\x80\x80\x80"},
                                                              {"never in UTF-8", "\xFE\xFF"},
                                                              {"ended in a character", "\xF0\x9F\x98"},
                                                              {"after good text", "caf\xC3\xA9 \xFF"}};
  for (const auto& [what, text] : invalid) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, text)), 1007) << what;
  }
}

TEST(Rfc6455Section8_1, EveryCharacterOfUnicodeIsTaken) {
  const Wire wire;
  for (const std::string_view text : {std::string_view("\0", 1), std::string_view("\x7F\xC2\x80\xDF\xBF"),
                                      std::string_view("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"),
                                      std::string_view("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")}) {
    EXPECT_EQ(wire.TextFor(EncodeClientFrame(kTextFrame, text)), text);
  }
}

TEST(Rfc6455Section8_1, ACharacterMayBeSplitOverFragments) {
  const Wire wire;
  const std::string text = "κόσμε \xF0\x9F\x98\x80";
  for (std::size_t at = 0; at <= text.size(); ++at) {
    EXPECT_EQ(wire.TextFor(Fragments({text.substr(0, at), "", text.substr(at)})), text) << at;
  }
}

TEST(Rfc6455Section8_1, WhatIsNoUtf8OverFragmentsFails) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(Fragments({"\xC3", "("})), 1007);
  EXPECT_EQ(wire.CodeFor(Fragments({"\xED", "\xA0\x80"})), 1007) << "a surrogate";
  EXPECT_EQ(wire.CodeFor(Fragments({"\xF4", "\x90", "\x80\x80"})), 1007) << "above U+10FFFF";
  EXPECT_EQ(wire.CodeFor(Fragments({"\xE2\x82", ""})), 1007) << "ended in a character";
}

TEST(Rfc6455Section8_1, WhatIsNoUtf8FailsBeforeTheMessageEnds) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, "\xFF", {.fin = false})), 1007);
  // Not even the frame is whole.
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, "\xFF" + std::string(60'000, 'x')).substr(0, 9'000)), 1007);
}

TEST(Rfc6455Section10_4, AMessageOver64KiBClosesWith1009) {
  const Wire wire;
  const std::string largest(65'536, 'x');
  EXPECT_EQ(wire.TextFor(EncodeClientFrame(kTextFrame, largest)), largest);
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, largest + "x")), 1009);
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kBinaryFrame, largest + "x")), 1009);
}

TEST(Rfc6455Section10_4, FragmentsAreBoundedTogether) {
  const Wire wire;
  const std::string half(32'768, 'x');
  EXPECT_EQ(wire.TextFor(Fragments({half, half})), half + half);
  EXPECT_EQ(wire.CodeFor(Fragments({half, half, "x"})), 1009);
}

TEST(Rfc6455Section10_4, AnAnnouncedLengthIsNotWaitedFor) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(std::string("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02\x03\x04x", 15)), 1009);
}

}  // namespace
}  // namespace fajma::testing
