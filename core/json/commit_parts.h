// How the parts of a commit are written and read. Included only by commit_codec.cpp and commit_chat.cpp.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/domain/chat.h"

namespace fajma::commit_parts {

using rapidjson::Value;

// What rapidjson::Writer appends to.
struct StringStream {
  using Ch = char;
  std::string text;
  void Put(char c) { text.push_back(c); }
  void Flush() {}
};

// A double keeps its fraction: 75.0 comes back as a double.
using Writer = rapidjson::Writer<StringStream>;

inline void Text(Writer& to, std::string_view text) {
  to.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

// Walks the elements of an array. After the first one that is not as expected, everything is empty and ok() false.
class Reader {
 public:
  explicit Reader(const Value& array) : array_(array), ok_(array.IsArray()) {}

  bool ok() const { return ok_; }
  const Value& Next() {
    static const Value kNull;
    if (!ok_ || at_ >= array_.Size()) {
      ok_ = false;
      return kNull;
    }
    return array_[at_++];
  }

  std::int64_t Int() { return Check(Next(), &Value::IsInt64) ? last_->GetInt64() : 0; }
  std::uint64_t Unsigned() { return Check(Next(), &Value::IsUint64) ? last_->GetUint64() : 0; }
  double Number() { return Check(Next(), &Value::IsNumber) ? last_->GetDouble() : 0; }
  bool Bool() { return Check(Next(), &Value::IsBool) && last_->GetBool(); }
  std::string Text() {
    return Check(Next(), &Value::IsString) ? std::string(last_->GetString(), last_->GetStringLength()) : std::string();
  }
  std::optional<std::int64_t> OptionalInt() {
    const Value& value = Next();
    if (value.IsNull()) return std::nullopt;
    return Check(value, &Value::IsInt64) ? std::optional(value.GetInt64()) : std::nullopt;
  }
  // Of an enumeration that has `count` values from `first` on.
  template <typename Enum>
  Enum Choice(std::int64_t count, std::int64_t first = 0) {
    const std::int64_t number = Int();
    if (number < first || number >= first + count) ok_ = false;
    return ok_ ? static_cast<Enum>(number) : static_cast<Enum>(first);
  }
  // What another reader found out.
  void Require(bool truth) { ok_ = ok_ && truth; }

 private:
  bool Check(const Value& value, bool (Value::*is)() const) {
    last_ = &value;
    ok_ = ok_ && (value.*is)();
    return ok_;
  }

  const Value& array_;
  const Value* last_ = nullptr;
  rapidjson::SizeType at_ = 0;
  bool ok_;
};

void Write(Writer& to, const ChatMessage& message);
void Write(Writer& to, const ChatSignal& signal);
void Write(Writer& to, const ChatPresence& presence);

// False: it is not what Write wrote.
bool Read(Reader from, ChatMessage& message);
bool Read(Reader from, ChatSignal& signal);
bool Read(Reader from, ChatPresence& presence);

}  // namespace fajma::commit_parts
