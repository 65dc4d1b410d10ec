#include "tests/bench/load/targets.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "tests/bench/load/numbered_reading.h"

namespace fajma::load {

Arguments::Arguments(int argc, char** argv) {
  if (argc < 2) throw std::runtime_error("a mode is missing");
  mode_ = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (!name.starts_with("--")) throw std::runtime_error("--name value is expected, not " + std::string(name));
    values_[std::string(name.substr(2))] = argv[i + 1];
  }
}

std::string Arguments::Text(const std::string& name, const std::string& fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : found->second;
}

double Arguments::Number(const std::string& name, double fallback) const {
  const std::string text = Text(name, "");
  return text.empty() ? fallback : std::stod(text);
}

std::uint16_t Arguments::Port(const std::string& name) const {
  const double port = Number(name, 0);
  if (port < 1 || port > 65'535) throw std::runtime_error("--" + name + " is missing");
  return static_cast<std::uint16_t>(port);
}

std::size_t Arguments::Count(const std::string& name, std::size_t fallback) const {
  const std::string text = Text(name, "");
  return text.empty() ? fallback : static_cast<std::size_t>(std::stoull(text));
}

std::vector<Target> ReadTargets(const std::string& path) {
  std::vector<Target> targets;
  std::ifstream file(path);
  for (Target target; file >> target.mac >> target.patient;) {
    target.topic = "fajma/v1/devices/";
    for (const char c : target.mac) {
      if (c != ':') target.topic.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    target.topic += "/data";
    targets.push_back(target);
  }
  if (targets.empty()) throw std::runtime_error("no devices in " + path);
  return targets;
}

TargetIndex::TargetIndex(const std::vector<Target>& targets) {
  for (std::size_t i = 0; i < targets.size(); ++i) by_mac_[targets[i].mac] = static_cast<std::int64_t>(i);
}

std::int64_t TargetIndex::Find(std::string_view mac) const {
  const auto found = by_mac_.find(mac);
  return found == by_mac_.end() ? -1 : found->second;
}

std::int64_t NextMillis(Target& target) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  target.last_millis =
      std::max(target.last_millis + 1, std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  return target.last_millis;
}

std::string NextMessage(Target& target) {
  const std::uint32_t number = target.next;
  target.next = (number + 1) % kNumbers;
  return DocumentedMessage(target.mac, number, std::to_string(NextMillis(target)));
}

double Percentile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(at)]);
}

double Seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

JsonLine& JsonLine::Add(std::string_view name, double value, int digits) {
  char number[64];
  std::snprintf(number, sizeof number, "%.*f", digits, value);
  text_.append(text_.empty() ? "{\"" : ",\"").append(name).append("\":").append(number);
  return *this;
}

void JsonLine::Print() {
  std::printf("%s}\n", text_.c_str());
  std::fflush(stdout);
}

}  // namespace fajma::load
