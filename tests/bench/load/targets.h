// What every mode of fajma_load works with: its arguments, the devices, percentiles, its one line of JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load/poller.h"

namespace fajma::load {

// `fajma_load MODE --name value …`
class Arguments {
 public:
  Arguments(int argc, char** argv);  // throws std::runtime_error

  const std::string& mode() const { return mode_; }
  std::string Text(const std::string& name, const std::string& fallback) const;
  double Number(const std::string& name, double fallback) const;
  std::uint16_t Port(const std::string& name) const;  // must be given
  std::size_t Count(const std::string& name, std::size_t fallback) const;

 private:
  std::string mode_;
  std::map<std::string, std::string> values_;
};

struct Target {
  std::string mac;               // AA:BB:…
  std::string topic;             // fajma/v1/devices/aabb…/data
  std::string patient;           // as in the path of its sockets
  std::uint32_t next = 0;        // number of its next message
  std::int64_t last_millis = 0;  // time of its last message
};

// A line "MAC patient" for each device.
std::vector<Target> ReadTargets(const std::string& path);
// The index of a device in `targets` by the MAC in a frame; absent: none of them.
class TargetIndex {
 public:
  explicit TargetIndex(const std::vector<Target>& targets);
  std::int64_t Find(std::string_view mac) const;  // -1: none

 private:
  std::map<std::string, std::int64_t, std::less<>> by_mac_;
};

// The documented message of 120 bytes: two measures, the wall clock in milliseconds, different for each message of a
// device. Takes its number.
std::string NextMessage(Target& target);
// The wall clock in milliseconds, different for each message of a device.
std::int64_t NextMillis(Target& target);

double Percentile(std::vector<float>& values, double share);
double Seconds(Clock::duration time);
double CpuSeconds();  // of this process

class JsonLine {
 public:
  JsonLine& Add(std::string_view name, double value, int digits = 2);
  JsonLine& Add(std::string_view name, std::uint64_t value) { return Add(name, static_cast<double>(value), 0); }
  void Print();

 private:
  std::string text_;
};

}  // namespace fajma::load
