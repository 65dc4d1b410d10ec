// Bytes that wait to leave through one socket. No threads, no sockets.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace fajma::http {

// Small pieces are joined, large and shared ones stay where they are: nothing large is ever copied.
class OutputQueue {
 public:
  void Append(std::string_view text);
  void AppendBody(Response&& response);

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }
  // Points `parts` at the first bytes to send; returns how many parts are used.
  std::size_t Gather(std::span<iovec> parts) const;
  // The first `count` bytes have left.
  void Consume(std::size_t count);
  void Clear();

 private:
  struct Chunk {
    std::string owned;
    std::shared_ptr<const std::string> shared;  // instead of `owned`, if set
    std::string_view View() const { return shared ? *shared : owned; }
  };

  std::deque<Chunk> chunks_;
  std::size_t offset_ = 0;  // in the first chunk
  std::size_t bytes_ = 0;
};

// The status line and headers of an answer (see Response), for HTTP/1.1 or HTTP/1.0 alike.
std::string FormatHead(const Response& response, bool keep_alive);

// Whether this status may carry a body.
bool AllowsBody(int status);

}  // namespace fajma::http
