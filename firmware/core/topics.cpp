#include "firmware/core/topics.h"

namespace fajma::firmware {
namespace {

constexpr std::size_t kMaxCommandIdBytes = 64;

bool IsIdCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

Topic DevicePrefix(const MacAddress& mac) {
  const std::array<char, 12> text = TopicMac(mac);
  return {"fajma/v1/devices/", {text.data(), text.size()}, "/"};
}

}  // namespace

Topic::Topic(std::string_view prefix, std::string_view name, std::string_view suffix) {
  TextWriter writer({text_.data(), kMaxBytes});
  writer.Put(prefix);
  writer.Put(name);
  writer.Put(suffix);
  size_ = writer.text().size();
  text_[size_] = '\0';
}

Topics::Topics(const MacAddress& mac)
    : prefix_(DevicePrefix(mac)),
      data_(prefix_.view(), "data"),
      status_(prefix_.view(), "status"),
      ack_(prefix_.view(), "ack"),
      reject_(prefix_.view(), "reject"),
      commands_(prefix_.view(), "commands/"),
      commands_filter_(commands_.view(), "+") {}

std::string_view Topics::FindCommandId(std::string_view topic) const {
  const std::string_view prefix = commands_.view();
  if (topic.substr(0, prefix.size()) != prefix) {
    return {};
  }
  const std::string_view id = topic.substr(prefix.size());
  if (id.size() > kMaxCommandIdBytes) {
    return {};
  }
  for (const char c : id) {
    if (!IsIdCharacter(c)) {
      return {};
    }
  }
  return id;
}

Topic Topics::CommandResult(std::string_view id) const { return {commands_.view(), id, "/result"}; }

}  // namespace fajma::firmware
