#include "bridge/topics.h"

#include <algorithm>
#include <initializer_list>

namespace fajma {
namespace {

using Test = bool (*)(char);

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

struct Variable {
  std::string_view name;
  std::size_t max_length;
  Test takes;
};

constexpr Variable kVariables[] = {
    {"{id}", 64, [](char c) { return IsDigit(c) || IsLower(c) || IsUpper(c) || c == '_' || c == '-'; }},
    {"{identifiant}", 50, [](char c) { return IsDigit(c) || IsLower(c) || IsUpper(c) || c == '_'; }},
    {"{measure}", 50, [](char c) { return IsDigit(c) || IsLower(c) || c == '_'; }},
    {"{niveau}", 9, IsLower},
};

bool Takes(std::string_view name, std::string_view value) {
  const auto* const variable = std::ranges::find(kVariables, name, &Variable::name);
  return variable != std::end(kVariables) && !value.empty() && value.size() <= variable->max_length &&
         std::ranges::all_of(value, variable->takes) && (name != "{niveau}" || FindAlertLevel(value));
}

// Cuts off what stands before the next slash.
std::string_view NextLevel(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return level;
}

constexpr std::size_t CountLevels(std::string_view topic) {
  return static_cast<std::size_t>(std::ranges::count(topic, '/')) + 1;
}

bool Match(std::string_view pattern, std::string_view text, Topic& topic) {
  std::string_view* variable = &topic.first;
  for (std::size_t levels = CountLevels(pattern); levels > 0; --levels) {
    const std::string_view expected = NextLevel(pattern);
    const std::string_view level = NextLevel(text);
    if (!expected.starts_with('{')) {
      if (level != expected) return false;
    } else if (expected == "{mac}") {
      const std::optional<Mac> mac = Mac::ParseTopic(level);
      if (!mac) return false;
      topic.mac = *mac;
    } else {
      if (!Takes(expected, level)) return false;
      *variable = level;
      variable = &topic.second;
    }
  }
  return true;
}

std::string_view PatternOf(TopicKind kind) { return std::ranges::find(kTopicRules, kind, &TopicRule::kind)->pattern; }

std::optional<std::string> Build(TopicKind kind, std::initializer_list<std::string_view> values) {
  std::string topic;
  std::string_view pattern = PatternOf(kind);
  const auto* value = values.begin();
  for (std::size_t levels = CountLevels(pattern); levels > 0; --levels) {
    const std::string_view level = NextLevel(pattern);
    if (!topic.empty()) topic += '/';
    if (!level.starts_with('{')) {
      topic += level;
      continue;
    }
    if (level == "{mac}" ? !Mac::ParseTopic(*value) : !Takes(level, *value)) return std::nullopt;
    topic += *value++;
  }
  return topic;
}

}  // namespace

std::optional<Topic> ParseTopic(std::string_view text) {
  const std::size_t levels = CountLevels(text);
  for (const TopicRule& rule : kTopicRules) {
    if (CountLevels(rule.pattern) != levels) continue;
    Topic topic;
    if (Match(rule.pattern, text, topic)) {
      topic.kind = rule.kind;
      return topic;
    }
  }
  return std::nullopt;
}

std::string FilterOf(TopicKind kind) {
  std::string filter;
  std::string_view pattern = PatternOf(kind);
  for (std::size_t levels = CountLevels(pattern); levels > 0; --levels) {
    const std::string_view level = NextLevel(pattern);
    if (!filter.empty()) filter += '/';
    filter += level.starts_with('{') ? "+" : level;
  }
  return filter;
}

std::string AckTopic(Mac mac) { return *Build(TopicKind::kAck, {mac.ToTopic()}); }

std::string RejectTopic(Mac mac) { return *Build(TopicKind::kReject, {mac.ToTopic()}); }

std::optional<std::string> CommandTopic(Mac mac, std::string_view id) {
  return Build(TopicKind::kCommand, {mac.ToTopic(), id});
}

std::optional<std::string> ReadingTopic(std::string_view identifier, std::string_view measure) {
  return Build(TopicKind::kReading, {identifier, measure});
}

std::optional<std::string> PatientAlertTopic(std::string_view identifier, std::int64_t alert_id) {
  return Build(TopicKind::kPatientAlert, {identifier, std::to_string(alert_id)});
}

std::string AlertLevelTopic(AlertLevel level) { return *Build(TopicKind::kAlertLevel, {NameOf(level)}); }

std::string ServerStatusTopic() { return std::string(PatternOf(TopicKind::kServerStatus)); }

std::string CheckTopic(std::string_view id) { return Build(TopicKind::kServerCheck, {id}).value(); }

}  // namespace fajma
