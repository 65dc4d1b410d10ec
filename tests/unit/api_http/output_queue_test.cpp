#include "api/http/output_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace fajma::http {
namespace {

// Takes everything out, `step` bytes at a time.
std::string Drain(OutputQueue& queue, std::size_t step) {
  std::string out;
  while (!queue.empty()) {
    std::array<iovec, 4> parts;
    const std::size_t used = queue.Gather(parts);
    EXPECT_GT(used, 0U);
    std::size_t left = step;
    for (std::size_t i = 0; i < used && left > 0; ++i) {
      const std::size_t taken = std::min(left, parts[i].iov_len);
      out.append(static_cast<const char*>(parts[i].iov_base), taken);
      left -= taken;
    }
    queue.Consume(step - left);
  }
  return out;
}

TEST(OutputQueue, KeepsTheOrderWhateverTheStep) {
  for (const std::size_t step : {1UL, 7UL, 4096UL, 100'000UL}) {
    OutputQueue queue;
    std::string expected;
    for (int i = 0; i < 20; ++i) {
      const std::string head = "head" + std::to_string(i);
      Response response;
      response.body = std::string(static_cast<std::size_t>(i) * 700, static_cast<char>('a' + i));
      if (i % 3 == 0) response.shared_body = std::make_shared<const std::string>(response.body);
      expected += head + std::string(response.BodyView());
      queue.Append(head);
      queue.AppendBody(std::move(response));
    }
    EXPECT_EQ(queue.bytes(), expected.size());
    EXPECT_EQ(Drain(queue, step), expected);
  }
}

TEST(OutputQueue, DoesNotCopyASharedBody) {
  OutputQueue queue;
  Response response;
  response.shared_body = std::make_shared<const std::string>(100'000, 'x');
  const char* const where = response.shared_body->data();
  queue.AppendBody(std::move(response));
  std::array<iovec, 4> parts;
  ASSERT_EQ(queue.Gather(parts), 1U);
  EXPECT_EQ(parts[0].iov_base, where);
}

TEST(OutputQueue, JoinsSmallAnswersIntoOnePart) {
  OutputQueue queue;
  for (int i = 0; i < 5; ++i) queue.Append("HTTP/1.1 200 OK\r\n\r\n{}");
  std::array<iovec, 4> parts;
  EXPECT_EQ(queue.Gather(parts), 1U);
}

TEST(FormatHead, AddsTheDoorsHeaders) {
  Response response = JsonResponse(200, "{}");
  const std::string head = FormatHead(response, true);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
  EXPECT_NE(head.find("\r\nContent-Length: 2\r\nConnection: keep-alive\r\nDate: "), head.npos);
  EXPECT_NE(head.find(" GMT\r\nServer: fajma\r\n\r\n"), head.npos);
}

TEST(FormatHead, DropsWhatBelongsToTheDoorOrBreaksTheHead) {
  Response response;
  response.headers = {
      {"content-length", "9"}, {"Connection", "upgrade"}, {"X-Bad", "a\r\nSet: b"}, {"X\nBad", "c"}, {"", "d"},
      {"X-Good", "e"}};
  const std::string head = FormatHead(response, false);
  EXPECT_EQ(head.find("content-length"), head.npos);
  EXPECT_EQ(head.find("upgrade"), head.npos);
  EXPECT_EQ(head.find("Bad"), head.npos);
  EXPECT_NE(head.find("X-Good: e\r\nContent-Length: 0\r\nConnection: close\r\n"), head.npos);
}

TEST(FormatHead, GivesNoLengthWhereNoBodyMayBe) {
  Response response;
  for (const int status : {204, 304}) {
    response.status = status;
    EXPECT_EQ(FormatHead(response, true).find("Content-Length"), std::string::npos);
    EXPECT_FALSE(AllowsBody(status));
  }
}

}  // namespace
}  // namespace fajma::http
