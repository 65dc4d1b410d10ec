// Result<T>: a value, or why the input was refused. Bad input is never an exception.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace fajma {

// Why a message was not stored. `code` is a stable word from RejectionCode (metrics, MQTT `reject`, quarantine);
// `detail` is a sentence for a person, without patients' data.
struct Rejection {
  std::string_view code;  // points to static storage
  std::string detail;
};

template <typename T>
class Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}                  // NOLINT: meant to convert
  Result(Rejection rejection) : state_(std::in_place_index<1>, std::move(rejection)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Rejection& rejection() const { return std::get<1>(state_); }

 private:
  std::variant<T, Rejection> state_;
};

}  // namespace fajma
