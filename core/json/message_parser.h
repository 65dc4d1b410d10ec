// RapidJSON, as the message decoder needs it: one document over a buffer that is used again. Internal to core/json.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/json/message_decoder.h"

namespace fajma {

namespace json_internal {

using Value = rapidjson::Value;
using Object = rapidjson::Value::ConstObject;

inline std::string_view TextOf(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

inline const Value* Find(const Value& object, std::string_view name) {
  for (const auto& member : object.GetObject()) {
    if (TextOf(member.name) == name) return &member.value;
  }
  return nullptr;
}

// A number or a text as JSON again.
std::string TokenOf(const Value& value);
// Appends `"field":["message"]`, with a comma before it unless it is the first.
void AppendFieldError(std::string& errors, std::string_view field, std::string_view message);
// RFC 8428: records with the same resolved time are one message.
void DecodeSenml(const Value& records, Micros received_at, std::vector<DecodedMessage>& out);

}  // namespace json_internal

struct MessageDecoder::Parser {
 public:
  Parser();
  // Absent when it is no JSON; valid until the next call.
  const json_internal::Value* Parse(std::string_view text);
  // Where and what, without the content.
  std::string error() const;

 private:
  std::vector<char> buffer_;
  rapidjson::MemoryPoolAllocator<> allocator_;  // in buffer_ first, then on the heap; emptied at each Parse
  rapidjson::Document document_;
  std::size_t error_offset_ = 0;
};

}  // namespace fajma
