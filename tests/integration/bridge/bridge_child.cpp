// A process of its own for tests that kill it: bridge_child URL FOLDER LAST. Holds the link to the broker; writes
// "connected" when it is, and "last" when the payload LAST is in its journal.
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mqtt_link.h"

namespace {

void Say(std::string_view line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  fajma::JournalOptions journal_options;
  journal_options.folder = argv[2];
  journal_options.segment_bytes = 256 << 10;
  fajma::Journal journal(journal_options);
  fajma::MessageCounters counters;
  fajma::MqttLinkOptions options;
  options.address = fajma::ParseMqttUrl(argv[1]).value();
  options.version = "1.2.3";
  options.retry_first = std::chrono::milliseconds(50);
  const fajma::MqttLink link(options, journal, counters);
  bool told = false;
  std::vector<fajma::RawMessage> records;
  for (;;) {
    if (!told && link.connected()) {
      Say("connected\n");
      told = true;
    }
    records.clear();
    if (journal.Read(1'000, records) == 0 && journal.ArmWakeup()) {
      pollfd readable{journal.wakeup_fd(), POLLIN, 0};
      ::poll(&readable, 1, told ? 1'000 : 5);
    }
    for (const fajma::RawMessage& record : records) {
      if (record.payload == argv[3]) Say("last\n");
    }
  }
}
