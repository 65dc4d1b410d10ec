// RFC 6455, 5.5.1 and 7: how a connection ends.
#include <string>

#include "tests/integration/api_door/wire.h"

namespace fajma::testing {
namespace {

std::string Close(int code, std::string_view reason = {}) {
  return EncodeClientFrame(kCloseFrame, ClosePayload(static_cast<std::uint16_t>(code), reason));
}

TEST(Rfc6455Section5_5_1, ACloseIsAnsweredWithItsCode) {
  const Wire wire;
  for (const int code : {1000, 1001, 1003, 3000, 4999}) EXPECT_EQ(wire.CodeFor(Close(code, "au revoir")), code);
}

TEST(Rfc6455Section5_5_1, ACloseWithoutACodeIsAnsweredWithoutOne) {
  const Wire wire;
  WsClient client = wire.Open();
  client.SendFrame(kCloseFrame, "");
  const WsFrame frame = client.Receive();
  EXPECT_EQ(frame.opcode, kCloseFrame);
  EXPECT_EQ(frame.payload, "");
  EXPECT_TRUE(client.Ended());
}

TEST(Rfc6455Section5_5_1, AClosePayloadOfOneByteFails) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kCloseFrame, "\x03")), 1002);
}

TEST(Rfc6455Section5_5_1, AReasonMustBeUtf8) {
  const Wire wire;
  for (const std::string_view reason : {"\xFF", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "ok \xC0\xAF"}) {
    EXPECT_EQ(wire.CodeFor(Close(1000, reason)), 1007);
  }
  EXPECT_EQ(wire.CodeFor(Close(1000, "à bientôt \xF0\x9F\x98\x80")), 1000);
  EXPECT_EQ(wire.CodeFor(Close(1000, std::string(123, 'x'))), 1000);
}

TEST(Rfc6455Section5_5_1, WhatFollowsACloseIsIgnored) {
  Wire wire;
  WsClient client = wire.Open();
  client.socket().Send(Close(1000) + EncodeClientFrame(kTextFrame, "unheard") + EncodeClientFrame(kPingFrame, "x") +
                       EncodeClientFrame(kTextFrame, "\xFF") + Close(1011));
  const WsFrame frame = client.Receive();
  EXPECT_EQ(frame.opcode, kCloseFrame);
  EXPECT_EQ(frame.CloseCode(), 1000);
  EXPECT_TRUE(client.Ended());
  EXPECT_TRUE(Eventually([&] { return wire.door.log.closed == 1; }));
  EXPECT_EQ(wire.door.log.last_close_code, 1000);
}

TEST(Rfc6455Section5_5_1, WhatCameBeforeACloseIsAnswered) {
  const Wire wire;
  WsClient client = wire.Open();
  client.socket().Send(EncodeClientFrame(kTextFrame, "last words") + Close(1000));
  EXPECT_EQ(client.ReceiveText(), "last words");
  EXPECT_EQ(client.ReceiveClose(), 1000);
}

TEST(Rfc6455Section5_5_1, NothingIsSentBehindOurClose) {
  const Wire wire;
  WsClient client = wire.Open();
  client.socket().Send(EncodeClientFrame(kTextFrame, "!close 4401") + EncodeClientFrame(kTextFrame, "echo") +
                       EncodeClientFrame(kPingFrame, "ping"));
  EXPECT_EQ(client.Receive().CloseCode(), 4401);
  client.SendClose(4401);
  EXPECT_TRUE(client.Ended());
}

TEST(Rfc6455Section7_1_1, TheServerEndsTheConnectionFirst) {
  const Wire wire;
  WsClient client = wire.Open();
  client.SendClose(1000);
  EXPECT_EQ(client.ReceiveClose(), 1000);
  EXPECT_TRUE(client.Ended()) << "though the client keeps its side open";
}

TEST(Rfc6455Section7_1_1, AClientThatNeverEndsIsCutOff) {
  ws::LoopOptions options;
  options.close_timeout = milliseconds(100);
  Door door({}, options);
  WsClient client = door.OpenWebSocket();
  client.SendClose(1000);
  EXPECT_EQ(client.ReceiveClose(), 1000);
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 0; }));
}

TEST(Rfc6455Section7_1_5, TheSessionLearnsTheFirstCode) {
  Wire wire;
  EXPECT_EQ(wire.CodeFor(Close(3001)), 3001);
  ASSERT_TRUE(Eventually([&] { return wire.door.log.closed == 1; }));
  EXPECT_EQ(wire.door.log.last_close_code, 3001);
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kCloseFrame, "")), 1005);
  ASSERT_TRUE(Eventually([&] { return wire.door.log.closed == 2; }));
  EXPECT_EQ(wire.door.log.last_close_code, 1005) << "no code";
  {
    WsClient client = wire.Open();
    client.socket().Reset();
  }
  ASSERT_TRUE(Eventually([&] { return wire.door.log.closed == 3; }));
  EXPECT_EQ(wire.door.log.last_close_code, 1006) << "no close frame";
}

TEST(Rfc6455Section7_1_7, AFailureIsToldOnceAndNothingMoreIsRead) {
  Wire wire;
  WsClient client = wire.Open();
  client.socket().Send(EncodeClientFrame(0x3, "x") + EncodeClientFrame(kTextFrame, "unheard") +
                       EncodeClientFrame(kTextFrame, "\xFF"));
  EXPECT_EQ(client.Receive().CloseCode(), 1002);
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(wire.door.loop.GetStatistics().closed_protocol_error, 1U);
  EXPECT_EQ(wire.door.loop.GetStatistics().closed_bad_payload, 0U);
}

TEST(Rfc6455Section7_4_1, CodesThatNobodyMaySendFail) {
  const Wire wire;
  for (const int code : {1004, 1005, 1006, 1015}) EXPECT_EQ(wire.CodeFor(Close(code)), 1002) << code;
}

TEST(Rfc6455Section7_4_1, CodesOfTheRegistryAreTaken) {
  const Wire wire;
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}) {
    EXPECT_EQ(wire.CodeFor(Close(code)), code);
  }
}

TEST(Rfc6455Section7_4_2, UnassignedCodesFail) {
  const Wire wire;
  for (const int code : {0, 1, 999, 1016, 1100, 2000, 2999, 5000, 65'535}) {
    EXPECT_EQ(wire.CodeFor(Close(code)), 1002) << code;
  }
}

TEST(Rfc6455Section7_4_2, CodesOfLibrariesAndApplicationsAreTaken) {
  const Wire wire;
  for (const int code : {3000, 3999, 4000, 4401, 4999}) EXPECT_EQ(wire.CodeFor(Close(code)), code);
}

}  // namespace
}  // namespace fajma::testing
