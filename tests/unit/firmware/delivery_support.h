#ifndef FAJMA_TESTS_UNIT_FIRMWARE_DELIVERY_SUPPORT_H_
#define FAJMA_TESTS_UNIT_FIRMWARE_DELIVERY_SUPPORT_H_

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/delivery.h"

namespace fajma::firmware {

inline unsigned Draw(std::mt19937& random, unsigned below) { return static_cast<unsigned>(random() % below); }

struct SentRecord {
  std::uint32_t boot;
  std::uint32_t seq;
  std::optional<std::uint32_t> first_held;
  double heart_rate;
};

// Reads back what a device sends, one record or an array. Written on its own, without the code under test.
inline std::vector<SentRecord> ReadRecords(std::string_view payload) {
  const auto number_after = [](std::string_view text, std::string_view name) -> std::optional<double> {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) {
      return std::nullopt;
    }
    return std::strtod(std::string(text.substr(at + name.size())).c_str(), nullptr);
  };
  std::vector<SentRecord> records;
  std::size_t begin = payload.find("{\"b\":");
  while (begin != std::string_view::npos) {
    const std::size_t next = payload.find("{\"b\":", begin + 1);
    const std::string_view text = payload.substr(begin, next - begin);
    SentRecord record{};
    record.boot = static_cast<std::uint32_t>(*number_after(text, "\"b\":"));
    record.seq = static_cast<std::uint32_t>(*number_after(text, "\"s\":"));
    if (const std::optional<double> first = number_after(text, "\"f\":")) {
      record.first_held = static_cast<std::uint32_t>(*first);
    }
    record.heart_rate = number_after(text, "\"heart_rate\":").value_or(0);
    records.push_back(record);
    begin = next;
  }
  return records;
}

inline std::vector<std::uint32_t> ReadSeqs(std::string_view payload) {
  std::vector<std::uint32_t> seqs;
  for (const SentRecord& record : ReadRecords(payload)) {
    seqs.push_back(record.seq);
  }
  return seqs;
}

inline std::string AckText(std::uint32_t boot, std::uint32_t durable) {
  return R"({"boot":)" + std::to_string(boot) + R"(,"durable":)" + std::to_string(durable) + R"(,"now":1767225600000})";
}

inline std::string RejectText(std::uint32_t boot, std::uint32_t seq, std::string_view code) {
  return R"({"boot":)" + std::to_string(boot) + R"(,"seq":)" + std::to_string(seq) + R"(,"code":")" +
         std::string(code) + R"(","detail":"x"})";
}

// A delivery with its clock and its buffer.
class DeliveryBench {
 public:
  explicit DeliveryBench(std::uint32_t boot, const DeliverySettings& settings = {}) : delivery(boot, settings) {}

  // Adds samples whose heart rate is 60 + seq % 60.
  void Add(int count) {
    for (int i = 0; i < count; ++i) {
      Sample sample({TimeBase::kUptime, 1000ULL * delivery.next_seq()});
      sample.Set(Measure::kHeartRate, 60 + delivery.next_seq() % 60);
      delivery.Add(sample);
    }
  }

  std::string Next(std::uint64_t now_ms) {
    return std::string(delivery.Next(now_ms, clock, {buffer_.data(), buffer_.size()}));
  }
  // Everything that there is to send now.
  std::vector<std::uint32_t> SendAll(std::uint64_t now_ms) {
    std::vector<std::uint32_t> all;
    for (std::string payload = Next(now_ms); !payload.empty(); payload = Next(now_ms)) {
      const std::vector<std::uint32_t> seqs = ReadSeqs(payload);
      all.insert(all.end(), seqs.begin(), seqs.end());
    }
    return all;
  }

  Clock clock;
  Delivery delivery;

 private:
  std::array<char, kMaxPayloadBytes> buffer_{};
};

}  // namespace fajma::firmware

#endif  // FAJMA_TESTS_UNIT_FIRMWARE_DELIVERY_SUPPORT_H_
