#include "core/json/message_parser.h"

#include "core/json/writer.h"

namespace fajma {
namespace json_internal {

std::string TokenOf(const Value& value) {
  std::string token;
  if (value.IsInt64()) {
    token = std::to_string(value.GetInt64());
  } else if (value.IsUint64()) {
    token = std::to_string(value.GetUint64());
  } else if (value.IsNumber()) {
    json::AppendJsonNumber(token, value.GetDouble());
  } else {
    json::AppendJsonString(token, TextOf(value));
  }
  return token;
}

void AppendFieldError(std::string& errors, std::string_view field, std::string_view message) {
  if (!errors.empty()) errors += ",";
  json::AppendJsonString(errors, field);
  errors += ":[";
  json::AppendJsonString(errors, message);
  errors += "]";
}

}  // namespace json_internal

namespace {

constexpr std::size_t kBufferBytes = 32 * 1024;

// The parser takes an escaped second half of a character without its first, which no UTF-8 text can hold. `json` has
// been parsed: backslashes stand in its strings only, and a first half has its second.
std::size_t FindLoneSurrogate(std::string_view json) {
  std::size_t at = json.find('\\');
  while (at != std::string_view::npos) {
    const std::string_view escape = json.substr(at, 4);
    const bool surrogate = escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D') && escape[3] > '7';
    const bool second = surrogate && escape[3] != '8' && escape[3] != '9' && (escape[3] | 0x20) > 'b';
    if (second) return at;
    at = json.find('\\', at + (surrogate ? 12 : 2));
  }
  return at;
}

}  // namespace

MessageDecoder::Parser::Parser()
    : buffer_(kBufferBytes), allocator_(buffer_.data(), buffer_.size()), document_(&allocator_, 1024) {}

const json_internal::Value* MessageDecoder::Parser::Parse(std::string_view text) {
  document_.SetNull();
  allocator_.Clear();
  // Iterative: nesting costs heap, never the stack.
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;
  // To the parser a NUL is the end of the text.
  error_offset_ = text.find('\0');
  if (error_offset_ != std::string_view::npos) return nullptr;
  document_.Parse<kFlags>(text.data(), text.size());
  error_offset_ = document_.HasParseError() ? document_.GetErrorOffset() : FindLoneSurrogate(text);
  return error_offset_ == std::string_view::npos ? &document_ : nullptr;
}

std::string MessageDecoder::Parser::error() const { return "no JSON at byte " + std::to_string(error_offset_); }

}  // namespace fajma
