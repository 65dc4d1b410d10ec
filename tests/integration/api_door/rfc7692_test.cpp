// RFC 7692: permessage-deflate, negotiated and on the wire.
#include <string>
#include <vector>

#include "tests/integration/api_door/wire.h"
#include "tests/support/deflate.h"

namespace fajma::testing {
namespace {

constexpr unsigned kRsv1 = 4;
constexpr std::string_view kOffer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
constexpr std::string_view kAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

std::string Compressed(std::string_view payload, unsigned opcode = kTextFrame, bool fin = true) {
  return EncodeClientFrame(opcode, payload, {.fin = fin, .reserved = kRsv1});
}

// What is answered to an offer; "": no extension.
std::string AnswerTo(const Wire& wire, const std::string& offer) {
  const HttpAnswer answer = wire.Ask(UpgradeRequest("/ws/test", "Sec-WebSocket-Extensions: " + offer + "\r\n"));
  EXPECT_EQ(answer.status, 101) << offer;
  return answer.Header("Sec-WebSocket-Extensions");
}

// Compresses well, is long enough to be compressed, and is different all along.
std::string Readings(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += R"({"heart_rate":)" + std::to_string(i) + "},";
  text.resize(size);
  return text;
}

TEST(Rfc7692Section5, TheFirstAcceptableOfferIsTaken) {
  const Wire wire;
  EXPECT_EQ(
      AnswerTo(wire, "permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10, permessage-deflate"),
      std::string(kAnswer) + "; server_max_window_bits=10");
  EXPECT_EQ(AnswerTo(wire, "permessage-bzip2, permessage-deflate"), kAnswer);
}

TEST(Rfc7692Section5, WithoutAnAcceptableOfferThereIsNone) {
  const Wire wire;
  EXPECT_EQ(AnswerTo(wire, "permessage-bzip2, permessage-deflate; unknown=1"), "");
  WsClient client = wire.Open("Sec-WebSocket-Extensions: permessage-deflate; unknown\r\n");
  client.SendText(Readings(1'000));
  EXPECT_EQ(client.Receive().reserved, 0U) << "nothing is compressed";
}

TEST(Rfc7692Section7_1, AnInvalidParameterDeclinesTheOffer) {
  const Wire wire;
  for (const char* parameters :
       {"unknown", "x=1", "server_no_context_takeover=1", "client_no_context_takeover=true", "server_max_window_bits",
        "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08",
        "server_max_window_bits=010", "server_max_window_bits=+9", "server_max_window_bits=x",
        "client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=0",
        "client_max_window_bits=99", "Server_Max_Window_Bits=10x"}) {
    EXPECT_EQ(AnswerTo(wire, std::string("permessage-deflate; ") + parameters), "") << parameters;
  }
}

TEST(Rfc7692Section7_1, ADuplicateParameterDeclinesTheOffer) {
  const Wire wire;
  for (const char* parameter : {"server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits=10",
                                "client_max_window_bits", "client_max_window_bits=10"}) {
    const std::string twice = std::string("; ") + parameter + "; " + parameter;
    EXPECT_EQ(AnswerTo(wire, "permessage-deflate" + twice), "") << parameter;
  }
  EXPECT_EQ(AnswerTo(wire, "permessage-deflate; client_max_window_bits; client_max_window_bits=9"), "");
}

TEST(Rfc7692Section7_1_1, NoSideTakesItsContextOver) {
  const Wire wire;
  for (const char* offer : {"permessage-deflate", "permessage-deflate; server_no_context_takeover",
                            "permessage-deflate; client_no_context_takeover",
                            "permessage-deflate; client_no_context_takeover; server_no_context_takeover"}) {
    EXPECT_EQ(AnswerTo(wire, offer), kAnswer) << offer;
  }
}

TEST(Rfc7692Section7_1_1, EachMessageOfTheServerIsCompressedByItself) {
  const Wire wire;
  WsClient client = wire.Open(kOffer);
  for (int i = 0; i < 3; ++i) {
    client.SendText(Readings(1'000));
    const WsFrame frame = client.Receive();
    EXPECT_EQ(frame.reserved, kRsv1);
    EXPECT_EQ(InflatePayload(frame.payload), Readings(1'000));
  }
}

TEST(Rfc7692Section7_1_1, AMessageThatNeedsTheOneBeforeFails) {
  const Wire wire;
  WsClient client = wire.Open(kOffer);
  client.socket().Send(Compressed(std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)));
  EXPECT_EQ(client.ReceiveText(), "Hello");
  client.socket().Send(Compressed(std::string("\xf2\x00\x11\x00\x00", 5)));  // 7.2.3.2, with context takeover
  EXPECT_EQ(client.ReceiveClose(), 1007);
}

TEST(Rfc7692Section7_1_2, TheWindowOfTheServerIsAsAsked) {
  const Wire wire;
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string parameter = "; server_max_window_bits=" + std::to_string(bits);
    EXPECT_EQ(AnswerTo(wire, "permessage-deflate" + parameter), std::string(kAnswer) + parameter);
  }
  EXPECT_EQ(AnswerTo(wire, "permessage-deflate; server_max_window_bits=\"12\""),
            std::string(kAnswer) + "; server_max_window_bits=12");
}

TEST(Rfc7692Section7_1_2, ASmallWindowSufficesForWhatIsSent) {
  const Wire wire;
  for (int bits = 9; bits <= 15; ++bits) {  // zlib knows no window of 2^8
    const std::string bits_text = std::to_string(bits);
    WsClient client =
        wire.Open("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=" + bits_text + "\r\n");
    for (const std::size_t size : {256U, 257U, 512U, 513U, 4'096U, 32'768U, 32'769U, 60'000U}) {
      client.SendText(Readings(size));
      const WsFrame frame = client.Receive();
      const bool fits = bits == 15 || size <= (std::size_t{1} << bits);
      EXPECT_EQ(frame.reserved, fits ? kRsv1 : 0U) << bits << " bits, " << size << " bytes";
      EXPECT_EQ(frame.reserved != 0 ? InflatePayload(frame.payload, bits) : frame.payload, Readings(size));
    }
  }
}

TEST(Rfc7692Section7_1_2, TheWindowOfTheClientMayBeAny) {
  const Wire wire;
  for (const char* parameter : {"client_max_window_bits", "client_max_window_bits=8", "client_max_window_bits=15"}) {
    EXPECT_EQ(AnswerTo(wire, std::string("permessage-deflate; ") + parameter), kAnswer) << parameter;
  }
  for (const int bits : {9, 12, 15}) {
    EXPECT_EQ(wire.TextFor(Compressed(DeflatePayload(Readings(150), Z_BEST_COMPRESSION, bits)), kOffer), Readings(150));
  }
}

TEST(Rfc7692Section6, ACompressedMessageNeedsAnAgreement) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(Compressed(DeflatePayload("Hello"))), 1002);
}

TEST(Rfc7692Section6, OnlyTheFirstBitIsAgreedOn) {
  const Wire wire;
  for (const unsigned reserved : {1U, 2U, 3U, 5U, 6U, 7U}) {
    EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, DeflatePayload("Hello"), {.reserved = reserved}), kOffer),
              1002)
        << reserved;
  }
}

TEST(Rfc7692Section6, OnlyTheFirstFrameOfAMessageHasTheBit) {
  const Wire wire;
  const std::string payload = DeflatePayload("Hello");
  EXPECT_EQ(wire.CodeFor(
                Compressed(payload.substr(0, 3), kTextFrame, false) + Compressed(payload.substr(3), kContinuationFrame),
                kOffer),
            1002);
  EXPECT_EQ(wire.CodeFor(EncodeClientFrame(kTextFrame, "He", {.fin = false}) + Compressed(payload, kContinuationFrame),
                         kOffer),
            1002);
}

TEST(Rfc7692Section6, NoControlFrameHasTheBit) {
  const Wire wire;
  for (const unsigned opcode : {kPingFrame, kPongFrame, kCloseFrame}) {
    EXPECT_EQ(wire.CodeFor(Compressed(DeflatePayload("Hello"), opcode), kOffer), 1002) << opcode;
  }
}

TEST(Rfc7692Section6, ControlFramesMayInterleaveACompressedMessage) {
  const Wire wire;
  const std::string payload = DeflatePayload("Hello");
  WsClient client = wire.Open(kOffer);
  client.socket().Send(Compressed(payload.substr(0, 3), kTextFrame, false) + EncodeClientFrame(kPingFrame, "between") +
                       EncodeClientFrame(kContinuationFrame, payload.substr(3)));
  EXPECT_EQ(client.Receive().payload, "between");
  EXPECT_EQ(client.ReceiveText(), "Hello");
}

TEST(Rfc7692Section6, AMessageMayStayUncompressed) {
  const Wire wire;
  WsClient client = wire.Open(kOffer);
  client.socket().Send(EncodeClientFrame(kTextFrame, "plain") + Compressed(DeflatePayload("compressed")) +
                       Fragments({"plain ", "again"}));
  EXPECT_EQ(client.ReceiveText(), "plain");
  EXPECT_EQ(client.ReceiveText(), "compressed");
  EXPECT_EQ(client.ReceiveText(), "plain again");
}

TEST(Rfc7692Section7_2_1, ShortMessagesAndControlFramesLeaveUncompressed) {
  const Wire wire;
  WsClient client = wire.Open(kOffer);
  client.SendText(std::string(199, 'a'));
  EXPECT_EQ(client.Receive().reserved, 0U);
  client.SendText(std::string(200, 'a'));
  EXPECT_EQ(client.Receive().reserved, kRsv1);
  client.SendFrame(kPingFrame, std::string(125, 'a'));
  EXPECT_EQ(client.Receive().reserved, 0U);
}

TEST(Rfc7692Section7_2_1, WhatWouldNotBecomeShorterLeavesUncompressed) {
  const Wire wire;
  WsClient client = wire.Open(kOffer);
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 1'000; ++i) noise += static_cast<char>((state = state * 1'103'515'245U + 12'345U) >> 16);
  client.SendFrame(kBinaryFrame, noise);
  const WsFrame frame = client.Receive();
  EXPECT_EQ(frame.reserved, 0U);
  EXPECT_EQ(frame.payload, noise);
}

TEST(Rfc7692Section7_2_1, WhatGoesToManyIsCompressedOnce) {
  Wire wire;
  std::vector<WsClient> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(wire.Open(i % 3 == 0 ? kOffer
                                : i % 3 == 1
                                    ? "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8\r\n"
                                    : ""));
  }
  ASSERT_TRUE(Eventually([&] { return wire.door.log.opened == 30; }));
  const std::string text = Readings(5'000);
  wire.door.loop.Post(
      [&, ids = wire.door.log.Ids(), frame = ws::EncodeTextFrame(text)] { wire.door.loop.Broadcast(ids, frame); });
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const WsFrame frame = clients[i].Receive();
    EXPECT_EQ(frame.reserved, i % 3 == 0 ? kRsv1 : 0U);
    EXPECT_EQ(i % 3 == 0 ? InflatePayload(frame.payload) : frame.payload, text);
  }
  EXPECT_EQ(wire.door.loop.GetStatistics().compressions, 1U);
  EXPECT_EQ(wire.door.loop.GetStatistics().opened_with_deflate, 20U);
}

TEST(Rfc7692Section7_2_2, AMessageIsReadHoweverItIsCut) {
  const Wire wire;
  const std::string text = Readings(3'000);
  const std::string payload = DeflatePayload(text);
  std::string bytes;
  for (std::size_t at = 0; at < payload.size(); ++at) {
    bytes += EncodeClientFrame(at == 0 ? kTextFrame : kContinuationFrame, payload.substr(at, 1),
                               {.fin = at + 1 == payload.size(), .reserved = at == 0 ? kRsv1 : 0});
  }
  WsClient client = wire.Open(kOffer);
  client.socket().Send(bytes);
  EXPECT_EQ(InflatePayload(client.Receive().payload), text);
  client.socket().Send(Compressed(payload.substr(0, 0), kTextFrame, false) +
                       EncodeClientFrame(kContinuationFrame, payload));
  EXPECT_EQ(InflatePayload(client.Receive().payload), text) << "the first fragment is empty";
}

TEST(Rfc7692Section7_2_2, WhatIsNoDeflateClosesWith1007) {
  const Wire wire;
  const std::string whole = DeflatePayload(Readings(1'000));
  for (const std::string& payload :
       {std::string("\x06"), std::string("Hello"), std::string("\xFF\xFF\xFF\xFF"), whole.substr(0, whole.size() / 2),
        "\x06" + whole, std::string("\x00\x05\x00\x00\x00Hello", 10)}) {
    EXPECT_EQ(wire.CodeFor(Compressed(payload), kOffer), 1007);
  }
}

TEST(Rfc7692Section7_2_2, DecompressedTextMustBeUtf8) {
  const Wire wire;
  EXPECT_EQ(wire.CodeFor(Compressed(DeflatePayload("caf\xC3\xA9 \xED\xA0\x80")), kOffer), 1007);
  EXPECT_EQ(wire.CodeFor(Compressed(DeflatePayload("caf\xC3")), kOffer), 1007);
  EXPECT_EQ(wire.TextFor(Compressed(DeflatePayload("caf\xC3\xA9")), kOffer), "caf\xC3\xA9");
}

TEST(Rfc7692Section7_2_2, CompressedBinaryMayBeAnyBytes) {
  const Wire wire;
  WsClient client = wire.Open(kOffer);
  client.socket().Send(Compressed(DeflatePayload("\xFF\xFE"), kBinaryFrame));
  const WsFrame frame = client.Receive();
  EXPECT_EQ(frame.opcode, kBinaryFrame);
  EXPECT_EQ(frame.payload, "\xFF\xFE");
}

TEST(Rfc7692Section7_2_3, TheExamplesAreUnderstood) {
  const Wire wire;
  WsClient client = wire.Open(kOffer);
  for (const std::string& payload : {
           std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7),                   // 7.2.3.1
           std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11),  // 7.2.3.3, a block without compression
           std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8),  // 7.2.3.4, a block that says it is the last
           std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)  // 7.2.3.5, two blocks
       }) {
    client.socket().Send(Compressed(payload));
    EXPECT_EQ(client.ReceiveText(), "Hello");
  }
  client.socket().Send(Compressed(std::string("\xf2\x48\xcd", 3), kTextFrame, false) +
                       EncodeClientFrame(kContinuationFrame, std::string("\xc9\xc9\x07\x00", 4)));
  EXPECT_EQ(client.ReceiveText(), "Hello");
}

TEST(Rfc7692Section7_2_3, AnEmptyMessageMayBeCompressed) {
  const Wire wire;
  EXPECT_EQ(wire.TextFor(Compressed(std::string("\0", 1)), kOffer), "");
  EXPECT_EQ(wire.CodeFor(Compressed(""), kOffer), 1007) << "its block has no header";
}

TEST(Rfc7692Section7_2_3, BlocksMayFollowOneThatSaysItIsTheLast) {
  const Wire wire;
  const std::string last("\xf3\x48\xcd\xc9\xc9\x07\x00", 7);
  EXPECT_EQ(wire.TextFor(Compressed(last + last + std::string("\0", 1)), kOffer), "HelloHello");
}

TEST(Rfc7692Section8, AMessageIsBoundedAsItIsDecompressed) {
  const Wire wire;
  const std::string largest(65'536, 'x');
  WsClient client = wire.Open(kOffer);
  client.socket().Send(Compressed(DeflatePayload(largest)));
  EXPECT_EQ(InflatePayload(client.Receive().payload), largest);
  EXPECT_EQ(wire.CodeFor(Compressed(DeflatePayload(largest + "x")), kOffer), 1009);
  EXPECT_EQ(wire.CodeFor(Compressed(DeflatePayload(std::string(50'000'000, '\0'))), kOffer), 1009) << "a bomb";
}

TEST(Rfc7692Section8, WhatCannotBeCompressedMayStillBeAsLong) {
  const Wire wire;
  const std::string largest = Readings(65'536);
  const std::string stored = DeflatePayload(largest, Z_NO_COMPRESSION);
  ASSERT_GT(stored.size(), largest.size());
  WsClient client = wire.Open(kOffer);
  client.socket().Send(Compressed(stored));
  EXPECT_EQ(InflatePayload(client.Receive().payload), largest);
}

TEST(Rfc7692Section8, MessagesThatGrowAreReadInSeveralTurns) {
  Wire wire;
  WsClient client = wire.Open(kOffer);
  client.SendText("x");
  EXPECT_EQ(client.ReceiveText(), "x");
  const std::uint64_t writes = wire.door.loop.GetStatistics().writes;
  std::string bytes;
  const std::string frame = Compressed(DeflatePayload(std::string(60'000, 'x')));
  for (int i = 0; i < 50; ++i) bytes += frame + EncodeClientFrame(kPingFrame, std::to_string(i));
  ASSERT_LT(bytes.size(), 10'000U);
  client.socket().Send(bytes);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(InflatePayload(client.Receive().payload).size(), 60'000U);
    EXPECT_EQ(client.Receive().payload, std::to_string(i));
  }
  EXPECT_GE(wire.door.loop.GetStatistics().writes, writes + 25) << "others had their turn every two messages";
}

TEST(Rfc7692Section8, EmptyBlocksAreBoundedToo) {
  const Wire wire;
  std::string blocks;
  while (blocks.size() < 100'000) blocks += std::string("\0\0\0\xFF\xFF", 5);
  EXPECT_EQ(wire.CodeFor(Compressed(blocks), kOffer), 1009);
}

}  // namespace
}  // namespace fajma::testing
