// SenML JSON (RFC 8428): base fields, relative time (section 4.5.3), records grouped into messages by their time.
#include <cmath>

#include "core/json/message_parser.h"

namespace fajma::json_internal {
namespace {

// The units of RFC 8428's registry that say the same as ours.
struct UnitAlias {
  MeasureId measure;
  std::string_view unit;
};
constexpr UnitAlias kUnits[] = {
    {MeasureId::kTemperature, "Cel"},  {MeasureId::kHeartRate, "beat/min"}, {MeasureId::kRespiratoryRate, "1/min"},
    {MeasureId::kBatteryLevel, "%EL"}, {MeasureId::kHeartRate, "1/min"},
};

bool IsUnitOf(const Measure& measure, std::string_view unit) {
  if (unit.empty() || unit == measure.unit) return true;
  for (const UnitAlias& alias : kUnits) {
    if (alias.measure == measure.id && alias.unit == unit) return true;
  }
  return false;
}

struct Base {
  std::string name;
  std::string unit;
  double time = 0;
  double value = 0;
};

std::string_view TextIn(const Value& record, std::string_view name) {
  const Value* value = Find(record, name);
  return value != nullptr && value->IsString() ? TextOf(*value) : std::string_view{};
}

double NumberIn(const Value& record, std::string_view name, double otherwise) {
  const Value* value = Find(record, name);
  return value != nullptr && value->IsNumber() ? value->GetDouble() : otherwise;
}

// "urn:dev:mac:aabbccddeeff:heart_rate", "…/heart_rate": the measure is what follows the last separator.
std::string_view LastPart(std::string_view name) {
  const std::size_t at = name.find_last_of(":/");
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

constexpr double kRelativeBelow = 268435456.0;  // 2^28 s
constexpr double kLastSecond = 253402300799.0;  // the year 9999

// Base and record times are added first, then told apart. Zero: now, that is no time sent.
DeviceTime ResolveTime(double seconds, Micros received_at) {
  if (seconds == 0 || !(std::abs(seconds) <= kLastSecond)) return {};
  if (seconds < kRelativeBelow) {
    return {DeviceTime::Kind::kWall, received_at + static_cast<Micros>(seconds * 1e6), {}};
  }
  const auto micros = static_cast<Micros>(seconds * 1e6);
  return {DeviceTime::Kind::kWall, micros, "\"" + FormatIso(micros) + "\""};
}

void TakeRecord(const Value& record, const Base& base, DecodedMessage& message) {
  const std::string name = base.name + std::string(TextIn(record, "n"));
  const Measure* measure = FindMeasure(LastPart(name));
  const Value* value = Find(record, "v");
  if (measure == nullptr) return;  // unknown names are ignored, as in the other forms
  std::string_view unit = TextIn(record, "u");
  if (unit.empty()) unit = base.unit;
  const auto reject = [&](std::string_view code, std::string_view what) {
    if (!message.rejection) message.rejection = Rejection{code, std::string(measure->name) + std::string(what)};
  };
  if (value == nullptr || !value->IsNumber()) return reject(rejection::kInvalidData, " has no numeric value");
  if (!IsUnitOf(*measure, unit)) return reject(rejection::kWrongUnit, " is in another unit");
  if (message.values.Has(measure->id)) return reject(rejection::kDuplicateKey, " stands there twice at one time");
  const double number = base.value + value->GetDouble();
  if (!(number >= measure->min && number <= measure->max)) return reject(rejection::kOutOfRange, " is out of range");
  message.values.Add({measure->id, base.value == 0 && (value->IsInt64() || value->IsUint64()), number});
  message.content_hash = message.content_hash * 0x100000001B3ULL ^
                         (static_cast<std::uint64_t>(measure->id) << 56 ^ std::hash<double>{}(number));
}

}  // namespace

void DecodeSenml(const Value& records, Micros received_at, std::vector<DecodedMessage>& out) {
  const std::size_t first = out.size();
  Base base;
  for (const Value& record : records.GetArray()) {
    if (!record.IsObject() || out.size() - first >= kMaxMessagesPerPayload) {
      out.resize(first);
      out.emplace_back().rejection = Rejection{rejection::kInvalidMessage, "up to 256 times of records are expected"};
      return;
    }
    if (Find(record, "bn") != nullptr) base.name = TextIn(record, "bn");
    if (Find(record, "bu") != nullptr) base.unit = TextIn(record, "bu");
    base.time = NumberIn(record, "bt", base.time);
    base.value = NumberIn(record, "bv", base.value);
    if (Find(record, "n") == nullptr && Find(record, "v") == nullptr) continue;  // base fields only
    const DeviceTime time = ResolveTime(base.time + NumberIn(record, "t", 0), received_at);
    const bool same = out.size() > first && out.back().time.kind == time.kind && out.back().time.value == time.value;
    if (!same) out.emplace_back().time = time;
    TakeRecord(record, base, out.back());
  }
  for (std::size_t i = first; i < out.size(); ++i) {
    if (out[i].values.empty() && !out[i].rejection) {
      out[i].rejection = Rejection{rejection::kNoMeasure, "no known measure"};
    }
  }
  if (out.size() == first) out.emplace_back().rejection = Rejection{rejection::kNoMeasure, "no known measure"};
}

}  // namespace fajma::json_internal
