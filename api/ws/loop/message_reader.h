// A client's bytes become messages: wslay takes the frames apart, this checks them (RFC 6455) and puts fragments
// together, and decompresses (RFC 7692). No sockets, no threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/utf8.h"
#include "api/ws/loop/deflate.h"

namespace fajma::ws {

// wslay's state for one stream of frames, about 4 KB: a connection holds one only inside a frame.
class FrameDecoder;

// Decoders that no connection needs just now. Must outlive its readers.
class DecoderPool {
 public:
  DecoderPool();
  ~DecoderPool();
  DecoderPool(const DecoderPool&) = delete;
  DecoderPool& operator=(const DecoderPool&) = delete;

  std::unique_ptr<FrameDecoder> Take();
  void Return(std::unique_ptr<FrameDecoder> decoder);  // must stand between two frames

 private:
  std::vector<std::unique_ptr<FrameDecoder>> idle_;  // a few; more are destroyed
};

class MessageReader {
 public:
  enum class Kind { kNeedsMore, kText, kBinary, kPing, kPong, kClose, kError };

  struct Event {
    Kind kind;
    std::string_view payload;  // kClose: the reason. Valid until the next call
    std::uint16_t code = 0;    // kClose: as received, or 1005; kError: what to close with
  };

  // `inflater`: of the loop, with the same max_message_bytes; null when permessage-deflate was not agreed on.
  MessageReader(DecoderPool& pool, Inflater* inflater, std::size_t max_message_bytes);
  ~MessageReader();

  // Gives bytes to read. They must stay in place until Next says kNeedsMore or rest() is taken.
  void Feed(std::string_view bytes);
  // The next whole message or control frame in them. After kError or kClose there is nothing more to ask.
  Event Next();
  // What Next has not looked at yet, for a reader that pauses.
  std::string_view rest() const { return input_; }
  // Frames that have ended so far, control frames included.
  std::uint64_t frames() const { return frames_; }

 private:
  friend class FrameDecoder;
  struct Chunk;

  bool BeginFrame(const Chunk& chunk, Event& error);
  std::size_t RoomForPayload() const;
  Event Inflated(std::string_view payload);
  bool TakeData(const Chunk& chunk, Event& event);
  bool TakeControl(const Chunk& chunk, Event& event);
  Event CloseEvent(std::string_view payload) const;
  void ReleaseDecoder();

  DecoderPool& pool_;
  Inflater* const inflater_;
  const std::size_t max_message_bytes_;
  std::unique_ptr<FrameDecoder> decoder_;
  std::string_view input_;
  std::string message_;  // of a message that came in pieces
  std::string control_;  // of a control frame that came in pieces
  http::Utf8Validator utf8_;
  std::uint64_t frames_ = 0;
  std::uint64_t frame_left_ = 0;  // payload of the current frame that is to come
  bool in_frame_ = false;
  bool in_message_ = false;
  bool is_text_ = false;
  bool is_compressed_ = false;
  bool delivered_ = false;  // message_ was given out and can be let go
};

}  // namespace fajma::ws
