// A JSON text as a read-only tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/result.h"

namespace fajma::json {

inline constexpr std::size_t kMaxDepth = 64;  // of arrays and objects in one another

enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

struct Node;
class Document;
class Iterator;

// One value of a document: a pointer, cheap to copy, valid as long as its document.
class Value {
 public:
  Kind kind() const;
  bool IsNull() const { return kind() == Kind::kNull; }
  bool IsBool() const { return kind() == Kind::kBool; }
  bool IsNumber() const { return kind() == Kind::kNumber; }
  bool IsString() const { return kind() == Kind::kString; }
  bool IsArray() const { return kind() == Kind::kArray; }
  bool IsObject() const { return kind() == Kind::kObject; }
  // Written without fraction and exponent (75, not 75.0), of whatever size.
  bool IsInt() const;
  bool IsInt64() const;  // IsInt, and fits
  bool IsDouble() const { return IsNumber() && !IsInt(); }

  // Each only on its own kind.
  bool AsBool() const;
  double AsDouble() const;              // any number, to the nearest double; always finite
  std::int64_t AsInt64() const;         // IsInt64 only
  std::string_view AsString() const;    // unescaped, valid UTF-8; may hold NUL
  std::string_view NumberText() const;  // as it was written: "75.0", "1e3"

  // Elements of an array, or members of an object, in their order. Zero for any other kind.
  std::size_t size() const;
  Iterator begin() const;
  Iterator end() const;
  // The member of this name, the last one if it stands twice; absent if none, or if this is no object.
  std::optional<Value> Find(std::string_view name) const;

 private:
  friend class Document;
  friend class Iterator;
  explicit Value(const Node* node) : node_(node) {}
  const Node* node_;
};

// An element, or a member with its name (empty for elements).
struct Member {
  std::string_view name;
  Value value;
};

class Iterator {
 public:
  Member operator*() const;
  Iterator& operator++();
  bool operator==(const Iterator&) const = default;

 private:
  friend class Value;
  explicit Iterator(const Node* node) : node_(node) {}
  const Node* node_;
};

// Owns the tree. Movable; its values stay valid when it is moved.
class Document {
 public:
  // Strict JSON: UTF-8 is checked, NaN, Infinity and numbers too large for a double are refused, and nesting deeper
  // than kMaxDepth (without recursion: any input is safe). The rejection has the code "invalid_json", and a detail
  // worded as Python's json module does: "Expecting value: line 1 column 1 (char 0)".
  static Result<Document> Parse(std::string_view text);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Value root() const;

 private:
  Document();
  std::unique_ptr<char[]> text_;  // strings are unescaped in place; nodes point into it
  std::vector<Node> nodes_;       // a container stands before its members
};

}  // namespace fajma::json
