#include "api/ws/loop/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "api/ws/loop/handshake.h"

namespace fajma::ws {
namespace {

std::string Header(const Frame& frame, std::size_t size) { return frame->substr(0, size); }

TEST(Frame, UsesTheShortestLength) {
  EXPECT_EQ(*EncodeTextFrame("abc"),
            "\x81\x03"
            "abc");
  EXPECT_EQ(Header(EncodeTextFrame(std::string(125, 'x')), 2), "\x81\x7D");
  EXPECT_EQ(Header(EncodeTextFrame(std::string(126, 'x')), 4), std::string("\x81\x7E\x00\x7E", 4));
  EXPECT_EQ(Header(EncodeBinaryFrame(std::string(65'535, 'x')), 4), "\x82\x7E\xFF\xFF");
  EXPECT_EQ(Header(EncodeTextFrame(std::string(65'536, 'x')), 10), std::string("\x81\x7F\0\0\0\0\0\x01\0\0", 10));
  EXPECT_EQ(EncodeTextFrame(std::string(65'536, 'x'))->size(), 65'546U);
}

TEST(Frame, KeepsControlFramesShort) {
  EXPECT_EQ(*EncodePingFrame(), std::string("\x89\x00", 2));
  EXPECT_EQ(EncodePongFrame(std::string(200, 'x'))->size(), 127U);
  EXPECT_EQ(EncodeCloseFrame(1001, std::string(200, 'x'))->size(), 127U);
}

TEST(Frame, EncodesACloseCode) {
  EXPECT_EQ(*EncodeCloseFrame(1013, "late"), "\x88\x06\x03\xF5late");
  EXPECT_EQ(*EncodeCloseFrame(kCloseNoStatus), std::string("\x88\x00", 2));
}

TEST(Frame, CutsAReasonAtACharacter) {
  std::string reason(122, 'x');
  reason += "é";
  EXPECT_EQ(*EncodeCloseFrame(1000, reason), "\x88\x7C\x03\xE8" + std::string(122, 'x'));
}

TEST(Handshake, AnswersTheExampleOfTheRfc) {
  EXPECT_EQ(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, NamesASubprotocolOnlyWhenThereIsOne) {
  EXPECT_EQ(FormatSwitchingProtocols("k", "").find("Sec-WebSocket-Protocol"), std::string::npos);
  EXPECT_NE(FormatSwitchingProtocols("k", "chat").find("\r\nSec-WebSocket-Protocol: chat\r\n\r\n"), std::string::npos);
}

}  // namespace
}  // namespace fajma::ws
