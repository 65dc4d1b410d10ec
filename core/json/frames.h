// The messages that sockets get, exactly as documented, compact. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/domain/command.h"
#include "core/domain/commit.h"
#include "core/domain/monitoring.h"
#include "core/domain/self_test.h"
#include "core/domain/system_alert.h"

namespace fajma {

// {"type":"sensor_data",…,"cursor":…}; "late":true only for a late one.
std::string SensorDataFrame(const StoredMessage& message);
// {"type":"alert"|"alert_escalated"|…,"alert":{…},"cursor":…}
std::string AlertFrame(const AlertEvent& event);
std::string DeviceStatusFrame(const DeviceStatusEvent& event);
std::string ConnectionEstablishedFrame(std::int64_t patient_id);
std::string ActiveAlertsFrame(std::span<const Alert> alerts);
// {"type":"command",…} as documented, and when it expires.
std::string CommandFrame(const DeviceCommand& command, Micros now);
// {"type":"monitoring_stats","room_name":…,"stats":{…},"timestamp":…}
std::string MonitoringStatsFrame(std::string_view room, const MonitoringStats& stats, Micros now);
// {"type":"chat_message",…,"cursor":…}
std::string ChatMessageFrame(const ChatMessage& message);
// {"type":"chat_history","room_name":…,"messages":[…]}; `before`: what was asked for, if anything was.
std::string ChatHistoryFrame(std::string_view room, std::span<const ChatMessage> messages,
                             std::optional<std::int64_t> before);
std::string ChatTypingFrame(const ChatSignal& signal);
// {"type":"user_joined"|"user_left",…}; `users`: who is there now.
std::string ChatPresenceFrame(std::string_view type, std::string_view room, const ChatUser& user,
                              std::span<const ChatUser> users);
// {"type":"system_alert",…}: of no patient, without a cursor.
std::string SystemAlertFrame(const SystemAlert& alert);
// {"type":"self_test","due_at":…}: for the server's own socket.
std::string SelfTestFrame(const SelfTestProbe& probe);
// Of what SelfTestFrame made; absent: it is none.
std::optional<std::int64_t> ProbeOfFrame(std::string_view frame);
std::string PongFrame(Micros now);
std::string GapFrame(Cursor from, Cursor to);
// {"type":"ack",…} for a device that asked for it or numbers its messages: what it sent is committed.
// `durable`: every seq of the boot up to it is settled.
std::string AckFrame(const Outcome& outcome, std::optional<std::uint64_t> durable, Micros now);

// {"type":"error","code":…,"message":…}
std::string ErrorFrame(std::string_view code, std::string_view message);
// The same with one more member: `value` is JSON.
std::string ErrorFrame(std::string_view code, std::string_view message, std::string_view key, std::string_view value);
// The code of what ErrorFrame made, as long as the frame; empty: it is none.
std::string_view ErrorCodeOf(std::string_view frame);

}  // namespace fajma
