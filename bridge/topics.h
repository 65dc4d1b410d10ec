// The topic grammar, as one table. Nothing else in the program writes a topic out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/domain/alert_level.h"
#include "core/domain/mac.h"

namespace fajma {

enum class TopicKind : std::uint8_t {
  kData,
  kStatus,
  kCommandResult,
  kAck,
  kReject,
  kCommand,
  kReading,
  kPatientAlert,
  kPatientNews2,
  kAlertLevel,
  kServerStatus,
  kServerCheck,
};

struct TopicRule {
  TopicKind kind;
  std::string_view pattern;  // a level in braces is a variable; its name says what may stand there
};

// {mac}: twelve lower-case hex digits. {id}: [A-Za-z0-9_-]{1,64}. {identifiant}: [A-Za-z0-9_]{1,50}.
// {measure}: [a-z0-9_]{1,50}. {niveau}: a name of an alert level. So no `/`, `+`, `#` or `$` gets into a topic.
inline constexpr TopicRule kTopicRules[] = {
    {TopicKind::kData, "fajma/v1/devices/{mac}/data"},
    {TopicKind::kStatus, "fajma/v1/devices/{mac}/status"},
    {TopicKind::kCommandResult, "fajma/v1/devices/{mac}/commands/{id}/result"},
    {TopicKind::kAck, "fajma/v1/devices/{mac}/ack"},
    {TopicKind::kReject, "fajma/v1/devices/{mac}/reject"},
    {TopicKind::kCommand, "fajma/v1/devices/{mac}/commands/{id}"},
    {TopicKind::kReading, "fajma/v1/patients/{identifiant}/readings/{measure}"},
    {TopicKind::kPatientAlert, "fajma/v1/patients/{identifiant}/alerts/{id}"},
    {TopicKind::kPatientNews2, "fajma/v1/patients/{identifiant}/news2"},
    {TopicKind::kAlertLevel, "fajma/v1/alerts/{niveau}"},
    {TopicKind::kServerStatus, "fajma/v1/server/status"},
    {TopicKind::kServerCheck, "fajma/v1/server/check/{id}"},  // broker_check.h
};

// A topic taken apart. The variables are views into it.
struct Topic {
  TopicKind kind = TopicKind::kData;
  Mac mac;                 // {mac}
  std::string_view first;  // the other variables, in order
  std::string_view second;
};

// Absent when no rule takes it.
std::optional<Topic> ParseTopic(std::string_view topic);

// "fajma/v1/devices/+/data"
std::string FilterOf(TopicKind kind);

// Absent when a variable is not what its rule asks for.
std::string DataTopic(Mac mac);
std::string AckTopic(Mac mac);
std::string RejectTopic(Mac mac);
std::optional<std::string> CommandTopic(Mac mac, std::string_view id);
std::optional<std::string> ReadingTopic(std::string_view identifier, std::string_view measure);
std::optional<std::string> PatientAlertTopic(std::string_view identifier, std::int64_t alert_id);
std::optional<std::string> PatientNews2Topic(std::string_view identifier);
std::string AlertLevelTopic(AlertLevel level);
std::string ServerStatusTopic();
std::string CheckTopic(std::string_view id);  // {id} as above, or the program ends

}  // namespace fajma
