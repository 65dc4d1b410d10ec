#include "api/ws/loop/message_reader.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "api/ws/loop/frame.h"

namespace fajma::ws {
namespace {

constexpr unsigned kRsv1 = 4;  // as wslay gives the three bits
constexpr std::size_t kPooledDecoders = 16;
constexpr std::size_t kKeptMessageBytes = 1024;

bool IsControl(unsigned opcode) { return (opcode & 8U) != 0; }

bool IsKnown(unsigned opcode) {
  return opcode == WSLAY_CONTINUATION_FRAME || opcode == WSLAY_TEXT_FRAME || opcode == WSLAY_BINARY_FRAME ||
         opcode == WSLAY_CONNECTION_CLOSE || opcode == WSLAY_PING || opcode == WSLAY_PONG;
}

// RFC 6455, 7.4 and IANA's registry.
bool MayBeSent(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

MessageReader::Event Error(std::uint16_t code) { return {MessageReader::Kind::kError, {}, code}; }

}  // namespace

// A piece of one frame's payload, unmasked, in wslay's buffer until the next Read.
struct MessageReader::Chunk {
  wslay_frame_iocb frame{};
  std::string_view data;
  bool ends_frame = false;
  bool whole = false;  // all of its frame
};

class FrameDecoder {
 public:
  enum class Result { kChunk, kNeedsMore, kMalformed };

  FrameDecoder() {
    wslay_frame_callbacks callbacks{};
    callbacks.recv_callback = &FrameDecoder::Copy;
    if (wslay_frame_context_init(&context_, &callbacks, this) != 0) throw std::bad_alloc();
  }
  ~FrameDecoder() { wslay_frame_context_free(context_); }
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  // Takes what it needs off the front of `input`.
  Result Read(std::string_view& input, bool in_frame, wslay_frame_iocb& frame) {
    input_ = &input;
    const ssize_t size = wslay_frame_recv(context_, &frame);
    input_ = nullptr;
    if (size == WSLAY_ERR_WANT_READ) return Result::kNeedsMore;
    if (size < 0) return Result::kMalformed;
    if (!in_frame) held_ -= HeaderBytes(frame);
    held_ -= frame.data_length;
    return Result::kChunk;
  }

  // No byte of a next frame is held.
  bool empty() const { return held_ == 0; }

 private:
  static std::size_t HeaderBytes(const wslay_frame_iocb& frame) {
    const std::size_t length = frame.payload_length > 0xFFFF ? 8 : frame.payload_length > 125 ? 2 : 0;
    return 2 + length + (frame.mask ? 4 : 0);
  }

  static ssize_t Copy(std::uint8_t* buffer, std::size_t size, int, void* user) {
    auto& self = *static_cast<FrameDecoder*>(user);
    size = std::min(size, self.input_->size());
    if (size == 0) return -1;  // wslay takes it as WANT_READ
    std::memcpy(buffer, self.input_->data(), size);
    self.input_->remove_prefix(size);
    self.held_ += size;
    return static_cast<ssize_t>(size);
  }

  wslay_frame_context_ptr context_ = nullptr;
  std::string_view* input_ = nullptr;
  std::size_t held_ = 0;  // bytes taken that no chunk has given back
};

DecoderPool::DecoderPool() = default;
DecoderPool::~DecoderPool() = default;

std::unique_ptr<FrameDecoder> DecoderPool::Take() {
  if (idle_.empty()) return std::make_unique<FrameDecoder>();
  std::unique_ptr<FrameDecoder> decoder = std::move(idle_.back());
  idle_.pop_back();
  return decoder;
}

void DecoderPool::Return(std::unique_ptr<FrameDecoder> decoder) {
  if (idle_.size() < kPooledDecoders) idle_.push_back(std::move(decoder));
}

MessageReader::MessageReader(DecoderPool& pool, Inflater* inflater, std::size_t max_message_bytes)
    : pool_(pool), inflater_(inflater), max_message_bytes_(max_message_bytes) {}

MessageReader::~MessageReader() = default;

void MessageReader::Feed(std::string_view bytes) { input_ = bytes; }

MessageReader::Event MessageReader::Next() {
  if (std::exchange(delivered_, false)) {
    message_.clear();
    if (message_.capacity() > kKeptMessageBytes) std::string().swap(message_);
  }
  while (true) {
    if (!decoder_) {
      if (input_.empty()) return {Kind::kNeedsMore, {}};
      decoder_ = pool_.Take();
    }
    Chunk chunk;
    const FrameDecoder::Result result = decoder_->Read(input_, in_frame_, chunk.frame);
    if (result == FrameDecoder::Result::kMalformed) return Error(kCloseProtocolError);
    if (result == FrameDecoder::Result::kNeedsMore) {
      ReleaseDecoder();
      return {Kind::kNeedsMore, {}};
    }
    Event event{Kind::kNeedsMore, {}};
    const bool begins = !in_frame_;
    if (begins && !BeginFrame(chunk, event)) return event;
    chunk.data = {reinterpret_cast<const char*>(chunk.frame.data), chunk.frame.data_length};
    frame_left_ -= chunk.data.size();
    chunk.ends_frame = frame_left_ == 0;
    chunk.whole = begins && chunk.ends_frame;
    if (chunk.ends_frame) {
      in_frame_ = false;
      ++frames_;
    }
    const bool done = IsControl(chunk.frame.opcode) ? TakeControl(chunk, event) : TakeData(chunk, event);
    if (done) return event;
  }
}

// Between two frames nothing has to be kept: an idle connection holds no decoder.
void MessageReader::ReleaseDecoder() {
  if (!in_frame_ && decoder_->empty()) pool_.Return(std::move(decoder_));
}

bool MessageReader::BeginFrame(const Chunk& chunk, Event& error) {
  const wslay_frame_iocb& frame = chunk.frame;
  error = Error(kCloseProtocolError);
  const bool compressed = frame.rsv == kRsv1 && inflater_ != nullptr &&
                          (frame.opcode == WSLAY_TEXT_FRAME || frame.opcode == WSLAY_BINARY_FRAME);
  if (!frame.mask || (frame.rsv != 0 && !compressed) || !IsKnown(frame.opcode)) return false;
  in_frame_ = true;
  frame_left_ = frame.payload_length;
  if (IsControl(frame.opcode)) {  // wslay has checked that it is short and not a fragment
    control_.clear();
    return true;
  }
  const bool continues = frame.opcode == WSLAY_CONTINUATION_FRAME;
  if (continues != in_message_) return false;
  if (!continues) {
    in_message_ = true;
    is_text_ = frame.opcode == WSLAY_TEXT_FRAME;
    is_compressed_ = compressed;
    utf8_ = {};
  }
  if (frame.payload_length <= RoomForPayload()) return true;
  error = Error(kCloseTooBig);
  return false;
}

// What cannot be compressed becomes a little longer, with some compressors by an eighth.
std::size_t MessageReader::RoomForPayload() const {
  const std::size_t more = is_compressed_ ? max_message_bytes_ / 8 + 64 : 0;
  return max_message_bytes_ + more - message_.size();
}

bool MessageReader::TakeData(const Chunk& chunk, Event& event) {
  const bool ends = chunk.ends_frame && chunk.frame.fin;
  if (is_text_ && !is_compressed_ && (!utf8_.Feed(chunk.data) || (ends && !utf8_.Complete()))) {
    event = Error(kCloseBadPayload);
    return true;
  }
  const bool in_one_piece = chunk.whole && ends && message_.empty();
  if (!in_one_piece) message_.append(chunk.data);
  if (!ends) return false;
  in_message_ = false;
  delivered_ = !in_one_piece;
  const std::string_view payload = in_one_piece ? chunk.data : std::string_view(message_);
  event = is_compressed_ ? Inflated(payload) : Event{is_text_ ? Kind::kText : Kind::kBinary, payload};
  return true;
}

// A compressed message is kept as it came until it is whole: so it needs no more room than one that is not.
MessageReader::Event MessageReader::Inflated(std::string_view payload) {
  const Inflater::Result result = inflater_->Inflate(payload);
  if (result == Inflater::Result::kTooBig) return Error(kCloseTooBig);
  const std::string_view message = inflater_->message();
  if (result == Inflater::Result::kInvalid || (is_text_ && !http::IsValidUtf8(message))) {
    return Error(kCloseBadPayload);
  }
  return {is_text_ ? Kind::kText : Kind::kBinary, message};
}

bool MessageReader::TakeControl(const Chunk& chunk, Event& event) {
  if (!chunk.whole) control_.append(chunk.data);
  if (!chunk.ends_frame) return false;
  const std::string_view payload = chunk.whole ? chunk.data : std::string_view(control_);
  switch (chunk.frame.opcode) {
    case WSLAY_PING:
      event = {Kind::kPing, payload};
      break;
    case WSLAY_PONG:
      event = {Kind::kPong, payload};
      break;
    default:
      event = CloseEvent(payload);
      break;
  }
  return true;
}

MessageReader::Event MessageReader::CloseEvent(std::string_view payload) const {
  if (payload.empty()) return {Kind::kClose, {}, kCloseNoStatus};
  if (payload.size() == 1) return Error(kCloseProtocolError);
  const unsigned code =
      static_cast<unsigned>(static_cast<unsigned char>(payload[0]) << 8) | static_cast<unsigned char>(payload[1]);
  if (!MayBeSent(code)) return Error(kCloseProtocolError);
  const std::string_view reason = payload.substr(2);
  if (!http::IsValidUtf8(reason)) return Error(kCloseBadPayload);
  return {Kind::kClose, reason, static_cast<std::uint16_t>(code)};
}

}  // namespace fajma::ws
