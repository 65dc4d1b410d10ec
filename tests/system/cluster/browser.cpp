#include "tests/system/cluster/browser.h"

#include <poll.h>

#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>

#include "tests/support/ws_client.h"

namespace fajma::cluster {
namespace {

using testing::milliseconds;
using testing::WsClient;

constexpr int kLookMillis = 50;

std::int64_t CursorOf(const std::string& frame) {
  const std::size_t at = frame.rfind("\"cursor\":");
  return at == std::string::npos ? 0 : std::stoll(frame.substr(at + 9));
}

}  // namespace

Browser::Browser(BrowserOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Browser::~Browser() { Stop(); }

void Browser::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Browser::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      Follow(stop);
    } catch (const std::exception&) {  // refused, closed or gone: comes back
      ++losses_;
      ::poll(nullptr, 0, 20);
    }
  }
}

void Browser::Follow(const std::stop_token& stop) {
  std::minstd_rand random(random_ += 7);
  const std::uint16_t port = options_.ports[random() % options_.ports.size()];
  WsClient socket(port,
                  "/ws/iot/" + options_.patient + "/?token=" + options_.token + "&apres=" + std::to_string(last_));
  const auto leave_at = std::chrono::steady_clock::now() + milliseconds(50 + random() % 1'500);
  while (!stop.stop_requested()) {
    if (restless_ && std::chrono::steady_clock::now() > leave_at) {
      ++disconnects_;
      return;  // without a goodbye, and perhaps in the middle of a frame
    }
    pollfd readable{socket.socket().fd(), POLLIN, 0};
    if (socket.socket().received().empty() && ::poll(&readable, 1, kLookMillis) == 0) continue;
    const testing::WsFrame frame = socket.Receive();
    if (frame.opcode == testing::kTextFrame) Take(frame.payload);
    if (frame.opcode == testing::kPingFrame) socket.SendFrame(testing::kPongFrame, frame.payload);
    if (frame.opcode == testing::kCloseFrame) throw std::runtime_error("closed");
  }
}

void Browser::Take(const std::string& frame) {
  if (frame.find("\"type\":\"gap\"") != std::string::npos) ++gaps_;
  const std::int64_t cursor = CursorOf(frame);
  if (cursor == 0) return;  // no event of the stream
  if (cursor <= last_) ++out_of_order_;
  last_ = cursor;
  (frame.starts_with("{\"type\":\"sensor_data\"") ? readings_ : alerts_).push_back(cursor);
}

}  // namespace fajma::cluster
