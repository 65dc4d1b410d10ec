#include "firmware/core/payload.h"

namespace fajma::firmware {
namespace {

// Puts the measures of a sample as members, without braces.
void PutMeasures(TextWriter& writer, const Sample& sample) {
  bool first = true;
  for (std::size_t i = 0; i < kMeasures.size(); ++i) {
    const auto measure = static_cast<Measure>(i);
    if (!sample.Has(measure)) {
      continue;
    }
    writer.Put(first ? "\"" : ",\"");
    writer.Put(kMeasures[i].name);
    writer.Put("\":");
    writer.PutScaled(sample.scaled(measure), kMeasures[i].decimals);
    first = false;
  }
}

void PutMember(TextWriter& writer, std::string_view separator_and_name, std::optional<std::uint32_t> value) {
  if (value) {
    writer.Put(separator_and_name);
    writer.PutUnsigned(*value);
  }
}

void PutRecord(TextWriter& writer, const Record& record) {
  const SampleTime time = record.sample.time();
  writer.Put("{\"b\":");
  writer.PutUnsigned(record.boot);
  PutMember(writer, ",\"s\":", record.seq);
  PutMember(writer, ",\"f\":", record.first_held);
  writer.Put(time.base == TimeBase::kWall ? ",\"t\":" : ",\"u\":");
  writer.PutUnsigned(time.ms);
  writer.Put(",\"m\":{");
  PutMeasures(writer, record.sample);
  writer.Put("}}");
}

char HexDigit(unsigned value, char letter_a) {
  return static_cast<char>(value < 10 ? '0' + static_cast<int>(value) : letter_a + static_cast<int>(value) - 10);
}

std::optional<std::uint8_t> ParseHexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<std::uint8_t>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<std::uint8_t>(c - 'a' + 10);
  }
  if (c >= 'A' && c <= 'F') {
    return static_cast<std::uint8_t>(c - 'A' + 10);
  }
  return std::nullopt;
}

}  // namespace

std::array<char, 12> TopicMac(const MacAddress& mac) {
  std::array<char, 12> text{};
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    text[2 * i] = HexDigit(mac.bytes[i] >> 4U, 'a');
    text[2 * i + 1] = HexDigit(mac.bytes[i] & 0x0fU, 'a');
  }
  return text;
}

std::array<char, 17> ColonMac(const MacAddress& mac) {
  std::array<char, 17> text{};
  text.fill(':');
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    text[3 * i] = HexDigit(mac.bytes[i] >> 4U, 'A');
    text[3 * i + 1] = HexDigit(mac.bytes[i] & 0x0fU, 'A');
  }
  return text;
}

std::optional<MacAddress> ParseMac(std::string_view text) {
  const std::size_t step = text.size() == 17 ? 3 : 2;
  if (text.size() != 17 && text.size() != 12) {
    return std::nullopt;
  }
  MacAddress mac;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    const std::size_t begin = i * step;
    const std::optional<std::uint8_t> high = ParseHexDigit(text[begin]);
    const std::optional<std::uint8_t> low = ParseHexDigit(text[begin + 1]);
    const bool separated = step == 2 || i + 1 == mac.bytes.size() || text[begin + 2] == ':';
    if (!high || !low || !separated) {
      return std::nullopt;
    }
    mac.bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return mac;
}

std::string_view WritePayload(const Record& record, TextBuffer out) {
  TextWriter writer(out);
  PutRecord(writer, record);
  return writer.text();
}

// The first byte is kept for '[' and the last for ']'.
BatchWriter::BatchWriter(TextBuffer out) : out_(out), writer_({out.data + 1, out.size - 2}) { out_.data[0] = '['; }

bool BatchWriter::Append(const Record& record) {
  const std::size_t before = writer_.size();
  if (count_ > 0) {
    writer_.Put(",");
  }
  PutRecord(writer_, record);
  if (!writer_.ok()) {
    writer_.Truncate(before);
    return false;
  }
  ++count_;
  return true;
}

std::string_view BatchWriter::Finish() {
  if (count_ <= 1) {
    return writer_.text();
  }
  out_.data[1 + writer_.size()] = ']';
  return {out_.data, writer_.size() + 2};
}

std::string_view WriteSensorData(const SensorMessage& message, TextBuffer out) {
  const std::array<char, 17> mac = ColonMac(message.mac);
  const SampleTime time = message.sample.time();
  TextWriter writer(out);
  writer.Put("{\"type\":\"sensor_data\",\"device_mac\":\"");
  writer.Put({mac.data(), mac.size()});
  writer.Put("\"");
  PutMember(writer, ",\"b\":", message.boot);
  PutMember(writer, ",\"s\":", message.seq);
  PutMember(writer, ",\"f\":", message.first_held);
  writer.Put(",\"data\":{");
  PutMeasures(writer, message.sample);
  writer.Put(message.sample.empty() ? "\"timestamp\":" : ",\"timestamp\":");
  if (time.base == TimeBase::kWall) {
    writer.Put("\"");
    writer.PutIso8601(time.ms);
    writer.Put("\"");
  } else {
    writer.PutUnsigned(time.ms);
  }
  writer.Put("}}");
  return writer.text();
}

std::string_view WriteStatus(const Status& status, TextBuffer out) {
  TextWriter writer(out);
  writer.Put(status.online ? "{\"status\":\"online\"" : "{\"status\":\"offline\"");
  writer.Put(",\"firmware\":");
  writer.PutQuoted(status.firmware);
  PutMember(writer, ",\"battery\":", status.battery);
  PutMember(writer, ",\"signal\":", status.signal);
  PutMember(writer, ",\"boot\":", status.boot);
  writer.Put("}");
  return writer.text();
}

}  // namespace fajma::firmware
