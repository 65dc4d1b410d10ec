#include "core/json/document.h"

#include <rapidjson/reader.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/json/syntax_error.h"

namespace fajma::json {

struct Node {
  std::string_view name;  // of a member
  std::string_view text;  // of a string or number
  double number = 0;
  std::int64_t integer = 0;
  std::uint32_t span = 1;  // nodes of this value, itself included
  std::uint32_t size = 0;  // of a container
  Kind kind = Kind::kNull;
  bool truth = false;
  bool written_as_integer = false;
  bool fits_int64 = false;
};

namespace {

double ToDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(text).c_str(), nullptr);
  return value;
}

// The parser takes an escaped lone low surrogate, which no UTF-8 text can hold.
bool HasSurrogate(std::string_view text) {
  for (std::size_t at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
  }
  return false;
}

// Builds the nodes from the parser's events. An event that returns false stops the parser.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::vector<Node>& nodes) : nodes_(nodes) {}

  bool Null() {
    Add(Kind::kNull);
    return true;
  }
  bool Bool(bool truth) {
    Add(Kind::kBool).truth = truth;
    return true;
  }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    Node& node = Add(Kind::kNumber);
    node.text = {text, length};
    node.written_as_integer = node.text.find_first_of(".eE") == std::string_view::npos;
    if (node.written_as_integer) {
      const auto [end, error] = std::from_chars(text, text + length, node.integer);
      node.fits_int64 = error == std::errc();
    }
    node.number = node.fits_int64 ? static_cast<double>(node.integer) : ToDouble(node.text);
    if (node.fits_int64 && node.integer == 0 && *text == '-') node.number = -0.0;
    return std::isfinite(node.number);
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view view(text, length);
    Add(Kind::kString).text = view;
    return !HasSurrogate(view);
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    name_ = {text, length};
    return !HasSurrogate(name_);
  }
  bool StartObject() { return Open(Kind::kObject); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool StartArray() { return Open(Kind::kArray); }
  bool EndArray(rapidjson::SizeType) { return Close(); }

  // Numbers come as text; the parser asks for these all the same.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  Node& Add(Kind kind) {
    if (depth_ > 0) ++nodes_[open_[depth_ - 1]].size;
    Node& node = nodes_.emplace_back();
    node.kind = kind;
    node.name = std::exchange(name_, {});
    return node;
  }
  bool Open(Kind kind) {
    if (depth_ == kMaxDepth) return false;
    Add(kind);
    open_[depth_++] = static_cast<std::uint32_t>(nodes_.size() - 1);
    return true;
  }
  bool Close() {
    const std::uint32_t begin = open_[--depth_];
    nodes_[begin].span = static_cast<std::uint32_t>(nodes_.size()) - begin;
    return true;
  }

  std::vector<Node>& nodes_;
  std::string_view name_;
  std::uint32_t open_[kMaxDepth] = {};
  std::size_t depth_ = 0;
};

constexpr unsigned kParseFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;

}  // namespace

Document::Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::Parse(std::string_view text) {
  // A NUL would end the parser's input early, and stands in no valid text.
  if (text.find('\0') != std::string_view::npos) return Rejection{"invalid_json", DescribeSyntaxError(text)};
  Document document;
  document.text_ = std::make_unique_for_overwrite<char[]>(text.size() + 1);
  if (!text.empty()) std::memcpy(document.text_.get(), text.data(), text.size());
  document.text_[text.size()] = '\0';
  document.nodes_.reserve(16);

  TreeBuilder builder(document.nodes_);
  rapidjson::InsituStringStream stream(document.text_.get());
  rapidjson::Reader reader;
  if (!reader.Parse<kParseFlags>(stream, builder)) return Rejection{"invalid_json", DescribeSyntaxError(text)};
  return document;
}

Value Document::root() const { return Value(nodes_.data()); }

Kind Value::kind() const { return node_->kind; }
bool Value::IsInt() const { return node_->written_as_integer; }
bool Value::IsInt64() const { return node_->fits_int64; }
bool Value::AsBool() const { return node_->truth; }
double Value::AsDouble() const { return node_->number; }
std::int64_t Value::AsInt64() const { return node_->integer; }
std::string_view Value::AsString() const { return node_->text; }
std::string_view Value::NumberText() const { return node_->text; }
std::size_t Value::size() const { return node_->size; }
Iterator Value::begin() const { return Iterator(node_ + 1); }
Iterator Value::end() const { return Iterator(node_ + node_->span); }

std::optional<Value> Value::Find(std::string_view name) const {
  std::optional<Value> found;
  if (!IsObject()) return found;
  for (const Member member : *this) {
    if (member.name == name) found = member.value;
  }
  return found;
}

Member Iterator::operator*() const { return {node_->name, Value(node_)}; }
Iterator& Iterator::operator++() {
  node_ += node_->span;
  return *this;
}

}  // namespace fajma::json
