#include "tests/integration/api_door/door.h"

#include <cstdlib>
#include <stdexcept>
#include <utility>

#ifdef __SANITIZE_THREAD__
// Pistache is not built for TSan, which therefore does not see its lock-free queue: handing an accepted socket from the
// acceptor to a worker looks like a race. Our own code is in no stack that begins so.
extern "C" const char* __tsan_default_suppressions() {
  return "race:Pistache::Tcp::Listener::\nrace:Pistache::Polling::Epoll::addFd\n";
}
#endif

namespace fajma::testing {
namespace {

http::Options OnFreePort(http::Options options) {
  if (options.address == http::Options{}.address) options.address = "127.0.0.1:0";
  return options;
}

}  // namespace

http::Response DoorHandler::Handle(const http::Request& request) {
  if (request.path == "/throw") throw std::runtime_error("the disk is on fire");
  if (request.path == "/wait") {
    ++waiting_;
    released_.wait(false);
    --waiting_;
  }
  if (request.path == "/large") {
    http::Response response;
    const std::string* bytes = request.FindQuery("bytes");
    response.shared_body = std::make_shared<const std::string>(bytes ? std::stoul(*bytes) : 1'000'000, 'x');
    return response;
  }
  std::string body = request.method + " " + request.path;
  for (const auto& [name, value] : request.query) body += " " + name + "=" + value;
  return http::JsonResponse(200, body + " " + request.body);
}

http::UpgradeDecision DoorHandler::DecideUpgrade(const http::Request& request) {
  if (request.path == "/throw") throw std::runtime_error("the disk is on fire");
  if (!request.path.starts_with("/ws/")) return http::DetailResponse(403, "Forbidden.");
  const std::string* offered = request.FindHeader("Sec-WebSocket-Protocol");
  return http::UpgradeAccept{offered ? *offered : "", std::string(request.path)};
}

void DoorHandler::Release() {
  released_ = true;
  released_.notify_all();
}

void EchoSession::OnOpen(ws::Connection& connection) {
  const std::lock_guard lock(log_.mutex);
  log_.ids.push_back(connection.id());
  ++log_.opened;
}

void EchoSession::OnText(ws::Connection& connection, std::string_view text) {
  const std::string command(text);
  if (command == "!throw") throw std::runtime_error("the disk is on fire");
  if (command == "!id") {
    connection.SendText(std::to_string(connection.id()));
  } else if (command == "!frames") {
    connection.SendText(std::to_string(loop_.GetStatistics().frames_in));
  } else if (command.starts_with("!close ")) {
    connection.Close(static_cast<std::uint16_t>(std::atoi(command.c_str() + 7)), "as asked");
  } else if (command == "!pause") {
    connection.PauseReading();
    loop_.Post([&loop = loop_, id = connection.id()] {
      if (ws::Connection* paused = loop.Find(id)) paused->ResumeReading();
    });
  } else if (command.starts_with("!burst ")) {
    char* rest = nullptr;
    const long count = std::strtol(command.c_str() + 7, &rest, 10);
    const ws::Frame frame = ws::EncodeTextFrame(std::string(std::strtoul(rest, nullptr, 10), 'b'));
    for (long i = 0; i < count; ++i) connection.Send(frame);
  } else {
    connection.SendText(text);
  }
}

void EchoSession::OnBinary(ws::Connection& connection, std::string_view data) {
  connection.Send(ws::EncodeBinaryFrame(data));
}

void EchoSession::OnClose(ws::ConnectionId, std::uint16_t code) {
  log_.last_close_code = code;
  ++log_.closed;
}

Door::Door(http::Options options, ws::LoopOptions loop_options)
    : loop(std::move(loop_options)),
      server(OnFreePort(std::move(options)), handler, [this](http::DetachedSocket socket) {
        loop.Adopt(std::move(socket), std::make_unique<EchoSession>(loop, log));
      }) {}

HttpAnswer Door::Get(const std::string& target) const {
  RawSocket socket = Connect();
  socket.Send(GetRequest(target, "Connection: close\r\n"));
  return socket.ReceiveAnswer();
}

}  // namespace fajma::testing
