// Where the door listens, and how many sockets the system lets it have.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace fajma::http {

struct BindAddress {
  sockaddr_storage socket_address;  // without the port
  std::uint16_t port;
};

// Reads `host:port` or `[v6]:port`; a name is resolved once. Throws std::runtime_error, naming the address.
BindAddress ResolveBindAddress(const std::string& address);

// The socket of this process that listens there (with this port, if `address` leaves it free): Pistache keeps its own
// to itself. Throws std::runtime_error when there is none.
int FindListeningSocket(const BindAddress& address, std::uint16_t port);

// "::ffff:1.2.3.4", as an IPv6 socket names an IPv4 peer, becomes "1.2.3.4"; any other address stays.
std::string PlainAddress(std::string address);

// Raises the limit of descriptors as far as it may; returns how many connections it carries, at most `wanted`.
std::size_t FitToDescriptors(std::size_t wanted);

}  // namespace fajma::http
