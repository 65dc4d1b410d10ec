#include "firmware/core/delivery.h"

#include "firmware/core/json_reader.h"

namespace fajma::firmware {
namespace {

std::optional<std::uint32_t> FindUnsigned32(const JsonObject& object, std::string_view name) {
  const std::optional<std::uint64_t> value = object.FindUnsigned(name);
  if (!value || *value > UINT32_MAX) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*value);
}

}  // namespace

std::optional<Ack> ParseAck(std::string_view payload) {
  const std::optional<JsonObject> object = JsonObject::Parse(payload);
  if (!object) {
    return std::nullopt;
  }
  const std::optional<std::uint32_t> boot = FindUnsigned32(*object, "boot");
  const std::optional<std::uint32_t> durable = FindUnsigned32(*object, "durable");
  if (!boot || !durable) {
    return std::nullopt;
  }
  return Ack{*boot, *durable, object->FindUnsigned("now")};
}

std::optional<Reject> ParseReject(std::string_view payload) {
  const std::optional<JsonObject> object = JsonObject::Parse(payload);
  if (!object) {
    return std::nullopt;
  }
  const std::optional<std::uint32_t> boot = FindUnsigned32(*object, "boot");
  const std::optional<std::uint32_t> seq = FindUnsigned32(*object, "seq");
  const std::optional<std::string_view> code = object->FindString("code");
  // Without a code nobody can tell "never" from "later", and "never" would lose a sample.
  if (!boot || !seq || !code) {
    return std::nullopt;
  }
  return Reject{*boot, *seq, *code == "rate_limited"};
}

Delivery::Delivery(std::uint32_t boot, const DeliverySettings& settings)
    : settings_(settings),
      boot_(boot),
      held_(settings.capacity),
      ack_timeout_(settings.ack_timeout_ms, settings.max_ack_timeout_ms, boot),
      rate_limit_pause_(settings.rate_limit_pause_ms, settings.max_rate_limit_pause_ms, ~boot) {}

std::uint32_t Delivery::Add(const Sample& sample) {
  if (sample.empty()) {
    return 0;
  }
  if (held_.size() == held_.capacity()) {
    PopFront();
    ++counters_.dropped;
    PopSettled();
  }
  held_.Push(sample);
  ++counters_.added;
  return next_seq() - 1;
}

void Delivery::OnConnected() {
  connected_ = true;
  ack_timeout_.Reset();
  SendAgainFrom(first_seq_);
}

void Delivery::SendAgainFrom(std::uint32_t seq) {
  next_to_send_ = seq < next_to_send_ ? seq : next_to_send_;
  next_to_send_ = next_to_send_ < first_seq_ ? first_seq_ : next_to_send_;
  // The server may have lost its place, or wait for a seq that is gone.
  announce_first_ = true;
}

Record Delivery::MakeRecord(std::uint32_t seq, bool announce_first, const Clock& clock) const {
  Record record{boot_, seq, std::nullopt, held_[seq - first_seq_]};
  record.sample.set_time(clock.Resolve(record.sample.time()));
  if (announce_first) {
    record.first_held = first_seq_;
  }
  return record;
}

std::string_view Delivery::WriteBatch(std::uint32_t& seq, bool announce_first, const Clock& clock,
                                      TextBuffer out) const {
  const std::uint32_t end = next_seq() - first_seq_ > settings_.window ? first_seq_ + settings_.window : next_seq();
  const bool native = settings_.form == PayloadForm::kNative;
  BatchWriter batch(out);
  while (seq < end && batch.count() < settings_.max_batch) {
    if (held_[seq - first_seq_].empty()) {
      ++seq;  // refused for good: nothing to send
      continue;
    }
    const Record record = MakeRecord(seq, announce_first && batch.count() == 0, clock);
    if (!native) {
      ++seq;
      return WriteSensorData({settings_.mac, record.sample, boot_, record.seq, record.first_held}, out);
    }
    if (!batch.Append(record)) {
      break;
    }
    ++seq;
  }
  return batch.Finish();
}

std::string_view Delivery::Next(std::uint64_t now_ms, const Clock& clock, TextBuffer out) {
  if (!connected_ || held_.empty() || now_ms < paused_until_ms_ || out.size < kMaxRecordBytes) {
    return {};
  }
  if (InFlight() && now_ms >= ack_deadline_ms_) {
    ++counters_.timeouts;
    SendAgainFrom(first_seq_);
  }
  const bool arm = !InFlight();
  const std::uint32_t begin = next_to_send_;
  std::uint32_t end = begin;
  // A gap before the oldest held one must be told, or the server would wait for it for ever.
  const bool gap = first_seq_ != durable_ + 1;
  const std::string_view payload = WriteBatch(end, announce_first_ || gap, clock, out);
  next_to_send_ = end;
  if (payload.empty()) {
    return {};
  }
  const std::uint32_t again_end = highest_sent_ + 1 < end ? highest_sent_ + 1 : end;
  counters_.sent_again += again_end > begin ? again_end - begin : 0;
  highest_sent_ = end - 1 > highest_sent_ ? end - 1 : highest_sent_;
  last_batch_begin_ = begin;
  announce_first_ = false;
  if (arm) {
    ack_deadline_ms_ = now_ms + ack_timeout_.Next();
  }
  return payload;
}

void Delivery::OnPublishFailed() { SendAgainFrom(last_batch_begin_); }

void Delivery::PopFront() {
  held_.PopFront();
  ++first_seq_;
  next_to_send_ = next_to_send_ < first_seq_ ? first_seq_ : next_to_send_;
}

void Delivery::PopSettled() {
  while (!held_.empty() && held_[0].empty()) {
    PopFront();
  }
}

void Delivery::OnProgress(std::uint64_t now_ms) {
  ack_timeout_.Reset();
  if (InFlight()) {
    ack_deadline_ms_ = now_ms + ack_timeout_.Next();
  }
}

std::optional<Ack> Delivery::OnAck(std::string_view payload, std::uint64_t now_ms) {
  const std::optional<Ack> ack = ParseAck(payload);
  // Nobody can have settled what was never sent.
  if (!ack || ack->boot != boot_ || ack->durable > highest_sent_) {
    ++counters_.ignored;
    return std::nullopt;
  }
  if (ack->durable <= durable_) {
    return ack;
  }
  durable_ = ack->durable;
  while (!held_.empty() && first_seq_ <= durable_) {
    counters_.acknowledged += held_[0].empty() ? 0U : 1U;
    PopFront();
  }
  PopSettled();
  rate_limit_pause_.Reset();
  OnProgress(now_ms);
  return ack;
}

bool Delivery::OnReject(std::string_view payload, std::uint64_t now_ms) {
  const std::optional<Reject> reject = ParseReject(payload);
  if (!reject || reject->boot != boot_ || reject->seq < first_seq_ || reject->seq > highest_sent_ ||
      held_[reject->seq - first_seq_].empty()) {
    ++counters_.ignored;
    return false;
  }
  if (reject->rate_limited) {
    ++counters_.rate_limited;
    SendAgainFrom(reject->seq);
    // The rejects of one burst make one pause.
    if (now_ms >= paused_until_ms_) {
      paused_until_ms_ = now_ms + rate_limit_pause_.Next();
    }
    return true;
  }
  ++counters_.rejected;
  held_[reject->seq - first_seq_].Clear();
  PopSettled();
  OnProgress(now_ms);
  return true;
}

}  // namespace fajma::firmware
