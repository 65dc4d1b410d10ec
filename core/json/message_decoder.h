// From the bytes that a door took in to what the device said: the payload forms, told apart by shape.
// Pure; one decoder for each thread (it keeps a buffer).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/command.h"
#include "core/domain/mac.h"
#include "core/domain/reading.h"
#include "core/domain/result.h"

namespace fajma {

inline constexpr std::size_t kMaxPayloadBytes = 64 * 1024;
inline constexpr std::size_t kMaxMessagesPerPayload = 256;

// The time that a device gave to a message.
struct DeviceTime {
  enum class Kind : std::uint8_t {
    kNone,
    kWall,        // microseconds since 1970
    kUptime,      // microseconds since the device's start
    kUnreadable,  // something was sent, but no time
  };
  Kind kind = Kind::kNone;
  Micros value = 0;
  std::string token;  // as it was sent, a JSON token; empty: none
};

// Codes of rejections by content; they stand in quarantine rows, metrics and MQTT `reject`.
namespace rejection {
inline constexpr std::string_view kEmpty = "empty";
inline constexpr std::string_view kTooLarge = "too_large";
inline constexpr std::string_view kInvalidJson = "invalid_json";
inline constexpr std::string_view kInvalidMessage = "invalid_message";
inline constexpr std::string_view kUnknownType = "unknown_type";
inline constexpr std::string_view kInvalidData = "invalid_data";
inline constexpr std::string_view kDuplicateKey = "duplicate_key";
inline constexpr std::string_view kOutOfRange = "out_of_range";
inline constexpr std::string_view kNoMeasure = "no_measure";
inline constexpr std::string_view kWrongUnit = "wrong_unit";
inline constexpr std::string_view kUnknownDevice = "unknown_device";
inline constexpr std::string_view kForbiddenDevice = "forbidden_device";
inline constexpr std::string_view kNoPatient = "no_patient";
inline constexpr std::string_view kUnknownTopic = "unknown_topic";
inline constexpr std::string_view kRetained = "retained";
inline constexpr std::string_view kUnknownCommand = "unknown_command";
inline constexpr std::string_view kTooOld = "too_old";            // older than what is kept
inline constexpr std::string_view kRateLimited = "rate_limited";  // the one that means later, not never
}  // namespace rejection

// One message, decoded; or why not, with what could be read of who sent it.
struct DecodedMessage {
  std::optional<Mac> mac;  // named in the payload
  std::optional<BootSeq> identity;
  std::optional<std::uint64_t> floor;  // the lowest seq that the device still holds
  DeviceTime time;
  MeasureValues values;
  std::uint64_t content_hash = 0;  // of measures and values
  std::optional<Rejection> rejection;
  std::string socket_errors;  // documented message only: the `errors` object of its `error` answer
  std::string named_mac;      // documented message only: device_mac as it was sent, for that answer
};

// A `status` message of a device.
struct DecodedStatus {
  bool online = false;
  std::string firmware;  // empty: not sent
  std::optional<int> battery_percent;
  std::optional<int> signal_percent;
};

// A reading made over REST: of a device by its id, of any type.
struct DecodedRestReading {
  std::int64_t device_id = 0;
  std::int16_t type_id = 0;  // of fajma_type_donnee
  std::string type_name;
  double value = 0;
  int quality_percent = 100;
  std::string metadata;  // a JSON object; empty: {}
};

class MessageDecoder {
 public:
  MessageDecoder();
  ~MessageDecoder();
  MessageDecoder(const MessageDecoder&) = delete;
  MessageDecoder& operator=(const MessageDecoder&) = delete;

  // A payload of …/data, any of the four forms or an array of them, at most kMaxMessagesPerPayload. `out` gets one
  // element for each message; what cannot be decoded as a whole is one message with a rejection.
  // `received_at` resolves SenML's relative times.
  void DecodeData(std::string_view payload, Micros received_at, std::vector<DecodedMessage>& out);
  // A text from a ws/iot socket: the documented message only.
  DecodedMessage DecodeSocket(std::string_view payload);
  Result<DecodedStatus> DecodeStatus(std::string_view payload);
  Result<DecodedRestReading> DecodeRest(std::string_view payload);
  // The payload of a RawMessage of kind kCommandResult.
  Result<CommandAnswer> DecodeCommandResult(std::string_view payload);

  struct Parser;

 private:
  std::unique_ptr<Parser> parser_;
};

// The payload of a RawMessage of kind kCommandResult.
std::string EncodeCommandResult(std::string_view command_id, std::string_view json);

// The payload of a RawMessage of kind kRest; DecodeRest reads it back.
std::string EncodeRestReading(const DecodedRestReading& reading);

}  // namespace fajma
