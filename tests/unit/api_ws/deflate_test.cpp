#include "api/ws/loop/deflate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/deflate.h"

namespace fajma::ws {
namespace {

using testing::DeflatePayload;
using testing::InflatePayload;
using Result = Inflater::Result;

TEST(Deflater, KeepsTheLastFrameOnly) {
  Deflater deflater;
  const Frame first = EncodeTextFrame(std::string(1'000, 'a'));
  const Frame second = EncodeTextFrame(std::string(1'000, 'b'));
  const Frame compressed = deflater.Compress(first, 15);
  EXPECT_EQ(deflater.Compress(first, 12), compressed) << "the same frame, not an equal one";
  EXPECT_EQ(deflater.compressions(), 1U);
  deflater.Compress(second, 15);
  EXPECT_EQ(*deflater.Compress(first, 15), *compressed);
  EXPECT_EQ(deflater.compressions(), 3U);
}

TEST(Deflater, GivesBackWhatItDoesNotCompress) {
  Deflater deflater;
  for (const Frame& frame : {EncodeTextFrame(std::string(199, 'a')), EncodePingFrame(std::string(125, 'a')),
                             EncodeCloseFrame(1000, std::string(100, 'a'))}) {
    EXPECT_EQ(deflater.Compress(frame, 15), frame);
  }
  const Frame long_one = EncodeTextFrame(std::string(1'000, 'a'));
  EXPECT_EQ(deflater.Compress(long_one, 9), long_one) << "longer than the client remembers";
  EXPECT_EQ(deflater.compressions(), 0U);
}

TEST(Deflater, KeepsTheKindOfAMessage) {
  Deflater deflater;
  EXPECT_EQ(static_cast<unsigned char>(deflater.Compress(EncodeTextFrame(std::string(300, 'a')), 15)->front()), 0xC1);
  EXPECT_EQ(static_cast<unsigned char>(deflater.Compress(EncodeBinaryFrame(std::string(300, 'a')), 15)->front()), 0xC2);
}

TEST(Inflater, ReadsWhatTheDeflaterWrites) {
  Deflater deflater;
  Inflater inflater(2'000'000);
  std::mt19937 random(3);
  for (const std::size_t size : {200U, 255U, 4'096U, 65'535U, 65'536U, 70'000U, 1'500'000U}) {
    std::string text;
    while (text.size() < size) text += std::to_string(random() % 50) + ",";
    text.resize(size);
    const Frame frame = deflater.Compress(EncodeTextFrame(text), 15);
    ASSERT_EQ(inflater.Inflate(PayloadOf(*frame)), Result::kDone) << size;
    EXPECT_TRUE(inflater.message() == text) << size;
    EXPECT_TRUE(InflatePayload(std::string(PayloadOf(*frame))) == text) << size;
  }
}

TEST(Inflater, StopsAtTheLimit) {
  Inflater inflater(1'000);
  EXPECT_EQ(inflater.Inflate(DeflatePayload(std::string(1'000, 'a'))), Result::kDone);
  EXPECT_EQ(inflater.message(), std::string(1'000, 'a'));
  EXPECT_EQ(inflater.Inflate(DeflatePayload(std::string(1'001, 'a'))), Result::kTooBig);
  EXPECT_EQ(inflater.Inflate(DeflatePayload(std::string(10'000'000, 'a'))), Result::kTooBig);
  EXPECT_EQ(inflater.Inflate(DeflatePayload("after that")), Result::kDone);
  EXPECT_EQ(inflater.message(), "after that");
}

TEST(Inflater, WantsTheEndOfABlock) {
  Inflater inflater(1'000);
  const std::string whole = DeflatePayload("one two three four five");
  for (std::size_t size = 1; size + 1 < whole.size(); ++size) {
    EXPECT_NE(inflater.Inflate(whole.substr(0, size)), Result::kTooBig);
    if (inflater.Inflate(whole.substr(0, size)) == Result::kDone) {
      ADD_FAILURE() << size << " bytes of " << whole.size() << " are a message: " << inflater.message();
    }
  }
}

TEST(InflaterFuzz, SurvivesRandomAndMutatedBytes) {
  Inflater inflater(2'000);
  std::mt19937 random(11);
  const std::string seed = DeflatePayload("{\"heart_rate\":75,\"temperature\":36.5}{\"heart_rate\":76}");
  int done = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seed;
    if (round % 3 == 0) {
      bytes.clear();
      for (std::size_t i = random() % 80; i > 0; --i) bytes += static_cast<char>(random());
    } else {
      for (int i = 0; i < 2; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (inflater.Inflate(bytes) == Result::kDone) {
      ++done;
      EXPECT_LE(inflater.message().size(), 2'000U);
    }
  }
  EXPECT_GT(done, 0) << "some mutations are valid";
}

}  // namespace
}  // namespace fajma::ws
