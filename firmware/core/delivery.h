#ifndef FAJMA_FIRMWARE_CORE_DELIVERY_H_
#define FAJMA_FIRMWARE_CORE_DELIVERY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/backoff.h"
#include "firmware/core/clock.h"
#include "firmware/core/payload.h"
#include "firmware/core/ring_buffer.h"
#include "firmware/core/sample.h"

namespace fajma::firmware {

// {"boot":12,"durable":345,"now":1767225600000}: every seq of boot 12 up to 345 is settled.
struct Ack {
  std::uint32_t boot;
  std::uint32_t durable;
  std::optional<std::uint64_t> now_ms;  // the server's wall time
};
std::optional<Ack> ParseAck(std::string_view payload);

// {"boot":12,"seq":346,"code":"out_of_range","detail":"…"}: this one sample was refused.
struct Reject {
  std::uint32_t boot;
  std::uint32_t seq;
  bool rate_limited;  // the one code that means "later", not "never"
};
std::optional<Reject> ParseReject(std::string_view payload);

enum class PayloadForm : std::uint8_t {
  kNative,      // MQTT: up to max_batch samples a message
  kSensorData,  // the documented message: one sample each
};

struct DeliverySettings {
  PayloadForm form = PayloadForm::kNative;
  MacAddress mac{};             // written by kSensorData only
  std::size_t capacity = 1024;  // samples held; 32 bytes each
  std::uint32_t window = 32;    // samples under way at most
  std::uint32_t max_batch = 8;  // samples a message
  std::uint32_t ack_timeout_ms = 5'000;
  std::uint32_t max_ack_timeout_ms = 60'000;
  std::uint32_t rate_limit_pause_ms = 5'000;
  std::uint32_t max_rate_limit_pause_ms = 60'000;
};

// Samples, not messages. added = dropped + acknowledged + rejected + held.
struct DeliveryCounters {
  std::uint32_t added = 0;
  std::uint32_t dropped = 0;       // the oldest, when memory was full
  std::uint32_t acknowledged = 0;  // settled by an ack
  std::uint32_t rejected = 0;      // refused for good
  std::uint32_t rate_limited = 0;  // refused for now
  std::uint32_t sent_again = 0;
  std::uint32_t timeouts = 0;
  std::uint32_t ignored = 0;  // acks and rejects that were malformed, of another boot, or impossible
};

// Delivery until acknowledged, over a door that may lose anything. Each sample gets the next seq of this boot, from 1,
// and is held until the server has settled it, or until memory is full and it is the oldest.
//
// Sending is go-back-N: oldest first, a window of unacknowledged samples; when no ack moves forward within the
// time-out, or after a reconnect, all of them again. The server drops what it has by (boot, seq), so sending twice is
// harmless. `now_ms` is the device's uptime (Clock) everywhere. Not thread-safe; after construction nothing is
// allocated.
class Delivery {
 public:
  Delivery(std::uint32_t boot, const DeliverySettings& settings);

  // Takes a sample in and returns its seq; 0 for an empty one, which is not kept.
  std::uint32_t Add(const Sample& sample);

  void OnConnected();
  void OnDisconnected() { connected_ = false; }

  // The next payload to publish, or empty when there is nothing to do now; ask until it is empty. It lives in `out`,
  // which has at least kMaxRecordBytes (kMaxPayloadBytes for full batches). It counts as sent.
  std::string_view Next(std::uint64_t now_ms, const Clock& clock, TextBuffer out);
  // The payload that Next gave last did not leave.
  void OnPublishFailed();

  // Takes an ack's payload. Returns the ack when it is for this boot and possible, also when it moves nothing.
  std::optional<Ack> OnAck(std::string_view payload, std::uint64_t now_ms);
  // Takes a reject's payload. False when it was ignored.
  bool OnReject(std::string_view payload, std::uint64_t now_ms);

  std::uint32_t boot() const { return boot_; }
  std::uint32_t durable() const { return durable_; }
  std::uint32_t first_held() const { return first_seq_; }
  std::uint32_t next_seq() const { return first_seq_ + static_cast<std::uint32_t>(held_.size()); }
  // What is still held and not settled.
  std::uint32_t held_count() const {
    return counters_.added - counters_.dropped - counters_.acknowledged - counters_.rejected;
  }
  const DeliveryCounters& counters() const { return counters_; }

 private:
  bool InFlight() const { return next_to_send_ > first_seq_; }
  void SendAgainFrom(std::uint32_t seq);
  void PopFront();
  void PopSettled();
  void OnProgress(std::uint64_t now_ms);
  Record MakeRecord(std::uint32_t seq, bool announce_first, const Clock& clock) const;
  std::string_view WriteBatch(std::uint32_t& seq, bool announce_first, const Clock& clock, TextBuffer out) const;

  const DeliverySettings settings_;
  const std::uint32_t boot_;

  // held_[i] has seq first_seq_ + i. A sample refused for good is emptied and leaves once it is the oldest.
  RingBuffer<Sample> held_;
  std::uint32_t first_seq_ = 1;
  std::uint32_t next_to_send_ = 1;  // what lies before it is under way
  std::uint32_t highest_sent_ = 0;
  std::uint32_t durable_ = 0;

  bool connected_ = false;
  bool announce_first_ = true;  // tell `f` in the next message, whether or not samples were dropped
  std::uint32_t last_batch_begin_ = 1;
  std::uint64_t ack_deadline_ms_ = 0;  // meaningful while something is under way
  std::uint64_t paused_until_ms_ = 0;
  Backoff ack_timeout_;
  Backoff rate_limit_pause_;
  DeliveryCounters counters_;
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_DELIVERY_H_
