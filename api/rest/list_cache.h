// Answers of lists, kept as long as nothing has been written since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fajma::rest {

// What the database was like: Database::last_commit() and directory_generation(). Read it before the query, never
// after: then an answer is at least as new as its stamp.
struct Stamp {
  std::int64_t commit = 0;
  std::int64_t directory = 0;
  std::int64_t minute = 0;  // of an answer that the clock changes too
  bool operator==(const Stamp&) const = default;
};

// Thread-safe. When it is full, what was not asked for longest goes first.
class ListCache {
 public:
  ListCache(std::size_t max_entries, std::size_t max_bytes) : max_entries_(max_entries), max_bytes_(max_bytes) {}

  // Null: not known, or of another stamp. `patient`, when it is given, gets what Put was told.
  std::shared_ptr<const std::string> Find(std::string_view key, const Stamp& stamp,
                                          std::optional<std::int64_t>* patient = nullptr);
  // An answer that is larger than a quarter of max_bytes is not kept. `patient`: whose data it shows (Call).
  void Put(std::string key, const Stamp& stamp, std::shared_ptr<const std::string> body,
           std::optional<std::int64_t> patient = {});

 private:
  struct Entry {
    std::string key;
    Stamp stamp;
    std::shared_ptr<const std::string> body;
    std::optional<std::int64_t> patient;
  };
  using Entries = std::list<Entry>;
  void Drop(Entries::iterator entry);

  const std::size_t max_entries_;
  const std::size_t max_bytes_;
  std::mutex mutex_;
  // Guarded by mutex_.
  Entries entries_;                                                // the last used first
  std::unordered_map<std::string_view, Entries::iterator> index_;  // keys are those of entries_
  std::size_t bytes_ = 0;
};

}  // namespace fajma::rest
