// Short names for the decoder's tests.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/message_decoder.h"

namespace fajma::test {

inline constexpr Micros kReceived = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z

inline std::vector<DecodedMessage> DecodeAll(std::string_view payload) {
  MessageDecoder decoder;
  std::vector<DecodedMessage> out;
  decoder.DecodeData(payload, kReceived, out);
  return out;
}

// Of a payload that is one message.
inline DecodedMessage DecodeOne(std::string_view payload) {
  std::vector<DecodedMessage> all = DecodeAll(payload);
  EXPECT_EQ(all.size(), 1U) << payload.substr(0, 200);
  return all.empty() ? DecodedMessage{} : std::move(all.front());
}

inline DecodedMessage DecodeSocketText(std::string_view payload) {
  MessageDecoder decoder;
  return decoder.DecodeSocket(payload);
}

// Its rejection's code; "" when it was taken.
inline std::string CodeOf(const DecodedMessage& message) {
  return message.rejection ? std::string(message.rejection->code) : std::string();
}

inline std::optional<double> ValueOf(const DecodedMessage& message, MeasureId id) {
  for (const MeasureValue& value : message.values) {
    if (value.measure == id) return value.value;
  }
  return std::nullopt;
}

// A documented message around the content of its "data".
inline std::string Documented(std::string_view data) {
  return R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","data":)" + std::string(data) + "}";
}

}  // namespace fajma::test
