#include "cli/simulation/ws_device_link.h"

#include <sys/epoll.h>

#include <array>
#include <utility>

#include "api/ws/loop/frame.h"
#include "firmware/core/json_reader.h"

namespace fajma::cli {
namespace {

constexpr std::string_view kResult = "/result";
// As the Arduino library of the documentation's example sends them.
constexpr std::string_view kArduinoHeaders = "Origin: file://\r\nSec-WebSocket-Protocol: arduino\r\n";

}  // namespace

WsDeviceLink::WsDeviceLink(const SimulatedDevice& device, WsServer& server, int epoll, std::uint64_t tag)
    : device_(device), server_(server), epoll_(epoll), tag_(tag) {}

ws::ClientSocketOptions WsDeviceLink::MakeOptions() {
  ws::ClientSocketOptions options;
  options.endpoint = *server_.endpoint;
  options.host = server_.url.Authority();
  options.target = server_.url.path + device_.patient + "/";
  if (!device_.token.empty()) options.headers = "Authorization: Bearer " + device_.token + "\r\n";
  if (device_.documented_example) options.headers += kArduinoHeaders;
  options.on_text = [this](std::string_view text) { OnText(text); };
  return options;
}

std::string WsDeviceLink::Connect(const firmware::Device& device, LinkListener& listener) {
  if (!server_.endpoint) server_.endpoint = ws::FindEndpoint(server_.url);
  if (!server_.endpoint) return "no such host: " + server_.url.host;
  core_ = &device;
  listener_ = &listener;
  ready_ = false;
  heard_bytes_ = 0;
  heard_ms_ = 0;
  socket_ = std::make_unique<ws::ClientSocket>(MakeOptions());
  std::string error;
  if (socket_->state() == ws::ClientSocket::State::kEnded) {
    error = socket_->reason();
  } else if (!Watch(EPOLL_CTL_ADD)) {
    error = "cannot watch the socket";
  }
  if (!error.empty()) socket_.reset();
  return error;
}

bool WsDeviceLink::Watch(int operation) {
  epoll_event event{};
  watches_write_ = socket_->wants_write();
  event.events = EPOLLIN | (watches_write_ ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  event.data.u64 = tag_;
  return ::epoll_ctl(epoll_, operation, socket_->fd(), &event) == 0;
}

void WsDeviceLink::Work() {
  if (!socket_) return;
  const ws::ClientSocket::State state = socket_->Work();
  if (state == ws::ClientSocket::State::kEnded) {
    if (!ready_) server_.endpoint.reset();
    const std::string reason = socket_->reason();
    return Close(reason);
  }
  if (state == ws::ClientSocket::State::kOpen && !std::exchange(ready_, true)) listener_->OnReady();
  if (socket_->wants_write() != watches_write_ && !Watch(EPOLL_CTL_MOD)) Close("cannot watch the socket");
}

void WsDeviceLink::Flush() {
  if (socket_ && ready_ && socket_->wants_write() && !watches_write_) Work();
}

void WsDeviceLink::CheckAlive(std::uint64_t now_ms) {
  if (!socket_) return;
  if (heard_ms_ == 0 || socket_->received_bytes() != heard_bytes_) {
    heard_bytes_ = socket_->received_bytes();
    heard_ms_ = now_ms;
  } else if (now_ms >= heard_ms_ + kSilenceMs) {
    Close("the server is silent");
  }
}

bool WsDeviceLink::Publish(const firmware::Outgoing& message) {
  const std::string_view topic = message.topic;
  if (topic == core_->topics().data().view()) return SendText(message.payload);
  std::string_view id = topic;
  if (!id.ends_with(kResult)) return true;
  id.remove_suffix(kResult.size());
  id.remove_prefix(id.rfind('/') + 1);
  const std::array<char, 17> mac = firmware::ColonMac(core_->mac());
  std::string text = R"({"type":"command_result","device_mac":")";
  text.append(mac.data(), mac.size()).append(R"(","command_id":")").append(id).append("\",");
  return SendText(text.append(std::string_view(message.payload).substr(1)));  // {"status":…
}

bool WsDeviceLink::SendText(std::string_view text) { return socket_ && socket_->SendText(text); }

void WsDeviceLink::SayGoodbye() {
  if (!socket_) return;
  socket_->Close(ws::kCloseGoingAway);
  Work();
}

void WsDeviceLink::Close(std::string_view reason) {
  if (!socket_) return;
  socket_.reset();  // its descriptor leaves epoll by being closed
  listener_->OnEnded(reason);
}

// Confirmations and commands; everything else is for other clients of this socket.
void WsDeviceLink::OnText(std::string_view text) {
  const std::optional<firmware::JsonObject> object = firmware::JsonObject::Parse(text);
  if (!object) return;
  const firmware::Topics& topics = core_->topics();
  const std::optional<std::string_view> type = object->FindString("type");
  if (type == "ack") listener_->OnMessage(topics.ack().view(), text);
  if (type != "command") return;
  const std::array<char, 17> mac = firmware::ColonMac(core_->mac());
  const std::optional<std::string_view> id = object->FindString("command_id");
  if (!id || object->FindString("device_mac") != std::string_view(mac.data(), mac.size())) return;
  std::string topic(topics.commands_filter().view());
  topic.pop_back();  // the '+'
  listener_->OnMessage(topic.append(*id), text);
}

}  // namespace fajma::cli
