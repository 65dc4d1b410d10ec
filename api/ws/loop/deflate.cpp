#include "api/ws/loop/deflate.h"

#include <zlib.h>

#include <new>
#include <utility>

namespace fajma::ws {
namespace {

// As cheap as the lowest level on messages of a few hundred bytes, and as good as the highest.
constexpr int kLevel = 3;
constexpr int kMemoryLevel = 4;
// What a flush puts at the end of each message, and the sender takes off (RFC 7692, 7.2.1).
constexpr std::string_view kTail("\0\0\xFF\xFF", 4);
// A flush adds five bytes; so much more than deflateBound knows of.
constexpr std::size_t kFlushBytes = 16;

Bytef* BytesOf(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

}  // namespace

Deflater::Deflater() : stream_(std::make_unique<z_stream>()) {
  if (deflateInit2(stream_.get(), kLevel, Z_DEFLATED, -MAX_WBITS, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() { deflateEnd(stream_.get()); }

Frame Deflater::Compress(const Frame& frame, int window_bits) {
  const std::size_t size = PayloadOf(*frame).size();
  // No distance in a message is longer than the message: so one compressor suits every window that holds it whole.
  const bool is_remembered = window_bits >= MAX_WBITS || size <= (std::size_t{1} << window_bits);
  if (!IsMessage(*frame) || size < kMinCompressedPayload || !is_remembered) return frame;
  if (last_ != frame) {
    compressed_ = CompressNow(frame);
    last_ = frame;
  }
  return compressed_;
}

Frame Deflater::CompressNow(const Frame& frame) {
  ++compressions_;
  const std::string_view payload = PayloadOf(*frame);
  deflateReset(stream_.get());
  scratch_.resize(deflateBound(stream_.get(), payload.size()) + kFlushBytes);
  stream_->next_in = BytesOf(payload);
  stream_->avail_in = static_cast<uInt>(payload.size());
  stream_->next_out = BytesOf(scratch_);
  stream_->avail_out = static_cast<uInt>(scratch_.size());
  const int result = deflate(stream_.get(), Z_SYNC_FLUSH);
  const std::size_t size = scratch_.size() - stream_->avail_out;
  if (result != Z_OK || stream_->avail_out == 0 || size < kTail.size()) return frame;
  const std::string_view compressed(scratch_.data(), size - kTail.size());
  return compressed.size() < payload.size() ? EncodeCompressedFrame(*frame, compressed) : frame;
}

Inflater::Inflater(std::size_t max_message_bytes)
    : max_message_bytes_(max_message_bytes), stream_(std::make_unique<z_stream>()) {
  if (inflateInit2(stream_.get(), -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  message_.resize(max_message_bytes + 1);
}

Inflater::~Inflater() { inflateEnd(stream_.get()); }

Inflater::Result Inflater::Inflate(std::string_view payload) {
  inflateReset(stream_.get());
  size_ = 0;
  stream_ended_ = false;
  bool valid = Feed(payload);
  if (valid && !stream_ended_) {
    constexpr int kAtEndOfBlock = 128;
    valid = Feed(kTail) && (stream_->data_type & kAtEndOfBlock) != 0;
  }
  if (size_ > max_message_bytes_) return Result::kTooBig;
  return valid ? Result::kDone : Result::kInvalid;
}

bool Inflater::Feed(std::string_view payload) {
  stream_->next_in = BytesOf(payload);
  stream_->avail_in = static_cast<uInt>(payload.size());
  while (stream_->avail_in > 0) {
    if (std::exchange(stream_ended_, false)) inflateReset(stream_.get());
    const std::size_t room = message_.size() - size_;
    stream_->next_out = BytesOf(message_) + size_;
    stream_->avail_out = static_cast<uInt>(room);
    const int result = inflate(stream_.get(), Z_SYNC_FLUSH);
    size_ += room - stream_->avail_out;
    if (size_ > max_message_bytes_) return false;
    if (result == Z_STREAM_END) {
      stream_ended_ = true;
    } else if (result != Z_OK) {
      return false;
    }
  }
  return true;
}

}  // namespace fajma::ws
