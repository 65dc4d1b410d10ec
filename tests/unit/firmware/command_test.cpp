#include "firmware/core/command.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace fajma::firmware {
namespace {

constexpr std::uint64_t kWallMs = 1'767'225'600'000;  // 2026-01-01

std::string_view RefusalOf(std::string_view payload, std::optional<std::uint64_t> wall_ms = kWallMs) {
  const CommandRequest request = ParseCommand(payload, wall_ms);
  EXPECT_FALSE(request.command) << payload;
  EXPECT_EQ(request.refusal.status, CommandStatus::kRefused);
  return request.refusal.detail;
}

TEST(ParseCommand, KnowsItsCommands) {
  const auto restart =
      ParseCommand(R"({"command":"restart","params":{},"expires_at":"2026-01-01T00:01:00Z"})", kWallMs);
  ASSERT_TRUE(restart.command);
  EXPECT_EQ(restart.command->kind, CommandKind::kRestart);
  EXPECT_EQ(restart.command->seconds, 0U);
  const auto later = ParseCommand(R"({"command":"restart","params":{"delay":5}})", std::nullopt);
  ASSERT_TRUE(later.command);
  EXPECT_EQ(later.command->seconds, 5U);
  const auto interval = ParseCommand(R"({"command":"set_interval","params":{"interval":30}})", kWallMs);
  ASSERT_TRUE(interval.command);
  EXPECT_EQ(interval.command->kind, CommandKind::kSetInterval);
  EXPECT_EQ(interval.command->seconds, 30U);
  const auto identify = ParseCommand(R"({"command":"identify"})", kWallMs);
  ASSERT_TRUE(identify.command);
  EXPECT_EQ(identify.command->kind, CommandKind::kIdentify);
  EXPECT_EQ(identify.command->seconds, 10U);
}

TEST(ParseCommand, RefusesWhatHasExpired) {
  constexpr std::string_view kRestart = R"({"command":"restart","expires_at":"2026-01-01T00:00:00Z"})";
  EXPECT_TRUE(ParseCommand(kRestart, kWallMs - 1).command);
  EXPECT_EQ(RefusalOf(kRestart, kWallMs), "expired");
  EXPECT_EQ(RefusalOf(kRestart, std::nullopt), "clock not set");
  EXPECT_EQ(RefusalOf(R"({"command":"restart","expires_at":"soon"})"), "expires_at is not a UTC time");
}

TEST(ParseCommand, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(RefusalOf("{"), "malformed");
  EXPECT_EQ(RefusalOf(R"({"params":{}})"), "malformed");
  EXPECT_EQ(RefusalOf(R"({"command":"format"})"), "unknown command");
  EXPECT_EQ(RefusalOf(R"({"command":"restart","params":5})"), "params is not an object");
  EXPECT_EQ(RefusalOf(R"({"command":"set_interval"})"), "parameter missing");
  for (const std::string_view value : {"0", "3601", "-1", "1.5", "\"5\"", "99999999999999999999"}) {
    const std::string payload = R"({"command":"set_interval","params":{"interval":)" + std::string(value) + "}}";
    EXPECT_EQ(RefusalOf(payload), "parameter out of range") << value;
  }
}

TEST(WriteCommandResult, NamesStatusAndDetail) {
  std::array<char, 128> out{};
  const TextBuffer buffer = {out.data(), out.size()};
  EXPECT_EQ(WriteCommandResult({CommandStatus::kDone, {}}, buffer), R"({"status":"done"})");
  EXPECT_EQ(WriteCommandResult({CommandStatus::kFailed, "no lamp"}, buffer),
            R"({"status":"failed","detail":"no lamp"})");
  EXPECT_EQ(WriteCommandResult({CommandStatus::kRefused, "expired"}, buffer),
            R"({"status":"refused","detail":"expired"})");
}

}  // namespace
}  // namespace fajma::firmware
