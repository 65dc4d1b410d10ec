// RFC 6455, 4: the opening handshake, as a server reads and answers it.
#include <string>

#include "tests/integration/api_door/wire.h"

namespace fajma::testing {
namespace {

constexpr std::string_view kKeyLine = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

TEST(Rfc6455Section1_3, AnswersTheKeyOfTheExample) {
  const Wire wire;
  const HttpAnswer answer = wire.Handshake("localhost", "server.example.com");
  EXPECT_EQ(answer.Header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Rfc6455Section4_2_1, TheMethodMustBeGet) {
  const Wire wire;
  for (const char* method : {"POST", "PUT", "HEAD", "OPTIONS", "DELETE"}) {
    EXPECT_EQ(wire.Handshake("GET", method).status, 400) << method;
  }
}

TEST(Rfc6455Section4_2_1, ABodyIsRefused) {
  const Wire wire;
  EXPECT_EQ(wire.Ask(UpgradeRequest("/ws/test", "Content-Length: 2\r\n") + "{}").status, 400);
}

TEST(Rfc6455Section4_2_1, HttpMustBe1_1) {
  const Wire wire;
  EXPECT_EQ(wire.Handshake("HTTP/1.1", "HTTP/1.0").status, 200) << "an ordinary request then";
  EXPECT_EQ(wire.Handshake("HTTP/1.1", "HTTP/2.0").status, 505);
}

TEST(Rfc6455Section4_2_1, AHostMustBeNamedOnce) {
  const Wire wire;
  EXPECT_EQ(wire.Handshake("Host: localhost\r\n", "").status, 400);
  EXPECT_EQ(wire.Handshake("Host: localhost\r\n", "Host: localhost\r\nHost: localhost\r\n").status, 400);
}

TEST(Rfc6455Section4_2_1, UpgradeMayBeAListInAnyCase) {
  const Wire wire;
  for (const char* value : {"WebSocket", "WEBSOCKET", "h2c, websocket", "foo/1,websocket", "websocket , x"}) {
    EXPECT_EQ(wire.Handshake("Upgrade: websocket", std::string("Upgrade: ") + value).status, 101) << value;
  }
  for (const char* value : {"web socket", "websockets", "h2c", ""}) {
    EXPECT_EQ(wire.Handshake("Upgrade: websocket", std::string("Upgrade: ") + value).status, 200) << value;
  }
}

TEST(Rfc6455Section4_2_1, ConnectionMayBeAListInAnyCase) {
  const Wire wire;
  for (const char* value : {"upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade,keep-alive", "x ,\tUpgrade"}) {
    EXPECT_EQ(wire.Handshake("Connection: Upgrade", std::string("Connection: ") + value).status, 101) << value;
  }
  EXPECT_EQ(wire.Handshake("Connection: Upgrade", "Connection: keep-alive\r\nConnection: upgrade").status, 101);
  for (const char* value : {"keep-alive", "Upgraded", ""}) {
    EXPECT_EQ(wire.Handshake("Connection: Upgrade", std::string("Connection: ") + value).status, 400) << value;
  }
}

TEST(Rfc6455Section4_2_1, HeaderNamesAreReadInAnyCaseAndOrder) {
  const Wire wire;
  const HttpAnswer answer = wire.Ask(
      "GET /ws/test HTTP/1.1\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nCONNECTION: upgrade\r\n"
      "sec-WebSocket-version: 13\r\nupgrade: websocket\r\nX-Unknown: 1\r\nhost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.Header("Sec-WebSocket-Accept"), kSampleAccept);
}

TEST(Rfc6455Section4_2_1, TheKeyMustBe16BytesInBase64) {
  const Wire wire;
  for (const char* key :
       {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=A", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25j",
        "dGhlIHNhbXBsZSBub25jZWU=", "dGhl-HNhbXBsZSBub25jZQ==", "dGhl IHNhbXBsZSBub25jZQ=="}) {
    EXPECT_EQ(wire.Handshake("dGhlIHNhbXBsZSBub25jZQ==", key).status, 400) << key;
  }
}

TEST(Rfc6455Section4_2_1, TheKeyMustBeThere) {
  const Wire wire;
  EXPECT_EQ(wire.Handshake(kKeyLine, "").status, 400);
}

TEST(Rfc6455Section4_2_2, AnswersWith101AndTheHeadersOfASwitch) {
  const Wire wire;
  const HttpAnswer answer = wire.Ask(UpgradeRequest("/ws/test"));
  EXPECT_TRUE(answer.head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << answer.head;
  EXPECT_EQ(answer.Header("Upgrade"), "websocket");
  EXPECT_EQ(answer.Header("Connection"), "Upgrade");
  EXPECT_EQ(answer.Header("Sec-WebSocket-Accept"), kSampleAccept);
  EXPECT_FALSE(answer.Has("Content-Length"));
}

TEST(Rfc6455Section4_2_2, NamesNoSubprotocolThatWasNotOffered) {
  const Wire wire;
  EXPECT_FALSE(wire.Ask(UpgradeRequest("/ws/test")).Has("Sec-WebSocket-Protocol"));
  EXPECT_EQ(wire.Ask(UpgradeRequest("/ws/test", "Sec-WebSocket-Protocol: chat\r\n")).Header("Sec-WebSocket-Protocol"),
            "chat");
}

TEST(Rfc6455Section4_2_2, NamesNoExtensionThatWasNotOffered) {
  const Wire wire;
  EXPECT_FALSE(wire.Ask(UpgradeRequest("/ws/test")).Has("Sec-WebSocket-Extensions"));
  const HttpAnswer answer =
      wire.Ask(UpgradeRequest("/ws/test", "Sec-WebSocket-Extensions: x-webkit-frame, foo; a=1\r\n"));
  EXPECT_EQ(answer.status, 101);
  EXPECT_FALSE(answer.Has("Sec-WebSocket-Extensions"));
}

TEST(Rfc6455Section4_2_2, ARefusalIsPlainHttpAndEndsTheConnection) {
  const Wire wire;
  RawSocket socket = wire.door.Connect();
  socket.Send(UpgradeRequest("/elsewhere") + EncodeClientFrame(kTextFrame, "not a request"));
  EXPECT_EQ(socket.ReceiveAnswer().status, 403);
  EXPECT_EQ(socket.ReceiveAll(), "");
}

TEST(Rfc6455Section4_4, AnotherVersionIsAnsweredWithTheOneSpoken) {
  const Wire wire;
  for (const char* version : {"8", "7", "0", "14", "255", "130", "013", "+13", "13, 8", "x", ""}) {
    const HttpAnswer answer = wire.Handshake("Version: 13", std::string("Version: ") + version);
    EXPECT_EQ(answer.status, 426) << version;
    EXPECT_EQ(answer.Header("Sec-WebSocket-Version"), "13") << version;
    EXPECT_EQ(answer.Header("Upgrade"), "websocket") << version;
    EXPECT_FALSE(answer.Has("Sec-WebSocket-Accept"));
  }
  EXPECT_EQ(wire.Handshake("Sec-WebSocket-Version: 13\r\n", "").status, 426);
}

TEST(Rfc6455Section9_1, AMalformedListOfExtensionsIsRefused) {
  const Wire wire;
  for (const char* list : {"", ",", ";", "a;", "a; b=", "a; =b", "a b", "a; b c", "a; b=\"c", "a; b=\"\"",
                           "a; b=\"c d\"", "a;b=c=d", "\"a\"", "a, b;", "a@b"}) {
    EXPECT_EQ(wire.Ask(UpgradeRequest("/ws/test", "Sec-WebSocket-Extensions: " + std::string(list) + "\r\n")).status,
              400)
        << list;
  }
}

TEST(Rfc6455Section9_1, AListMayBeSplitOverHeadersAndHoldQuotes) {
  const Wire wire;
  for (const char* lines : {"Sec-WebSocket-Extensions: foo; bar=2, baz; quux=\"\\1\\2\"\r\n",
                            "Sec-WebSocket-Extensions: foo\r\nSec-WebSocket-Extensions: bar; baz=2\r\n",
                            "Sec-WebSocket-Extensions: , foo ;a = 1 ,, bar\t\r\n"}) {
    EXPECT_EQ(wire.Ask(UpgradeRequest("/ws/test", lines)).status, 101) << lines;
  }
  const HttpAnswer answer = wire.Ask(
      UpgradeRequest("/ws/test", "Sec-WebSocket-Extensions: foo\r\nsec-websocket-extensions: permessage-deflate\r\n"));
  EXPECT_TRUE(answer.Header("Sec-WebSocket-Extensions").starts_with("permessage-deflate"));
}

TEST(Rfc6455Section11_3, TheKeyAndTheVersionComeOnce) {
  const Wire wire;
  EXPECT_EQ(wire.Handshake(kKeyLine, std::string(kKeyLine) + std::string(kKeyLine)).status, 400);
  EXPECT_EQ(wire.Handshake("Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8\r\n")
                .status,
            400);
}

}  // namespace
}  // namespace fajma::testing
