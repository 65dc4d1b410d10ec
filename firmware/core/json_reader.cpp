#include "firmware/core/json_reader.h"

namespace fajma::firmware {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Walks over a JSON text and checks its grammar. Each Skip moves past one element, or returns false at the first error.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  std::size_t position() const { return position_; }
  std::string_view Since(std::size_t begin) const { return text_.substr(begin, position_ - begin); }
  bool AtEnd() const { return position_ == text_.size(); }

  void SkipSpace() {
    while (!AtEnd() && (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r')) {
      ++position_;
    }
  }

  bool Skip(char c) {
    if (AtEnd() || Peek() != c) {
      return false;
    }
    ++position_;
    return true;
  }

  bool SkipString() {
    if (!Skip('"')) {
      return false;
    }
    while (!AtEnd()) {
      const char c = text_[position_++];
      if (c == '"') {
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !SkipEscape())) {
        return false;
      }
    }
    return false;
  }

  // A member's name, its colon, and the space around them.
  bool SkipName() {
    if (!SkipString()) {
      return false;
    }
    SkipSpace();
    if (!Skip(':')) {
      return false;
    }
    SkipSpace();
    return true;
  }

  // `depth` is how many containers enclose the value.
  bool SkipValue(std::size_t depth) {
    if (AtEnd()) {
      return false;
    }
    switch (Peek()) {
      case '"':
        return SkipString();
      case '{':
        return SkipContainer('}', true, depth);
      case '[':
        return SkipContainer(']', false, depth);
      case 't':
        return SkipWord("true");
      case 'f':
        return SkipWord("false");
      case 'n':
        return SkipWord("null");
      default:
        return SkipNumber();
    }
  }

 private:
  char Peek() const { return text_[position_]; }

  bool SkipWord(std::string_view word) {
    if (text_.substr(position_, word.size()) != word) {
      return false;
    }
    position_ += word.size();
    return true;
  }

  bool SkipEscape() {
    if (AtEnd()) {
      return false;
    }
    const char c = text_[position_++];
    if (c != 'u') {
      return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    }
    for (int i = 0; i < 4; ++i) {
      if (AtEnd() || !IsHexDigit(text_[position_++])) {
        return false;
      }
    }
    return true;
  }

  bool SkipDigits() {
    const std::size_t begin = position_;
    while (!AtEnd() && IsDigit(Peek())) {
      ++position_;
    }
    return position_ > begin;
  }

  bool SkipNumber() {
    Skip('-');
    const std::size_t begin = position_;
    if (!SkipDigits() || (text_[begin] == '0' && position_ - begin > 1)) {
      return false;
    }
    if (Skip('.') && !SkipDigits()) {
      return false;
    }
    if (Skip('e') || Skip('E')) {
      if (!Skip('+')) {
        Skip('-');
      }
      return SkipDigits();
    }
    return true;
  }

  bool SkipContainer(char end, bool named, std::size_t depth) {
    if (depth >= JsonObject::kMaxDepth) {
      return false;
    }
    ++position_;
    SkipSpace();
    if (Skip(end)) {
      return true;
    }
    do {
      SkipSpace();
      if (named && !SkipName()) {
        return false;
      }
      if (!SkipValue(depth + 1)) {
        return false;
      }
      SkipSpace();
    } while (Skip(','));
    return Skip(end);
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

// `quoted` begins with a quote and holds the closing one somewhere after it.
std::string_view Unquote(std::string_view quoted) {
  std::size_t end = 1;
  while (quoted[end] != '"') {
    end += quoted[end] == '\\' ? 2U : 1U;
  }
  return quoted.substr(1, end - 1);
}

}  // namespace

std::optional<JsonObject> JsonObject::Parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return std::nullopt;
  }
  JsonScanner scanner(text);
  JsonObject object;
  scanner.SkipSpace();
  if (!scanner.Skip('{')) {
    return std::nullopt;
  }
  scanner.SkipSpace();
  bool more = !scanner.Skip('}');
  while (more) {
    scanner.SkipSpace();
    const std::size_t name_begin = scanner.position();
    if (object.count_ == kMaxMembers || !scanner.SkipName()) {
      return std::nullopt;
    }
    Member& member = object.members_[object.count_++];
    member.name = Unquote(scanner.Since(name_begin));
    const std::size_t value_begin = scanner.position();
    if (!scanner.SkipValue(1)) {
      return std::nullopt;
    }
    member.value = scanner.Since(value_begin);
    scanner.SkipSpace();
    more = scanner.Skip(',');
    if (!more && !scanner.Skip('}')) {
      return std::nullopt;
    }
  }
  scanner.SkipSpace();
  if (!scanner.AtEnd()) {
    return std::nullopt;
  }
  return object;
}

std::optional<std::string_view> JsonObject::FindRaw(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (members_[i].name == name) {
      return members_[i].value;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> JsonObject::FindUnsigned(std::string_view name) const {
  const std::optional<std::string_view> raw = FindRaw(name);
  if (!raw) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : *raw) {
    if (!IsDigit(c)) {
      return std::nullopt;
    }
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) {
      return std::nullopt;
    }
    value = value * 10 + digit;
  }
  return value;
}

std::optional<std::string_view> JsonObject::FindString(std::string_view name) const {
  const std::optional<std::string_view> raw = FindRaw(name);
  if (!raw || raw->front() != '"') {
    return std::nullopt;
  }
  return Unquote(*raw);
}

std::optional<JsonObject> JsonObject::FindObject(std::string_view name) const {
  const std::optional<std::string_view> raw = FindRaw(name);
  return raw ? Parse(*raw) : std::nullopt;
}

}  // namespace fajma::firmware
