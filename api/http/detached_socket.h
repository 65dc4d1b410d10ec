// A socket that left HTTP by a WebSocket handshake, on its way to the loop that will own it.
#pragma once

#include <any>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/http/extension_list.h"

namespace fajma::http {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// The handshake is checked and accepted, the 101 is not sent yet: who adopts the socket sends it.
struct DetachedSocket {
  FileDescriptor fd;                  // non-blocking
  std::string websocket_key;          // Sec-WebSocket-Key as sent: 16 bytes in base64
  std::string subprotocol;            // to answer, or ""
  std::vector<Extension> extensions;  // as offered: who adopts the socket chooses
  std::string unread;                 // bytes that came behind the handshake: the first of the WebSocket
  std::string peer_address;           // as Request::peer_address
  std::any context;                   // what the handler gave with its acceptance
  std::shared_ptr<void> place;        // its place among max_connections: given back when this is destroyed
};

}  // namespace fajma::http
