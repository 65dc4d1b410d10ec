// What is due when: at most one time for each key. Pure.
#pragma once

#include <optional>
#include <set>
#include <utility>

#include "core/domain/time.h"

namespace fajma {

template <typename Key>
class DueTimes {
 public:
  // The key is due at `due` from now on; 0: never. `place` is kept by the caller beside the key, at first 0.
  void Set(const Key& key, Micros& place, Micros due) {
    if (due == place) return;
    if (place != 0) times_.erase({place, key});
    if (due != 0) times_.insert({due, key});
    place = due;
  }

  // The earliest; 0: none.
  Micros next() const { return times_.empty() ? 0 : times_.begin()->first; }

  // Takes out the earliest that is not after `now`, with its time; the caller sets its place to 0.
  std::optional<std::pair<Micros, Key>> Take(Micros now) {
    if (times_.empty() || times_.begin()->first > now) return std::nullopt;
    std::pair<Micros, Key> first = *times_.begin();
    times_.erase(times_.begin());
    return first;
  }

  void Clear() { times_.clear(); }

 private:
  std::set<std::pair<Micros, Key>> times_;
};

}  // namespace fajma
