// What `fajma demo --lan` needs beyond the demo: secrets, and this machine's place on the network.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "api/auth/random.h"
#include "cli/demo.h"
#include "core/domain/mac.h"

namespace fajma::cli {
namespace {

constexpr std::size_t kPasswordBytes = 6;  // twelve hex digits: typed on a phone
constexpr std::size_t kBrokerPasswordBytes = 16;

std::vector<std::string> Addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  std::vector<std::string> addresses;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    const bool usable = (at->ifa_flags & IFF_UP) != 0 && (at->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable || at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr)
      addresses.emplace_back(text.data());
  }
  return addresses;
}

}  // namespace

LanSecrets NewLanSecrets() {
  return {auth::RandomHex(kPasswordBytes), auth::RandomHex(kBrokerPasswordBytes),
          auth::RandomHex(kBrokerPasswordBytes)};
}

BrokerAccess LanBroker(const std::string& address, const LanSecrets& secrets, const std::vector<DemoDevice>& devices) {
  BrokerAccess access{address, {{"fajma", secrets.server}, {"integrateur", secrets.users}}};
  for (const DemoDevice& device : devices) {
    access.accounts.emplace_back(Mac::ParseColons(device.mac)->ToTopic(), secrets.devices);
  }
  return access;
}

std::vector<std::string> LanHosts() {
  std::vector<std::string> hosts = Addresses();
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0') {
    hosts.emplace_back(name.data());
    hosts.push_back(hosts.back() + ".local");
  }
  for (const char* own : {"localhost", "127.0.0.1", "[::1]"}) hosts.emplace_back(own);
  return hosts;
}

}  // namespace fajma::cli
