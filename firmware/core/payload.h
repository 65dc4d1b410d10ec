#ifndef FAJMA_FIRMWARE_CORE_PAYLOAD_H_
#define FAJMA_FIRMWARE_CORE_PAYLOAD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/sample.h"
#include "firmware/core/text_writer.h"

namespace fajma::firmware {

// Room that is always enough for one sample with every measure, in either form.
inline constexpr std::size_t kMaxRecordBytes = 384;
// Largest payload that a device sends; the MQTT buffer must hold it and the topic.
inline constexpr std::size_t kMaxPayloadBytes = 1024;

struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};
};

// aabbccddeeff, as in topics.
std::array<char, 12> TopicMac(const MacAddress& mac);
// AA:BB:CC:DD:EE:FF, as in the documented message.
std::array<char, 17> ColonMac(const MacAddress& mac);
// Accepts both forms, in either case.
std::optional<MacAddress> ParseMac(std::string_view text);

// A sample as it goes out: identity beside content.
struct Record {
  std::uint32_t boot;
  std::uint32_t seq;
  std::optional<std::uint32_t> first_held;  // "f": the lowest seq that the device still holds
  Sample sample;
};

// The native form: {"b":12,"s":345,"t":1767225600000,"m":{"heart_rate":75}}; "u" for "t" when the time is uptime; "f"
// after "s". Empty when it does not fit.
std::string_view WritePayload(const Record& record, TextBuffer out);

// Several records in one message. One record stands alone, more stand in an array.
class BatchWriter {
 public:
  // `out` must outlive the writer, and have room for at least two bytes.
  explicit BatchWriter(TextBuffer out);

  // False, and nothing written, when the record no longer fits.
  bool Append(const Record& record);
  std::size_t count() const { return count_; }
  // The message; empty when there is no record. Ends the writer's use.
  std::string_view Finish();

 private:
  TextBuffer out_;
  TextWriter writer_;
  std::size_t count_ = 0;
};

// The documented message of the WebSocket door. "timestamp" is ISO 8601 when the clock is set, else millis(); "b", "s"
// and "f" stand beside "data" when there is an identity.
struct SensorMessage {
  MacAddress mac;
  Sample sample;
  std::optional<std::uint32_t> boot;
  std::optional<std::uint32_t> seq;
  std::optional<std::uint32_t> first_held;
};
std::string_view WriteSensorData(const SensorMessage& message, TextBuffer out);

struct Status {
  bool online;
  std::string_view firmware;
  std::optional<std::uint8_t> battery;  // percent
  std::optional<std::uint8_t> signal;   // percent
  std::uint32_t boot;
};

// {"status":"online","firmware":"1.2.0","battery":88,"signal":72,"boot":12}. The will is the same with online = false;
// it leaves battery and signal out, for nobody knows them then.
std::string_view WriteStatus(const Status& status, TextBuffer out);

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_PAYLOAD_H_
