// RFC 6455 on the wire: what is answered, and with which code each violation closes.
#include <gtest/gtest.h>

#include <string>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

class WebSocketProtocol : public ::testing::Test {
 protected:
  // Sends it on a new connection; the code it closes with, after which the stream must end.
  std::uint16_t CodeFor(const std::string& bytes) {
    WsClient client = door_.OpenWebSocket();
    client.socket().Send(bytes);
    const std::uint16_t code = client.ReceiveClose();
    EXPECT_TRUE(client.Ended());
    return code;
  }

  Door door_;
};

TEST_F(WebSocketProtocol, EchoesTextBinaryAndFragments) {
  WsClient client = door_.OpenWebSocket();
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 4'096U, 65'535U, 65'536U}) {
    const std::string text(size, 't');
    client.SendText(text);
    ASSERT_EQ(client.ReceiveText(), text);
  }
  client.SendFrame(kBinaryFrame, std::string("\0\xFF", 2));
  const WsFrame binary = client.Receive();
  EXPECT_EQ(binary.opcode, kBinaryFrame);
  EXPECT_EQ(binary.payload, std::string("\0\xFF", 2));
  EXPECT_FALSE(binary.masked);
  client.SendFrame(kTextFrame, "frag", {.fin = false});
  client.SendFrame(kPingFrame, "between");
  client.SendFrame(kContinuationFrame, "ments");
  const WsFrame pong = client.Receive();
  EXPECT_EQ(pong.opcode, kPongFrame);
  EXPECT_EQ(pong.payload, "between");
  EXPECT_EQ(client.ReceiveText(), "fragments");
}

TEST_F(WebSocketProtocol, TakesFramesOneByteAtATime) {
  WsClient client = door_.OpenWebSocket();
  for (const char c : EncodeClientFrame(kTextFrame, "é patient")) client.socket().Send({&c, 1});
  EXPECT_EQ(client.ReceiveText(), "é patient");
}

TEST_F(WebSocketProtocol, ClosesWithTheCodeOfEachViolation) {
  const auto frame = EncodeClientFrame;
  EXPECT_EQ(CodeFor(frame(kTextFrame, "x", {.masked = false})), 1002);
  EXPECT_EQ(CodeFor(frame(0x3, "x", {})), 1002);
  EXPECT_EQ(CodeFor(frame(0xB, "x", {})), 1002);
  EXPECT_EQ(CodeFor(frame(kTextFrame, "x", {.reserved = 4})), 1002);
  EXPECT_EQ(CodeFor(frame(kTextFrame, "x", {.reserved = 1})), 1002);
  EXPECT_EQ(CodeFor(frame(kPingFrame, "x", {.fin = false})), 1002);
  EXPECT_EQ(CodeFor(frame(kPingFrame, std::string(126, 'x'), {})), 1002);
  EXPECT_EQ(CodeFor(frame(kContinuationFrame, "x", {})), 1002);
  EXPECT_EQ(CodeFor(frame(kTextFrame, "x", {.fin = false}) + frame(kTextFrame, "y", {})), 1002);
  EXPECT_EQ(CodeFor(frame(kCloseFrame, "x", {})), 1002);
  EXPECT_EQ(CodeFor(frame(kCloseFrame, ClosePayload(1005), {})), 1002);
  EXPECT_EQ(CodeFor(frame(kCloseFrame, ClosePayload(1000, "\xFF"), {})), 1007);
  EXPECT_EQ(CodeFor(frame(kTextFrame, "\xC3(", {})), 1007);
  EXPECT_EQ(CodeFor(frame(kTextFrame, "\xC3", {.fin = false}) + frame(kContinuationFrame, "(", {})), 1007);
  EXPECT_EQ(CodeFor(frame(kTextFrame, std::string(65'537, 'x'), {})), 1009);
  EXPECT_EQ(CodeFor(frame(kTextFrame, std::string(40'000, 'x'), {.fin = false}) +
                    frame(kContinuationFrame, std::string(40'000, 'x'), {})),
            1009);
  const ws::LoopStatistics statistics = door_.loop.GetStatistics();
  EXPECT_EQ(statistics.closed_protocol_error, 11U);
  EXPECT_EQ(statistics.closed_bad_payload, 3U);
  EXPECT_EQ(statistics.closed_too_big, 2U);
}

TEST_F(WebSocketProtocol, AnswersWhatCameBeforeAViolation) {
  WsClient client = door_.OpenWebSocket();
  client.socket().Send(EncodeClientFrame(kTextFrame, "good") + EncodeClientFrame(kTextFrame, "\xFF") +
                       EncodeClientFrame(kTextFrame, "unheard"));
  EXPECT_EQ(client.ReceiveText(), "good");
  EXPECT_EQ(client.ReceiveClose(), 1007);
}

TEST_F(WebSocketProtocol, EchoesAClose) {
  for (const int code : {1000, 1001, 3000, 4999}) {
    const std::string payload = ClosePayload(static_cast<std::uint16_t>(code), "au revoir");
    EXPECT_EQ(CodeFor(EncodeClientFrame(kCloseFrame, payload)), code);
    EXPECT_TRUE(Eventually([&] { return door_.log.last_close_code == code; }));
  }
  EXPECT_EQ(CodeFor(EncodeClientFrame(kCloseFrame, "")), 1005);
  EXPECT_EQ(door_.loop.GetStatistics().closed_by_peer, 5U);
  EXPECT_TRUE(Eventually([&] { return door_.log.closed == 5; }));
}

TEST_F(WebSocketProtocol, ClosesWhenTheSessionSaysSo) {
  WsClient client = door_.OpenWebSocket();
  client.SendText("first");
  client.SendText("!close 4401");
  EXPECT_EQ(client.ReceiveText(), "first");
  const WsFrame close = client.Receive();
  EXPECT_EQ(close.CloseCode(), 4401);
  EXPECT_EQ(close.payload.substr(2), "as asked");
  client.SendClose(4401);
  EXPECT_TRUE(client.Ended());
  EXPECT_TRUE(Eventually([&] { return door_.log.last_close_code == 4401; }));
  EXPECT_EQ(door_.loop.GetStatistics().closed_by_session, 1U);
}

TEST_F(WebSocketProtocol, ClosesWith1011WhenTheSessionThrows) {
  EXPECT_EQ(CodeFor(EncodeClientFrame(kTextFrame, "!throw")), 1011);
  EXPECT_EQ(door_.loop.GetStatistics().closed_error, 1U);
}

TEST_F(WebSocketProtocol, TellsTheSessionOfALostConnection) {
  {
    WsClient client = door_.OpenWebSocket();
    client.SendText("hello");
    client.ReceiveText();
    client.socket().Reset();
  }
  EXPECT_TRUE(Eventually([&] { return door_.log.closed == 1; }));
  EXPECT_EQ(door_.log.last_close_code, 1006);
  EXPECT_EQ(door_.loop.GetStatistics().closed_lost, 1U);
}

}  // namespace
}  // namespace fajma::testing
