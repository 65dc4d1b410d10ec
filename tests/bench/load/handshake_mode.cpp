// Handshakes, some at a time, each on a connection of its own that ends with the answer.
//   --http-port P --devices FILE --seconds S or --count N [--at-once 32] [--query token=…]
#include <memory>
#include <stdexcept>

#include "tests/bench/load/modes.h"

namespace fajma::load {

int RunWsHandshakes(const Arguments& arguments) {
  Poller poller;
  const std::uint16_t port = arguments.Port("http-port");
  const std::string target =
      "/ws/iot/" + ReadTargets(arguments.Text("devices", "")).front().patient + "/?" + arguments.Text("query", "");
  const std::size_t most = arguments.Count("count", 100'000'000);
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(arguments.Number("seconds", 60)));
  std::vector<std::unique_ptr<WsPeer>> peers(arguments.Count("at-once", 32));
  std::uint64_t started = 0;
  std::uint64_t accepted = 0;
  std::uint64_t forbidden = 0;
  std::uint64_t other = 0;
  while (accepted + forbidden + other < most && Clock::now() < end) {
    for (std::unique_ptr<WsPeer>& peer : peers) {
      if (peer && !peer->open() && !peer->closed()) continue;
      if (peer) ++(peer->open() ? accepted : peer->refusal().find(" 403") != std::string::npos ? forbidden : other);
      peer = started < most ? std::make_unique<WsPeer>(poller, port, target) : nullptr;
      if (peer) ++started;
    }
    poller.Wait(std::chrono::milliseconds(20));
  }
  const double seconds = Seconds(Clock::now() - begun);
  JsonLine()
      .Add("accepted", accepted)
      .Add("forbidden", forbidden)
      .Add("other_answers", other)
      .Add("handshakes_per_s", static_cast<double>(accepted + forbidden) / seconds, 0)
      .Add("load_us_per_handshake", CpuSeconds() * 1e6 / static_cast<double>(accepted + forbidden + other))
      .Print();
  return 0;
}

}  // namespace fajma::load
