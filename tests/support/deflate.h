// permessage-deflate from a client's side, for tests: zlib with any parameters. Header only.
#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace fajma::testing {

// As RFC 7692, 7.2.1: flushed, without the four bytes at the end.
inline std::string DeflatePayload(std::string_view text, int level = Z_DEFAULT_COMPRESSION, int window_bits = 15) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("no deflate");
  }
  std::string out(text.size() + text.size() / 8 + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out - 4);
  deflateEnd(&stream);
  return out;
}

// As RFC 7692, 7.2.2, by a client that remembers 2^window_bits bytes. Throws when it cannot be read so.
inline std::string InflatePayload(std::string payload, int window_bits = 15) {
  payload += std::string("\0\0\xFF\xFF", 4);
  z_stream stream{};
  if (inflateInit2(&stream, -window_bits) != Z_OK) throw std::runtime_error("no inflate");
  stream.next_in = reinterpret_cast<Bytef*>(payload.data());
  stream.avail_in = static_cast<uInt>(payload.size());
  std::string text;
  int result = Z_OK;
  // In small pieces, so that zlib must keep what it refers to in its window.
  while (result == Z_OK) {
    char piece[64];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    result = inflate(&stream, Z_SYNC_FLUSH);
    text.append(piece, sizeof piece - stream.avail_out);
  }
  inflateEnd(&stream);
  if (result != Z_BUF_ERROR || stream.avail_in != 0) throw std::runtime_error("no valid deflate");
  return text;
}

}  // namespace fajma::testing
