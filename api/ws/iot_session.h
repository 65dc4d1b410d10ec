// ws/iot/<patient>/: devices and browsers of one patient.
#pragma once

#include <set>
#include <string>

#include "api/ws/live_hub.h"
#include "api/ws/loop/session.h"
#include "api/ws/services.h"

namespace fajma::ws {

class IotSession final : public Session, public OutcomeListener {
 public:
  IotSession(const Services& services, SocketContext context);

  void OnOpen(Connection& connection) override;
  void OnText(Connection& connection, std::string_view text) override;
  void OnBinary(Connection& connection, std::string_view data) override;  // as text: what is no JSON is answered so
  void OnClose(ConnectionId id, std::uint16_t code) override;
  void OnOutcome(Connection& connection, const Outcome& outcome, const Commit& commit) override;

  // So many of its messages may wait for their commit; then it is not read from until half of them are stored.
  static constexpr int kMaxUnsettled = 256;
  // Devices of one socket that are told to be away when it closes.
  static constexpr std::size_t kMaxDevices = 16;

 private:
  Topic topic() const { return {.kind = Topic::Kind::kPatient, .patient_id = context_.patient_id}; }
  // Its commands come here from now on.
  void BindDevice(ConnectionId id, Mac mac, bool answers);
  void TellDevice(Mac mac, bool online);
  // True when the text was an answer to a command, good or bad.
  bool TakeCommandResult(Connection& connection, std::string_view text);
  void Submit(Connection& connection, RawMessage& message);

  const Services services_;
  const SocketContext context_;
  std::set<Mac> devices_;  // that have sent over this socket, or whose token opened it
  int unsettled_ = 0;
  bool paused_ = false;
};

}  // namespace fajma::ws
