#include "bridge/mirrors.h"

#include <algorithm>
#include <utility>

#include "bridge/payloads.h"
#include "bridge/topics.h"
#include "core/runtime/log.h"

namespace fajma {
namespace {

constexpr std::chrono::hours kNothingDue{1};

}  // namespace

Mirrors::Mirrors(MirrorsOptions options)
    : options_(std::move(options)), scores_({options_.publish, options_.interval, options_.expiry}) {
  for (News* const news : {&overflow_, &news_}) {
    news->max_acks = options_.max_acks;
    news->max_rejects = options_.max_rejects;
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Mirrors::~Mirrors() {
  thread_.request_stop();
  thread_.join();
}

void Mirrors::OnCommit(const CommitPtr& commit) {
  const std::lock_guard lock(mutex_);
  const std::size_t messages = commit->messages.size() + commit->outcomes.size() + commit->settled.size();
  if (messages == 0) return;
  overflowed_ = overflowed_ || queued_messages_ + messages > options_.max_queued_messages;
  if (overflowed_) {
    overflow_.Add(*commit);
  } else {
    queue_.push_back(commit);
    queued_messages_ += messages;
  }
  woken_.notify_one();
}

void Mirrors::Reconcile(const std::vector<StoredMessage>& newest) {
  const std::lock_guard lock(mutex_);
  for (const StoredMessage& message : newest) overflow_.Add(message);
  overflowed_ = true;
  woken_.notify_one();
}

void Mirrors::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool all = PublishAll();
    const auto until = all ? NextDue() : Clock::now() + options_.retry;
    {
      std::unique_lock lock(mutex_);
      woken_.wait_until(lock, stop, until, [&] { return all && (overflowed_ || !queue_.empty()); });
    }
    Collect();
  }
}

void Mirrors::Collect() {
  std::vector<CommitPtr> queue;
  News overflow;
  overflow.max_acks = options_.max_acks;
  overflow.max_rejects = options_.max_rejects;
  {
    const std::lock_guard lock(mutex_);
    std::swap(queue, queue_);
    std::swap(overflow, overflow_);
    queued_messages_ = 0;
    overflowed_ = false;
  }
  for (const CommitPtr& commit : queue) news_.Add(*commit);
  news_.Add(std::move(overflow));
  dropped_ += std::exchange(news_.dropped, 0);
  const auto now = Clock::now();
  for (auto& [key, newest] : news_.values) Adopt(key, std::move(newest), now);
  news_.values.clear();
}

// A device that was given to another patient: what it said of the one before is cleared at once.
bool Mirrors::IsFormerPatient(const ValueKey& key, const NewestValue& newest) {
  Owner& owner = owners_[newest.device.id];
  if (owner.patient_id == key.patient_id) {
    owner.since = std::max(owner.since, newest.cursor);
    return false;
  }
  if (newest.cursor < owner.since) return true;
  for (auto& [other_key, value] : values_) {
    if (owner.patient_id == 0) break;
    if (other_key.patient_id != owner.patient_id || value.newest.device.id != newest.device.id) continue;
    value.fresh = false;
    value.stale_at = Clock::now();
    Schedule(other_key, value);
  }
  if (owner.patient_id != 0) scores_.Expire(owner.patient_id);
  owner = {key.patient_id, newest.cursor};
  return false;
}

void Mirrors::Adopt(const ValueKey& key, NewestValue&& newest, Clock::time_point now) {
  const std::chrono::microseconds age(std::max<Micros>(0, options_.now() - newest.received_at));
  const bool fresh = age < options_.expiry && !IsFormerPatient(key, newest);
  const auto left = std::chrono::duration_cast<Clock::duration>(options_.expiry - age);
  scores_.Adopt(key, newest, fresh ? left : Clock::duration::zero(), options_.now());
  if (!fresh) return;
  Value& value = values_[key];
  if (value.newest.cursor > newest.cursor) return;
  if (value.topic.empty()) {
    const auto topic = ReadingTopic(newest.patient->identifier, GetMeasure(key.measure).name);
    if (!topic) {
      values_.erase(key);
      log::Warn("a patient's identifier is not fit for a topic", "patient " + std::to_string(key.patient_id));
      return;
    }
    value.topic = *topic;
  }
  value.newest = std::move(newest);
  value.fresh = true;
  value.stale_at = now + left;
  Schedule(key, value);
}

void Mirrors::Schedule(const ValueKey& key, Value& value) {
  const auto at = value.fresh ? std::min(value.next_at, value.stale_at) : value.stale_at;
  if (at == value.due_at) return;
  value.due_at = at;
  due_.push({at, key});
}

Mirrors::Clock::time_point Mirrors::NextDue() const {
  const auto values = due_.empty() ? Clock::now() + kNothingDue : due_.top().at;
  return std::min(values, scores_.NextDue());
}

// Each of these returns false when the link takes nothing more for now; what is left stays where it is.
bool Mirrors::PublishAll() { return PublishAcks() && PublishRejects() && PublishValues() && PublishScores(); }

bool Mirrors::PublishAcks() {
  for (auto it = news_.acks.begin(); it != news_.acks.end(); it = news_.acks.erase(it)) {
    OutgoingMessage message;
    message.topic = AckTopic(it->first.mac);
    message.payload = AckPayload(it->first.boot, it->second, options_.now());
    message.qos = 0;
    if (!options_.publish(message, {})) return false;
  }
  return true;
}

bool Mirrors::PublishRejects() {
  for (; !news_.rejects.empty(); news_.rejects.pop_front()) {
    if (!options_.publish(news_.rejects.front(), {})) return false;
  }
  return true;
}

bool Mirrors::PublishValues() {
  while (!due_.empty() && due_.top().at <= Clock::now()) {
    const Due due = due_.top();
    due_.pop();
    const auto found = values_.find(due.key);
    if (found == values_.end() || found->second.due_at != due.at) continue;
    Value& value = found->second;
    const bool stale = Clock::now() >= value.stale_at;
    if (stale ? !Clear(value) : !PublishValue(value)) {
      due_.push(due);
      return false;
    }
    if (stale) {
      values_.erase(found);
    } else {
      Schedule(due.key, value);
    }
  }
  return true;
}

bool Mirrors::PublishValue(Value& value) {
  const auto now = Clock::now();
  const NewestValue& newest = value.newest;
  OutgoingMessage message;
  message.topic = value.topic;
  message.payload =
      ReadingPayload(newest.value, newest.measured_at, newest.received_at, newest.device.mac, newest.cursor);
  message.retain = true;
  message.expiry = std::max(std::chrono::ceil<std::chrono::seconds>(value.stale_at - now), std::chrono::seconds(1));
  if (!options_.publish(message, {})) return false;
  value.fresh = false;
  value.next_at = now + options_.interval;
  return true;
}

bool Mirrors::Clear(const Value& value) {
  OutgoingMessage message;
  message.topic = value.topic;
  message.retain = true;
  return options_.publish(message, {});
}

}  // namespace fajma
