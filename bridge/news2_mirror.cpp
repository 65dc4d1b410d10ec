#include "bridge/news2_mirror.h"

#include <algorithm>
#include <utility>

#include "bridge/topics.h"
#include "core/json/news2_json.h"

namespace fajma {

void News2Mirror::Adopt(const ValueKey& key, const NewestValue& newest, Clock::duration fresh_for, Micros now) {
  const std::optional<std::size_t> place = News2PlaceOf(key.measure);
  if (!place || now - newest.measured_at >= kNews2MaxAge) return;
  Score& score = scores_[key.patient_id];
  std::optional<News2Value>& known = score.values[*place];
  if (known && newest.measured_at < known->measured_at) return;
  const News2Parameter& parameter = kNews2Chart[*place];
  score.changed = score.changed || !known ||
                  News2PointsOf(parameter, known->value.value) != News2PointsOf(parameter, newest.value.value);
  known = News2Value{newest.value, newest.measured_at, newest.device.id, 0};
  score.patient = newest.patient;
  if (fresh_for <= Clock::duration::zero()) return;
  score.fresh = true;
  score.stale_at = std::max(score.stale_at, Clock::now() + fresh_for);
  Schedule(key.patient_id, score);
}

void News2Mirror::Expire(std::int64_t patient_id) {
  const auto found = scores_.find(patient_id);
  if (found == scores_.end() || !found->second.published) return;
  found->second.fresh = false;
  found->second.stale_at = Clock::now();
  Schedule(patient_id, found->second);
}

void News2Mirror::Schedule(std::int64_t patient_id, Score& score) {
  auto at = score.published ? score.stale_at : Clock::time_point::max();
  if (score.fresh) {
    const Clock::duration pause =
        score.changed || !score.published ? Clock::duration(options_.interval) : Clock::duration(options_.expiry) / 3;
    at = std::min(at, score.last_at + pause);
  }
  if (at == score.due_at) return;
  score.due_at = at;
  if (at != Clock::time_point::max()) due_.push({at, patient_id});
}

News2Mirror::Clock::time_point News2Mirror::NextDue() const {
  return due_.empty() ? Clock::time_point::max() : due_.top().at;
}

bool News2Mirror::Publish(Micros now) {
  while (!due_.empty() && due_.top().at <= Clock::now()) {
    const Due due = due_.top();
    due_.pop();
    Score& score = scores_.at(due.patient_id);
    if (score.due_at != due.at) continue;
    const std::optional<std::string> topic = PatientNews2Topic(score.patient->identifier);
    if (!topic) {  // Mirrors has said so
      score.fresh = false;
    } else if (!Send(score, *topic, now)) {
      due_.push(due);
      return false;
    }
    score.due_at = Clock::time_point::max();
    Schedule(due.patient_id, score);
  }
  return true;
}

// A stale one is cleared: an empty message.
bool News2Mirror::Send(Score& score, const std::string& topic, Micros now) {
  const auto at = Clock::now();
  const bool stale = at >= score.stale_at;
  OutgoingMessage message;
  message.topic = topic;
  message.retain = true;
  if (!stale) {
    json::AppendNews2(message.payload, ScoreNews2(score.values, now));
    message.expiry = std::max(std::chrono::ceil<std::chrono::seconds>(score.stale_at - at), std::chrono::seconds(1));
  }
  if (!options_.publish(message, {})) return false;
  score.published = !stale;
  score.fresh = score.changed = false;
  score.last_at = at;
  return true;
}

}  // namespace fajma
