#include "core/ingest/ingest.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/runtime/log.h"

namespace fajma {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{50};
constexpr std::chrono::milliseconds kLastRetry{2000};
constexpr std::chrono::milliseconds kIdle{1000};
constexpr std::chrono::seconds kDrain{5};
// So long a checkpoint may wait behind messages that left nothing to write.
constexpr std::chrono::milliseconds kLongestDelay{1000};
// So long messages are gathered beside a flood.
constexpr std::chrono::milliseconds kGather{2};

}  // namespace

struct Ingest::Source {
  Door door;
  Journal* journal;
  JournalPosition stored;    // the checkpoint in the database
  JournalPosition passed{};  // what lies between the checkpoint and this has left nothing to write; zero: nothing does

  void TakeStored(JournalPosition position) {
    if (position != JournalPosition{}) stored = position;
    passed = {};
  }
};

Ingest::Ingest(Database& database, const std::vector<JournalOfDoor>& journals, EventBus& bus, MessageCounters& counters,
               IngestLimits limits, Alerts alerts, const ProbeLedger* probes)
    : database_(database), bus_(bus), counters_(counters), limits_(limits), probes_(probes), store_(database) {
  if (alerts == Alerts::kHere) alerts_.emplace(database, limits_.escalation);
  for (const auto& [door, journal] : journals) sources_.push_back(std::make_unique<Source>(Source{door, journal, {}}));
  stop_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop_fd_ < 0) throw std::runtime_error("ingest: no eventfd");
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Ingest::~Ingest() {
  thread_.request_stop();
  ::eventfd_write(stop_fd_, 1);
  thread_.join();
  ::close(stop_fd_);
}

void Ingest::Run(const std::stop_token& stop) {
  std::chrono::milliseconds pause = kFirstRetry;
  while (!Recover()) {
    if (stop.stop_requested()) return;
    pollfd fd{stop_fd_, POLLIN, 0};
    ::poll(&fd, 1, static_cast<int>(pause.count()));
    pause = std::min(pause * 2, kLastRetry);
  }
  ready_.store(true, std::memory_order_release);
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  while (std::chrono::steady_clock::now() < deadline) {
    if (stop.stop_requested() && deadline == std::chrono::steady_clock::time_point::max()) {
      deadline = std::chrono::steady_clock::now() + kDrain;
    }
    const bool has_read = ReadBatch();
    if (has_read && !StoreBatch(stop)) return;
    if (has_read) Gather();
    const bool ends = !has_read && stop.stop_requested();
    if (passed_since_ && (ends || std::chrono::steady_clock::now() - *passed_since_ >= kLongestDelay)) StorePassed();
    if (ends) return;
    if (!has_read) {
      if (alerts_) alerts_->Consume(Commit(), bus_, SystemNow());  // what could not be stored before
      Wait(stop);
    }
  }
}

// Somebody floods: a commit for each few messages of the others would take the cores from the thread that receives them
// all. A full batch is a backlog, and waits for nothing.
void Ingest::Gather() {
  if (!mostly_refused_ || items_.size() >= limits_.max_messages) return;
  pollfd fd{stop_fd_, POLLIN, 0};
  ::poll(&fd, 1, static_cast<int>(kGather.count()));
}

// Where each journal goes on, and what the alerts have not seen yet.
bool Ingest::Recover() {
  try {
    {
      Lease lease = database_.Read();
      database_.NoteCommit(ReadDatabaseState(lease).last_commit);
    }
    for (const auto& source : sources_) {
      if (const auto position = store_.FindPosition(source->journal->uuid())) {
        source->stored = {position->segment, position->offset};
      }
      source->journal->Seek(source->stored);
    }
    if (alerts_) alerts_->Recover(bus_);
  } catch (const DatabaseError& error) {
    log::Warn("waiting for the database", error.what());
    return false;
  }
  for (const auto& source : sources_) {
    const std::int64_t replayed = source->journal->backlog_at_open();
    if (replayed > 0) log::Info("messages of an earlier run are stored now", std::to_string(replayed));
    counters_.CountReceived(source->door, static_cast<std::uint64_t>(replayed));
  }
  return true;
}

// Takes from each journal in turn, so that a flood at one door does not starve the other. False: nothing to do.
bool Ingest::ReadBatch() {
  items_.clear();
  std::size_t readings = 0;
  std::size_t idle = 0;
  while (idle < sources_.size() && items_.size() < limits_.max_messages && readings < limits_.max_readings) {
    const std::size_t index = next_source_;
    next_source_ = (next_source_ + 1) % sources_.size();
    Source& source = *sources_[index];
    std::size_t taken = 0;
    for (; taken < 64 && readings < limits_.max_readings; ++taken) {
      read_.clear();
      if (source.journal->Read(1, read_) == 0) break;
      readings += Decode(read_.front(), index, source.journal->position());
    }
    idle = taken == 0 ? idle + 1 : 0;
  }
  return !items_.empty();
}

// Returns how many values its messages have, at least one for each.
std::size_t Ingest::Decode(const RawMessage& raw, std::size_t source, JournalPosition behind) {
  IngestItem item{raw, {}, source, behind};
  if (raw.kind == RawKind::kSocket) {
    item.decoded = decoder_.DecodeSocket(raw.payload);
  } else if (raw.kind == RawKind::kData && (raw.flags & kRetained) == 0) {
    decoded_.clear();
    decoder_.DecodeData(raw.payload, raw.received_at, decoded_);
    std::size_t values = 0;
    for (DecodedMessage& message : decoded_) {
      values += std::max<std::size_t>(1, message.values.size());
      item.decoded = std::move(message);
      items_.push_back(item);
    }
    if (decoded_.size() > 1) counters_.CountReceived(raw.door, decoded_.size() - 1);
    return values;
  }
  const std::size_t values = std::max<std::size_t>(1, item.decoded.values.size());
  items_.push_back(std::move(item));
  return values;
}

// Until it is stored. False: the process was told to stop; what is not stored then is still in the journal.
bool Ingest::StoreBatch(const std::stop_token& stop) {
  std::chrono::milliseconds pause = kFirstRetry;
  bool told = false;
  for (;;) {
    try {
      TryStore(0, items_.size());
      return true;
    } catch (const DatabaseError& error) {
      retries_.fetch_add(1, std::memory_order_relaxed);
      if (!told) log::Error("a batch could not be stored; trying again", error.what());
      told = true;
      if (!error.transient()) return StoreOneByOne(stop);
    }
    if (stop.stop_requested()) return Rewind(), false;
    pollfd fd{stop_fd_, POLLIN, 0};
    ::poll(&fd, 1, static_cast<int>(pause.count()));
    pause = std::min(pause * 2, kLastRetry);
  }
}

// A message that the database refuses whatever happens must not stop all others. It is at fault when the database takes
// something else, and then refuses it once more.
bool Ingest::StoreOneByOne(const std::stop_token& stop) {
  std::optional<std::size_t> suspect;
  for (std::size_t i = 0; i < items_.size();) {
    try {
      TryStore(i, 1);
      ++i;
    } catch (const DatabaseError& error) {
      if (!error.transient() && suspect == i && Abandon(i, error.what())) {
        ++i;
        continue;
      }
      if (!error.transient() && suspect != i && TakesCheckpoint(i)) {
        suspect = i;
        continue;
      }
      suspect.reset();
      if (stop.stop_requested()) return Rewind(), false;
      pollfd fd{stop_fd_, POLLIN, 0};
      ::poll(&fd, 1, static_cast<int>(kFirstRetry.count()));
    }
  }
  return true;
}

bool Ingest::EndsItsPayload(std::size_t index) const {
  return index + 1 == items_.size() || items_[index + 1].source != items_[index].source ||
         items_[index + 1].behind != items_[index].behind;
}

// No message takes its checkpoint along soon enough: it is written by itself. One that fails is tried again.
void Ingest::StorePassed() {
  try {
    IngestStore::Transaction transaction = store_.Begin();
    for (const auto& source : sources_) SetPosition(transaction, *source, source->passed);
    transaction.Commit(SystemNow());
  } catch (const DatabaseError& error) {
    retries_.fetch_add(1, std::memory_order_relaxed);
    log::Error("a journal's checkpoint could not be stored; trying again", error.what());
    passed_since_ = std::chrono::steady_clock::now();
    return;
  }
  batches_.fetch_add(1, std::memory_order_relaxed);
  for (const auto& source : sources_) source->TakeStored(source->passed);
  passed_since_.reset();
  for (const auto& source : sources_) source->journal->Release(source->stored);
}

void Ingest::SetPosition(IngestStore::Transaction& transaction, const Source& source, JournalPosition position) {
  if (position == JournalPosition{}) return;
  transaction.SetPosition({source.journal->uuid(), position.segment, position.offset});
}

// Says again how far the message's journal is stored.
bool Ingest::TakesCheckpoint(std::size_t index) {
  const Source& source = *sources_[items_[index].source];
  try {
    IngestStore::Transaction transaction = store_.Begin();
    transaction.SetPosition({source.journal->uuid(), source.stored.segment, source.stored.offset});
    transaction.Commit(SystemNow());
    return true;
  } catch (const DatabaseError& error) {
    log::Error("the database takes nothing; trying again", error.what());
    return false;
  }
}

// Counted and told. False, and nothing is done, when the database does not even take the checkpoint behind the message:
// then the message is not at fault, and waits.
bool Ingest::Abandon(std::size_t index, std::string_view reason) {
  const IngestItem& item = items_[index];
  Source& source = *sources_[item.source];
  try {
    IngestStore::Transaction transaction = store_.Begin();
    const JournalPosition behind = EndsItsPayload(index) ? item.behind : std::max(source.stored, source.passed);
    transaction.SetPosition({source.journal->uuid(), behind.segment, behind.offset});
    transaction.Commit(SystemNow());
    source.TakeStored(behind);
  } catch (const DatabaseError& error) {
    log::Error("the database takes nothing; trying again", error.what());
    return false;
  }
  log::Error("a message was refused by the database", reason);
  SettledTally tally{};
  tally[static_cast<std::size_t>(Disposition::kRefused)] = 1;
  counters_.CountSettled(item.raw.door, tally);
  counters_.CountReason("database");
  auto commit = std::make_shared<Commit>();
  Outcome& outcome = commit->outcomes.emplace_back();
  outcome.door = item.raw.door;
  outcome.kind = item.raw.kind;
  outcome.origin = item.raw.origin;
  outcome.disposition = Disposition::kRefused;
  outcome.mac = Mac::FromBits(item.raw.mac_bits);
  outcome.identity = item.decoded.identity;
  outcome.rejection = Rejection{"database", "the database refused it"};
  bus_.Publish(commit);
  return true;
}

// The next process begins at the checkpoint.
void Ingest::Rewind() {
  for (const auto& source : sources_) source->journal->Seek(source->stored);
}

void Ingest::TryStore(std::size_t first, std::size_t count) {
  const bool again = attempt_ && attempt_->first == first && attempt_->count == count;
  if (!again || !WasCommitted(*attempt_)) CommitBatch(first, count);
  Finish(*std::exchange(attempt_, std::nullopt));
}

// One transaction, whose session is free again when this returns: the alerts need it.
void Ingest::CommitBatch(std::size_t first, std::size_t count) {
  attempt_.reset();
  IngestStore::Transaction transaction = store_.Begin();
  Batch batch(transaction, decoder_, DeviceLimiter(limits_.device_rate), probes_, count);
  batch.Prepare(std::span(items_).subspan(first, count));
  std::vector<JournalPosition> reached;
  for (const auto& source : sources_) reached.push_back(source->passed);
  for (std::size_t i = first; i < first + count; ++i) {
    batch.Take(items_[i]);
    // Of a payload with several messages the last one moves the checkpoint.
    if (EndsItsPayload(i)) reached[items_[i].source] = items_[i].behind;
  }
  attempt_ = Attempt{first, count, batch.Finish(), reached};
  // What leaves nothing to write would be decided in the same way by a replay: the checkpoint behind it can wait for
  // the next message that has something to write, and a flood that is refused costs no write.
  if (attempt_->result.leaves_nothing) attempt_->passed.swap(attempt_->reached);
  for (std::size_t i = 0; i < attempt_->reached.size(); ++i) {
    SetPosition(transaction, *sources_[i], attempt_->reached[i]);
  }
  attempt_->result.commit->number = transaction.Commit(SystemNow());
}

// A connection that breaks in the commit leaves open whether it took place: the checkpoint in it tells.
bool Ingest::WasCommitted(const Attempt& attempt) {
  for (std::size_t i = 0; i < attempt.reached.size(); ++i) {
    if (attempt.reached[i] == JournalPosition{}) continue;
    const auto stored = store_.FindPosition(sources_[i]->journal->uuid());
    return stored && JournalPosition{stored->segment, stored->offset} >= attempt.reached[i];
  }
  return false;
}

void Ingest::Finish(Attempt attempt) {
  Commit& commit = *attempt.result.commit;
  if (!commit.messages.empty()) commit.number = CommitOf(commit.messages.front().cursor);
  if (commit.probe) commit.number = CommitOf(commit.probe->cursor);
  database_.NoteCommit(commit.number);
  if (attempt.passed.empty()) {
    batches_.fetch_add(1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < sources_.size(); ++i) sources_[i]->TakeStored(attempt.reached[i]);
    passed_since_.reset();
  } else {
    for (std::size_t i = 0; i < sources_.size(); ++i) sources_[i]->passed = attempt.passed[i];
    if (!passed_since_) passed_since_ = std::chrono::steady_clock::now();
  }
  Publish(std::move(attempt.result), items_[attempt.first + attempt.count - 1].raw.received_at);
  // Only now may the segments go: the items' payloads stand in them.
  if (attempt.first + attempt.count == items_.size()) {
    for (const auto& source : sources_) source->journal->Release(source->stored);
  }
}

// `received_at`: of its last message.
void Ingest::Publish(BatchResult result, Micros received_at) {
  std::uint64_t settled = 0;
  std::uint64_t refused = 0;
  for (const Door door : {Door::kMqtt, Door::kApi}) {
    const SettledTally& tally = result.settled[static_cast<std::size_t>(door)];
    counters_.CountSettled(door, tally);
    settled = std::accumulate(tally.begin(), tally.end(), settled);
    refused += tally[static_cast<std::size_t>(Disposition::kRefused)];
  }
  mostly_refused_ = 2 * refused > settled;
  counters_.CountReadings(result.readings);
  stored_probes_.fetch_add(result.probes, std::memory_order_relaxed);
  for (const std::string_view reason : result.reasons) counters_.CountReason(reason);
  const CommitPtr commit = std::move(result.commit);
  bus_.Publish(commit);
  if (alerts_) alerts_->Consume(*commit, bus_, received_at);
}

void Ingest::Wait(const std::stop_token& stop) {
  std::vector<pollfd> fds;
  for (const auto& source : sources_) {
    if (!source->journal->ArmWakeup()) return;
    fds.push_back({source->journal->wakeup_fd(), POLLIN, 0});
  }
  fds.push_back({stop_fd_, POLLIN, 0});
  if (stop.stop_requested()) return;
  ::poll(fds.data(), fds.size(), static_cast<int>(kIdle.count()));
}

void Ingest::AppendMetrics(std::string& out) const {
  AppendMetricType(out, "fajma_batches_total", "counter", "Transactions of ingest.");
  AppendMetric(out, "fajma_batches_total", "", batches_.load(std::memory_order_relaxed));
  AppendMetricType(out, "fajma_batch_retries_total", "counter", "Transactions of ingest that failed.");
  AppendMetric(out, "fajma_batch_retries_total", "", retries_.load(std::memory_order_relaxed));
  AppendMetricType(out, "fajma_self_test_stored_total", "counter", "Probes of the self-test among what was stored.");
  AppendMetric(out, "fajma_self_test_stored_total", "", stored_probes_.load(std::memory_order_relaxed));
}

}  // namespace fajma
