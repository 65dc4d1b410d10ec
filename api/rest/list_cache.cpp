#include "api/rest/list_cache.h"

#include <iterator>
#include <utility>

namespace fajma::rest {

std::shared_ptr<const std::string> ListCache::Find(std::string_view key, const Stamp& stamp,
                                                   std::optional<std::int64_t>* patient) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  if (found->second->stamp != stamp) {
    Drop(found->second);
    return nullptr;
  }
  if (patient != nullptr) *patient = found->second->patient;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->body;
}

void ListCache::Put(std::string key, const Stamp& stamp, std::shared_ptr<const std::string> body,
                    std::optional<std::int64_t> patient) {
  if (body->size() > max_bytes_ / 4) return;
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found != index_.end()) Drop(found->second);
  bytes_ += key.size() + body->size();
  entries_.push_front({std::move(key), stamp, std::move(body), patient});
  index_.emplace(entries_.front().key, entries_.begin());
  while (entries_.size() > max_entries_ || bytes_ > max_bytes_) Drop(std::prev(entries_.end()));
}

void ListCache::Drop(Entries::iterator entry) {
  bytes_ -= entry->key.size() + entry->body->size();
  index_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace fajma::rest
