// A simulated device on ws/iot/{patient}/.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/ws/client/client_socket.h"
#include "api/ws/client/endpoint.h"
#include "cli/simulation/device_link.h"
#include "cli/simulator.h"

namespace fajma::cli {

// The server that all of them share; its address is looked up once, and again after a failure.
struct WsServer {
  ws::WsUrl url;
  std::optional<ws::Endpoint> endpoint;
};

class WsDeviceLink final : public DeviceLink {
 public:
  // Its descriptor is watched by `epoll` under `tag`. `device` and `server` outlive it.
  WsDeviceLink(const SimulatedDevice& device, WsServer& server, int epoll, std::uint64_t tag);

  // When epoll has reported it: receives and sends.
  void Work();
  // Sends what the device has said since.
  void Flush();
  // Now and then: closes a connection on which nothing has come for `kSilenceMs`.
  void CheckAlive(std::uint64_t now_ms);

  // The server pings every 30 s.
  static constexpr std::uint64_t kSilenceMs = 90'000;

  std::string Connect(const firmware::Device& device, LinkListener& listener) override;
  // Samples and answers to commands have a form on a WebSocket; the server knows the status from the connection itself.
  bool Publish(const firmware::Outgoing& message) override;
  bool SendText(std::string_view text) override;
  void SayGoodbye() override;
  void Close(std::string_view reason) override;

 private:
  ws::ClientSocketOptions MakeOptions();
  void OnText(std::string_view text);
  bool Watch(int operation);

  const SimulatedDevice& device_;
  WsServer& server_;
  const int epoll_;
  const std::uint64_t tag_;
  const firmware::Device* core_ = nullptr;
  LinkListener* listener_ = nullptr;
  std::unique_ptr<ws::ClientSocket> socket_;  // null: closed
  bool ready_ = false;
  bool watches_write_ = false;
  std::uint64_t heard_bytes_ = 0;
  std::uint64_t heard_ms_ = 0;
};

}  // namespace fajma::cli
