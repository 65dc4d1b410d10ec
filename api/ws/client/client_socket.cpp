#include "api/ws/client/client_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "api/http/message.h"
#include "api/ws/loop/handshake.h"

namespace fajma::ws {
namespace {

constexpr std::size_t kMaxAnswerBytes = 16 * 1024;

std::string ErrorText(int error) { return std::generic_category().message(error); }

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

void FillRandom(unsigned char* bytes, std::size_t size) {
  if (RAND_bytes(bytes, static_cast<int>(size)) != 1) throw std::runtime_error("no random numbers");
}

std::string MakeKey() {
  std::array<unsigned char, 16> bytes{};
  FillRandom(bytes.data(), bytes.size());
  std::array<unsigned char, 25> base64{};
  const int size = EVP_EncodeBlock(base64.data(), bytes.data(), static_cast<int>(bytes.size()));
  return std::string(base64.begin(), base64.begin() + size);
}

// The value of a header in an answer's head; empty when it is missing.
std::string_view FindHeader(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !http::EqualsIgnoringCase(line.substr(0, colon), name)) continue;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    return value;
  }
  return {};
}

}  // namespace

class ClientSocket::Framing {
 public:
  Framing(ClientSocket& owner, std::string early) : owner_(owner), early_(std::move(early)) {
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = &Framing::Receive;
    callbacks.send_callback = &Framing::Send;
    callbacks.genmask_callback = &Framing::MakeMask;
    callbacks.on_msg_recv_callback = &Framing::OnMessage;
    if (wslay_event_context_client_init(&context_, &callbacks, this) != 0) throw std::bad_alloc();
    wslay_event_config_set_max_recv_msg_length(context_, owner.options_.max_message_bytes);
  }
  ~Framing() { wslay_event_context_free(context_); }
  Framing(const Framing&) = delete;
  Framing& operator=(const Framing&) = delete;

  bool wants_write() const { return wslay_event_want_write(context_) != 0; }
  std::size_t queued_bytes() const { return wslay_event_get_queued_msg_length(context_); }
  bool closing() const { return wslay_event_get_close_sent(context_) != 0 || close_queued_; }

  bool QueueText(std::string_view text) {
    const wslay_event_msg message{WSLAY_TEXT_FRAME, reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    return wslay_event_queue_msg(context_, &message) == 0;
  }

  // A close frame goes before the messages that wait, and nothing after it: first what can be sent is sent.
  void QueueClose(std::uint16_t code) {
    static_cast<void>(wslay_event_send(context_));  // an error shows in Work
    close_queued_ = true;
    static_cast<void>(wslay_event_queue_close(context_, code, nullptr, 0));  // no memory: it just goes
  }

  // Why it is over; empty when it is not.
  std::string Work() {
    const bool received = wslay_event_recv(context_) == 0;
    const bool sent = wslay_event_send(context_) == 0;
    if (!error_.empty()) return error_;
    if (!received || !sent) return "protocol error";
    if (wslay_event_want_read(context_) != 0 || wslay_event_want_write(context_) != 0) return {};
    return "closed with " + std::to_string(wslay_event_get_status_code_received(context_));
  }

 private:
  static ssize_t Receive(wslay_event_context_ptr context, std::uint8_t* buffer, std::size_t size, int, void* user) {
    auto& self = *static_cast<Framing*>(user);
    if (!self.early_.empty()) {
      size = self.early_.copy(reinterpret_cast<char*>(buffer), size);
      self.early_.erase(0, size);
      return static_cast<ssize_t>(size);
    }
    const ssize_t count = ::recv(self.owner_.fd(), buffer, size, 0);
    if (count > 0) {
      self.owner_.received_bytes_ += static_cast<std::uint64_t>(count);
      return count;
    }
    return self.Fail(context, count == 0 ? ECONNRESET : errno);
  }

  static ssize_t Send(wslay_event_context_ptr context, const std::uint8_t* data, std::size_t size, int flags,
                      void* user) {
    auto& self = *static_cast<Framing*>(user);
    const int more = (flags & WSLAY_MSG_MORE) != 0 ? MSG_MORE : 0;
    const ssize_t count = ::send(self.owner_.fd(), data, size, MSG_NOSIGNAL | more);
    if (count >= 0) return count;
    return self.Fail(context, errno);
  }

  ssize_t Fail(wslay_event_context_ptr context, int error) {
    if (!WouldBlock(error) && error_.empty()) error_ = ErrorText(error);
    wslay_event_set_error(context, WouldBlock(error) ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }

  static int MakeMask(wslay_event_context_ptr, std::uint8_t* buffer, std::size_t size, void*) {
    return RAND_bytes(buffer, static_cast<int>(size)) == 1 ? 0 : -1;
  }

  static void OnMessage(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* user) {
    auto& self = *static_cast<Framing*>(user);
    if (message->opcode != WSLAY_TEXT_FRAME || self.closing()) return;
    self.owner_.options_.on_text({reinterpret_cast<const char*>(message->msg), message->msg_length});
  }

  ClientSocket& owner_;
  wslay_event_context_ptr context_ = nullptr;
  std::string early_;  // came behind the handshake's answer
  std::string error_;
  bool close_queued_ = false;
};

ClientSocket::ClientSocket(ClientSocketOptions options) : options_(std::move(options)), key_(MakeKey()) {
  const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  fd_ = http::FileDescriptor(::socket(options_.endpoint.address.ss_family, type, 0));
  if (!fd_.valid()) {
    End(ErrorText(errno));
    return;
  }
  const int on = 1;
  ::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* const address = reinterpret_cast<const sockaddr*>(&options_.endpoint.address);
  if (::connect(fd(), address, options_.endpoint.size) != 0 && errno != EINPROGRESS) {
    End(ErrorText(errno));
    return;
  }
  request_ =
      "GET " + options_.target + " HTTP/1.1\r\nHost: " + options_.host +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key_ +
      "\r\n" + options_.headers + "\r\n";
}

ClientSocket::~ClientSocket() = default;

bool ClientSocket::wants_write() const {
  return state_ == State::kConnecting ? !request_.empty() : framing_ && framing_->wants_write();
}

ClientSocket::State ClientSocket::Work() {
  if (state_ == State::kConnecting) Shake();
  if (state_ == State::kOpen) Exchange();
  return state_;
}

void ClientSocket::Shake() {
  SendRequest();
  if (state_ == State::kConnecting && request_.empty()) ReadAnswer();
}

// A connection that is not made yet answers EAGAIN; one that failed, why.
void ClientSocket::SendRequest() {
  while (!request_.empty()) {
    const ssize_t count = ::send(fd(), request_.data(), request_.size(), MSG_NOSIGNAL);
    if (count < 0 && WouldBlock(errno)) return;
    if (count < 0) return End(ErrorText(errno));
    request_.erase(0, static_cast<std::size_t>(count));
  }
}

void ClientSocket::ReadAnswer() {
  std::array<char, 2048> buffer{};
  while (state_ == State::kConnecting) {
    const ssize_t count = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (count < 0 && WouldBlock(errno)) return;
    if (count <= 0) return End(count == 0 ? "connection ended" : ErrorText(errno));
    received_bytes_ += static_cast<std::uint64_t>(count);
    answer_.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t end = answer_.find("\r\n\r\n");
    if (end != std::string::npos) return CheckAnswer(std::string_view(answer_).substr(0, end));
    if (answer_.size() > kMaxAnswerBytes) return End("no HTTP answer");
  }
}

void ClientSocket::CheckAnswer(std::string_view head) {
  constexpr std::string_view kProtocol = "HTTP/1.1 ";
  if (!head.starts_with(kProtocol)) return End("no HTTP answer");
  const std::string_view status = head.substr(kProtocol.size(), 3);
  if (status != "101") return End("HTTP " + std::string(status));
  if (FindHeader(head, "Sec-WebSocket-Accept") != AcceptKey(key_)) return End("a wrong Sec-WebSocket-Accept");
  framing_ = std::make_unique<Framing>(*this, answer_.substr(head.size() + 4));
  std::string().swap(answer_);
  state_ = State::kOpen;
}

void ClientSocket::Exchange() {
  std::string reason = framing_->Work();
  if (!reason.empty()) End(std::move(reason));
}

bool ClientSocket::SendText(std::string_view text) {
  if (state_ != State::kOpen || framing_->closing()) return false;
  if (framing_->queued_bytes() + text.size() > options_.max_queued_bytes) return false;
  return framing_->QueueText(text);
}

void ClientSocket::Close(std::uint16_t code) {
  if (state_ != State::kOpen) return End("closed");
  framing_->QueueClose(code);
}

void ClientSocket::End(std::string reason) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  reason_ = std::move(reason);
}

}  // namespace fajma::ws
