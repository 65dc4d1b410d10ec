#include "tests/unit/alerts/explorer.h"

#include <deque>
#include <set>

#include "tests/unit/alerts/oracle.h"

namespace fajma::test {
namespace {

struct Path {
  History history;
  std::vector<Seen> seen;
  Subject subject;
};

class Explorer {
 public:
  Explorer(const AlarmSetup& setup, const Tables& tables) : setup_(setup), tables_(tables) {}

  Path Start() { return {{}, {}, Subject(setup_, tables_, &found_.coverage)}; }

  // False: a violation was found.
  bool Extend(Path& path, Symbol symbol) {
    path.history.push_back(symbol);
    path.seen.push_back(path.subject.Apply(symbol));
    ++found_.histories;
    const std::string violation = FindViolation(setup_, path.history, path.seen);
    if (violation.empty()) return true;
    found_.violation = violation + ", after: " + ToText(path.history);
    return false;
  }

  bool ExtendAll(const Path& path, int depth) {
    if (depth == 0) return true;
    for (std::size_t i = 0; i < kSymbols; ++i) {
      Path next = path;
      if (!Extend(next, static_cast<Symbol>(i)) || !ExtendAll(next, depth - 1)) return false;
    }
    return true;
  }

  bool Close(int depth) {
    std::set<std::vector<std::int64_t>> known;
    std::deque<Path> todo{Start()};
    known.insert(todo.front().subject.Fingerprint());
    while (!todo.empty()) {
      const Path path = std::move(todo.front());
      todo.pop_front();
      if (!ExtendAll(path, depth)) return false;
      for (std::size_t i = 0; i < kSymbols; ++i) {
        Path next = path;
        if (!Extend(next, static_cast<Symbol>(i))) return false;
        if (known.insert(next.subject.Fingerprint()).second) todo.push_back(std::move(next));
      }
    }
    found_.states = known.size();
    return true;
  }

  Exploration Found() { return std::move(found_); }

 private:
  const AlarmSetup& setup_;
  const Tables& tables_;
  Exploration found_;
};

}  // namespace

Exploration ExploreAll(const AlarmSetup& setup, const Tables& tables, int depth) {
  Explorer explorer(setup, tables);
  explorer.ExtendAll(explorer.Start(), depth);
  return explorer.Found();
}

Exploration ExploreStates(const AlarmSetup& setup, const Tables& tables, int depth) {
  Explorer explorer(setup, tables);
  explorer.Close(depth);
  return explorer.Found();
}

}  // namespace fajma::test
