// Messages that carry their number in their values: temperature and heart rate of normal ranges, so that no alert is
// raised; 600,000 different pairs. What the server sends or stores is recognised by them.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace fajma::load {

inline constexpr std::uint32_t kTemperatures = 15'000;
inline constexpr std::uint32_t kHeartRates = 40;
inline constexpr std::uint32_t kNumbers = kTemperatures * kHeartRates;

// `"temperature":36.0001,"heart_rate":60`
inline std::string MeasuresOf(std::uint32_t number) {
  char text[48];
  const std::uint32_t step = number % kTemperatures;
  std::snprintf(text, sizeof text, R"("temperature":%u.%04u,"heart_rate":%u)", 36 + step / 10'000, step % 10'000,
                60 + number / kTemperatures % kHeartRates);
  return text;
}

inline std::optional<std::uint32_t> NumberOf(double temperature, double heart_rate) {
  const auto step = static_cast<std::int64_t>(std::lround((temperature - 36.0) * 10'000.0));
  const auto beat = static_cast<std::int64_t>(std::lround(heart_rate)) - 60;
  if (step < 0 || step >= kTemperatures || beat < 0 || beat >= kHeartRates) return std::nullopt;
  return static_cast<std::uint32_t>(beat * kTemperatures + step);
}

// The text behind `key` up to the next comma, quote or brace; empty when there is none. Keys with their quotes and
// colon.
inline std::string_view FieldOf(std::string_view json, std::string_view key) {
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view value = json.substr(at + key.size());
  if (value.starts_with('"')) value.remove_prefix(1);
  return value.substr(0, value.find_first_of(",}\""));
}

inline double NumericField(std::string_view json, std::string_view key) {
  double value = 0;
  double scale = 0;
  for (const char c : FieldOf(json, key)) {
    if (c == '.') {
      scale = 1;
    } else if (c >= '0' && c <= '9') {
      value = value * 10 + (c - '0');
      scale *= 10;
    }
  }
  return scale > 1 ? value / scale : value;
}

// Of a pushed `sensor_data`.
inline std::optional<std::uint32_t> NumberInFrame(std::string_view frame) {
  return NumberOf(NumericField(frame, R"("temperature":)"), NumericField(frame, R"("heart_rate":)"));
}

// `{"type":"sensor_data","device_mac":"…","data":{…}}`; `time`: a JSON token, empty for none.
inline std::string DocumentedMessage(std::string_view mac, std::uint32_t number, std::string_view time) {
  std::string text = R"({"type":"sensor_data","device_mac":")";
  text.append(mac).append(R"(","data":{)").append(MeasuresOf(number));
  if (!time.empty()) text.append(R"(,"timestamp":)").append(time);
  return text.append("}}");
}

}  // namespace fajma::load
