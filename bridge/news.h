// What commits tell the mirrors, coalesced: a newer value replaces an older one, an ack covers those before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "bridge/outgoing.h"
#include "core/domain/commit.h"

namespace fajma {

struct ValueKey {
  std::int64_t patient_id = 0;
  MeasureId measure{};
  bool operator==(const ValueKey&) const = default;
};

struct BootKey {
  Mac mac;
  std::uint32_t boot = 0;
  bool operator==(const BootKey&) const = default;
};

struct KeyHash {
  std::size_t operator()(const ValueKey& key) const {
    return Mix(static_cast<std::uint64_t>(key.patient_id) * 16 + static_cast<std::uint64_t>(key.measure));
  }
  std::size_t operator()(const BootKey& key) const { return Mix(key.mac.bits() ^ std::uint64_t{key.boot} << 32); }

 private:
  static std::size_t Mix(std::uint64_t bits) { return bits * 0x9E37'79B9'7F4A'7C15ULL >> 7; }
};

struct NewestValue {
  std::shared_ptr<const PatientRef> patient;
  MeasureValue value;
  Micros measured_at = 0;
  Micros received_at = 0;
  DeviceRef device;
  Cursor cursor = 0;
};

struct News {
  std::unordered_map<ValueKey, NewestValue, KeyHash> values;
  std::unordered_map<BootKey, std::uint64_t, KeyHash> acks;  // the highest settled seq
  std::deque<OutgoingMessage> rejects;                       // oldest first
  std::uint64_t dropped = 0;                                 // acks and rejects beyond the limits

  std::size_t max_acks = 100'000;
  std::size_t max_rejects = 10'000;

  void Add(const Commit& commit);
  void Add(const StoredMessage& message);  // late ones and device figures are no news
  void Add(BootKey boot, std::uint64_t durable);
  void Add(OutgoingMessage reject);
  // What came after this.
  void Add(News&& later);
};

}  // namespace fajma
