// A device, and one message after the other judged as ingest does.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/ingest/judge.h"

namespace fajma::test {

inline constexpr Micros kMinute = kMicrosPerMinute;
inline constexpr Micros kNow = 1'790'000'000'000'000;  // a day in 2026

class Judging : public ::testing::Test {
 protected:
  static DecodedMessage Wall(Micros time, std::uint64_t content = 1) {
    DecodedMessage message;
    message.time = {DeviceTime::Kind::kWall, time, "\"" + FormatIso(time) + "\""};
    message.content_hash = content;
    return message;
  }
  static DecodedMessage Uptime(Micros uptime, std::uint64_t content = 1) {
    DecodedMessage message;
    message.time = {DeviceTime::Kind::kUptime, uptime, std::to_string(uptime / 1000)};
    message.content_hash = content;
    return message;
  }
  static DecodedMessage Numbered(DecodedMessage message, std::uint64_t seq, std::uint32_t boot = 1) {
    message.identity = BootSeq{boot, seq};
    return message;
  }

  // As Batch does: picks the boot, judges, and remembers what is stored.
  Verdict At(Micros received_at, const DecodedMessage& message, std::uint8_t flags = 0) {
    RawMessage raw;
    raw.received_at = received_at;
    raw.flags = flags;
    const IsStored is_stored = [this](Micros time, std::int64_t print) { return stored_.contains({time, print}); };
    BootState* boot = nullptr;
    if (message.identity) {
      boot = &boots_[message.identity->boot];
    } else if (message.time.kind == DeviceTime::Kind::kUptime) {
      boot = inferred_ == 0 ? nullptr : &boots_[inferred_];
      if (boot == nullptr || HasRestarted(message, *boot, is_stored)) boot = &boots_[--inferred_];
      boot->number = inferred_;
    }
    const Verdict verdict = Judge(message, raw, device_, boot, is_stored, [this] { return forgotten_before_; });
    if (verdict.kind == Verdict::Kind::kStore && verdict.fingerprint) {
      EXPECT_TRUE(stored_.insert({verdict.measured_at, *verdict.fingerprint}).second) << "stored twice";
    }
    return verdict;
  }

  DeviceState device_;
  std::map<std::int64_t, BootState> boots_;
  std::int64_t inferred_ = 0;  // the newest inferred boot; 0: none
  std::set<std::pair<Micros, std::int64_t>> stored_;
  Micros forgotten_before_ = 0;  // by retention
};

inline bool IsLive(const Verdict& verdict) { return verdict.kind == Verdict::Kind::kStore && !verdict.late; }

}  // namespace fajma::test
