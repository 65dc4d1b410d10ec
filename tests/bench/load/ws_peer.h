// A WebSocket client for load: texts out under a mask of zeros, texts in, pings answered.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/bench/load/poller.h"

namespace fajma::load {

class WsPeer final : public Link {
 public:
  // `target`: path and query.
  WsPeer(Poller& poller, std::uint16_t port, std::string target);

  bool open() const { return open_ && !closed(); }
  // What the server answered instead of 101; its close code.
  const std::string& refusal() const { return refusal_; }
  void SendText(std::string_view text) { SendFrame(1, text); }

  std::function<void(std::string_view text)> on_text;

 private:
  void OnConnected() override;
  std::size_t OnBytes(std::string_view bytes) override;
  std::size_t ReadHandshake(std::string_view bytes);
  void OnFrame(unsigned opcode, std::string_view payload);
  void SendFrame(unsigned opcode, std::string_view payload);

  std::string target_;
  std::string refusal_;
  bool open_ = false;
};

}  // namespace fajma::load
