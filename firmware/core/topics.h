#ifndef FAJMA_FIRMWARE_CORE_TOPICS_H_
#define FAJMA_FIRMWARE_CORE_TOPICS_H_

#include <array>
#include <cstddef>
#include <string_view>

#include "firmware/core/payload.h"

namespace fajma::firmware {

// A topic in memory of its own, ending in NUL for C libraries.
class Topic {
 public:
  static constexpr std::size_t kMaxBytes = 127;

  Topic() = default;
  // What does not fit leaves the topic empty: no topic is better than a wrong one.
  Topic(std::string_view prefix, std::string_view name, std::string_view suffix = {});

  const char* c_str() const { return text_.data(); }
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, kMaxBytes + 1> text_{};
  std::size_t size_ = 0;
};

// The topics of one device, all under fajma/v1/devices/{mac}/.
class Topics {
 public:
  explicit Topics(const MacAddress& mac);

  const Topic& data() const { return data_; }
  const Topic& status() const { return status_; }
  const Topic& ack() const { return ack_; }
  const Topic& reject() const { return reject_; }
  const Topic& commands_filter() const { return commands_filter_; }  // …/commands/+

  // The id of …/commands/{id}; empty when the topic is another or the id is not [A-Za-z0-9_-]{1,64}.
  std::string_view FindCommandId(std::string_view topic) const;
  Topic CommandResult(std::string_view id) const;

 private:
  Topic prefix_;
  Topic data_;
  Topic status_;
  Topic ack_;
  Topic reject_;
  Topic commands_;  // …/commands/
  Topic commands_filter_;
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_TOPICS_H_
