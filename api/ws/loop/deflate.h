// permessage-deflate (RFC 7692, 7.2) without context takeover: each message is compressed by itself. One of each serves
// all sockets of a loop, in its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/ws/loop/frame.h"

struct z_stream_s;

namespace fajma::ws {

// About 140 KiB.
class Deflater {
 public:
  Deflater();  // throws std::bad_alloc
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // `frame` as it goes to a client that remembers 2^window_bits bytes: compressed, or `frame` itself when it is no
  // message, has less than kMinCompressedPayload or more than the client remembers, or would not become shorter. The
  // result for the last frame is kept: what goes to many is compressed once and shared. Frames are whole messages, as
  // Encode…Frame makes them.
  Frame Compress(const Frame& frame, int window_bits);

  // Compressions done.
  std::uint64_t compressions() const { return compressions_; }

  // Below this little is gained (measured: 200 bytes of a reading become 155, 100 become 87) and each costs some 6 µs.
  static constexpr std::size_t kMinCompressedPayload = 200;

 private:
  Frame CompressNow(const Frame& frame);

  std::unique_ptr<z_stream_s> stream_;
  std::string scratch_;
  Frame last_;        // keeps its address from being used again
  Frame compressed_;  // of last_
  std::uint64_t compressions_ = 0;
};

// About 40 KiB, and what a message may have.
class Inflater {
 public:
  enum class Result { kDone, kTooBig, kInvalid };

  explicit Inflater(std::size_t max_message_bytes);  // throws std::bad_alloc
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The payload of a whole message, its frames put together. Never writes more than max_message_bytes + 1: a message
  // that would become longer is left there. Ends at the end of a block, as a sender must; a block that says it is the
  // last may be followed by others (7.2.3.4, 7.2.3.5).
  Result Inflate(std::string_view payload);
  // What the last one became, after kDone. Valid until the next.
  std::string_view message() const { return {message_.data(), size_}; }

 private:
  // False: no DEFLATE, or too much came out (size_ tells).
  bool Feed(std::string_view payload);

  const std::size_t max_message_bytes_;
  std::unique_ptr<z_stream_s> stream_;
  std::string message_;
  std::size_t size_ = 0;
  bool stream_ended_ = false;  // behind a last block, nothing after it yet
};

}  // namespace fajma::ws
