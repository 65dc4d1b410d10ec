#include "bridge/topics.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

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

// A pattern begins with a literal, perhaps empty, and a variable, perhaps none.
struct Piece {
  std::string_view literal;
  std::string_view variable;
};

Piece CutPiece(std::string_view& pattern) {
  const std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) return {std::exchange(pattern, {}), {}};
  const std::size_t close = pattern.find('}', open);
  const Piece piece{pattern.substr(0, open), pattern.substr(open, close - open + 1)};
  pattern.remove_prefix(close + 1);
  return piece;
}

bool Match(std::string_view pattern, std::string_view text, Topic& topic) {
  std::string_view* variable = &topic.first;
  while (!pattern.empty()) {
    const Piece piece = CutPiece(pattern);
    if (!text.starts_with(piece.literal)) return false;
    text.remove_prefix(piece.literal.size());
    if (piece.variable.empty()) break;
    const std::string_view value = text.substr(0, text.find('/'));
    text.remove_prefix(value.size());
    if (piece.variable == "{mac}") {
      const std::optional<Mac> mac = Mac::ParseTopic(value);
      if (!mac) return false;
      topic.mac = *mac;
    } else {
      if (!Takes(piece.variable, value)) return false;
      *variable = value;
      variable = &topic.second;
    }
  }
  return text.empty();
}

std::string_view PatternOf(TopicKind kind) { return std::ranges::find(kTopicRules, kind, &TopicRule::kind)->pattern; }

std::optional<std::string> Build(TopicKind kind, std::initializer_list<std::string_view> values) {
  std::string topic;
  std::string_view pattern = PatternOf(kind);
  for (const auto* value = values.begin(); !pattern.empty();) {
    const Piece piece = CutPiece(pattern);
    topic += piece.literal;
    if (piece.variable.empty()) break;
    if (piece.variable == "{mac}" ? !Mac::ParseTopic(*value) : !Takes(piece.variable, *value)) return std::nullopt;
    topic += *value++;
  }
  return topic;
}

}  // namespace

std::optional<Topic> ParseTopic(std::string_view text) {
  for (const TopicRule& rule : kTopicRules) {
    Topic topic;
    topic.kind = rule.kind;
    if (Match(rule.pattern, text, topic)) return topic;
  }
  return std::nullopt;
}

std::string FilterOf(TopicKind kind) {
  std::string filter;
  for (std::string_view pattern = PatternOf(kind); !pattern.empty();) {
    const Piece piece = CutPiece(pattern);
    filter += piece.literal;
    if (!piece.variable.empty()) filter += '+';
  }
  return filter;
}

std::string DataTopic(Mac mac) { return *Build(TopicKind::kData, {mac.ToTopic()}); }

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

std::optional<std::string> PatientNews2Topic(std::string_view identifier) {
  return Build(TopicKind::kPatientNews2, {identifier});
}

std::string AlertLevelTopic(AlertLevel level) { return *Build(TopicKind::kAlertLevel, {NameOf(level)}); }

std::string ServerStatusTopic() { return std::string(PatternOf(TopicKind::kServerStatus)); }

std::string CheckTopic(std::string_view id) { return Build(TopicKind::kServerCheck, {id}).value(); }

}  // namespace fajma
