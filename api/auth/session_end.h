// The news that somebody's place at the server has ended: whoever holds sockets open closes those it is about.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fajma::auth {

enum class SessionEndReason : std::uint8_t {
  kLogout,           // user_id, login; no login (a token of another server): all sockets of the user
  kPasswordChanged,  // user_id
  kDeactivated,      // user_id
  kAccessChanged,    // user_id (0: everybody); `rooms` were lost; none named: the role has changed
  kRoomsChanged,     // user_id (0: everybody): rooms were added or renamed; what is shown by room begins again
  kPatientMoved,     // patient_id: discharged, or in another room; who may not see the patient any more
  kDeviceRevoked,    // device_id; token_id: those opened with this token; none named: all of the device
};

// What a reason does not name is 0 or empty.
struct SessionEnd {
  SessionEndReason reason = SessionEndReason::kLogout;
  std::int64_t user_id = 0;
  std::string login;  // `sid`
  std::vector<std::string> rooms{};
  std::int64_t patient_id = 0;
  std::int64_t device_id = 0;
  std::string token_id{};  // `jti`
};

// As JSON, for the other processes; and back: absent when it is none.
std::string EncodeSessionEnd(const SessionEnd& end);
std::optional<SessionEnd> DecodeSessionEnd(std::string_view text);

// Called in the thread that made the change, after its commit; returns soon and does not throw.
using SessionEndSink = std::function<void(const SessionEnd&)>;

}  // namespace fajma::auth
