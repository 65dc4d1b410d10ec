// One quiet socket beside whatever else goes on: how long its pings (of the documented protocol) take.
//   --http-port P --devices FILE --seconds S [--query token=…]
#include <algorithm>
#include <stdexcept>

#include "tests/bench/load/modes.h"

namespace fajma::load {
namespace {

constexpr std::chrono::milliseconds kPause{2};

}  // namespace

int RunWsEcho(const Arguments& arguments) {
  Poller poller;
  const auto patients = PatientsOf(ReadTargets(arguments.Text("devices", "")));
  std::vector<Follower> followers = OpenFollowers(poller, arguments, {patients.back()}, 1);
  WsPeer& socket = *followers.front().socket;
  std::vector<float> times;
  Clock::time_point sent_at;
  bool under_way = false;
  socket.on_text = [&](std::string_view text) {
    if (text.find(R"("type":"pong")") == std::string_view::npos) return;
    times.push_back(static_cast<float>(Seconds(Clock::now() - sent_at) * 1e3));
    under_way = false;
  };
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(arguments.Number("seconds", 5)));
  auto next = Clock::now();
  while (Clock::now() < end) {
    if (socket.closed()) throw std::runtime_error("the socket closed: " + socket.refusal());
    if (!under_way && Clock::now() >= next) {
      under_way = true;
      sent_at = Clock::now();
      next = sent_at + kPause;
      socket.SendText(R"({"type":"ping"})");
    }
    poller.Wait(under_way ? std::chrono::nanoseconds(kPause) : next - Clock::now());
  }
  const double longest = times.empty() ? 0 : static_cast<double>(*std::max_element(times.begin(), times.end()));
  JsonLine()
      .Add("echoes", times.size())
      .Add("p50_ms", Percentile(times, 0.5), 3)
      .Add("p99_ms", Percentile(times, 0.99), 3)
      .Add("longest_ms", longest, 3)
      .Add("cpu_s", CpuSeconds())
      .Print();
  return 0;
}

}  // namespace fajma::load
