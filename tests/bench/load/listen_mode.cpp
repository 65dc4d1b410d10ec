// Sockets that only listen and check cursors; says how many are open, and at the end of standard input what came.
//   --http-port P --devices FILE --sockets 10 [--query token=…]
#include "tests/bench/load/modes.h"

namespace fajma::load {

int RunListen(const Arguments& arguments) {
  Poller poller;
  const auto patients = PatientsOf(ReadTargets(arguments.Text("devices", "")));
  std::vector<Follower> followers = OpenFollowers(poller, arguments, patients, arguments.Count("sockets", 10));
  for (Follower& follower : followers) {
    follower.socket->on_text = [&follower](std::string_view frame) {
      if (!IsReading(frame)) return;
      ++follower.frames;
      follower.CheckCursor(frame);
    };
  }
  JsonLine().Add("open", followers.size()).Print();
  while (!InputEnded()) poller.Wait(std::chrono::milliseconds(100));
  std::uint64_t frames = 0;
  std::uint64_t faults = 0;
  std::uint64_t lost = 0;
  for (const Follower& follower : followers) {
    frames += follower.frames;
    faults += follower.faults;
    if (follower.socket->closed()) ++lost;
  }
  JsonLine().Add("frames", frames).Add("faults", faults).Add("sockets_lost", lost).Add("cpu_s", CpuSeconds()).Print();
  return 0;
}

}  // namespace fajma::load
