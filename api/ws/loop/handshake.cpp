#include "api/ws/loop/handshake.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace fajma::ws {

std::string AcceptKey(std::string_view websocket_key) {
  std::string text(websocket_key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("SHA-1 is not available");
  }
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return std::string(base64.begin(), base64.begin() + length);
}

std::string FormatSwitchingProtocols(std::string_view websocket_key, std::string_view subprotocol,
                                     std::string_view extensions) {
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Server: fajma\r\n"
      "Sec-WebSocket-Accept: ";
  response.append(AcceptKey(websocket_key)).append("\r\n");
  if (!subprotocol.empty()) {
    response.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  }
  if (!extensions.empty()) response.append("Sec-WebSocket-Extensions: ").append(extensions).append("\r\n");
  response += "\r\n";
  return response;
}

}  // namespace fajma::ws
