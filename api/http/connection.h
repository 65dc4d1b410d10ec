// One HTTP connection without its socket: bytes in, answers out, time passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/counters.h"
#include "api/http/extension_list.h"
#include "api/http/head_parser.h"
#include "api/http/output_queue.h"
#include "api/http/server.h"

namespace fajma::http {

// Used by one thread, the worker that owns the socket. Requests are answered one after the other, in order. At most
// one request is being collected and, while answers wait for the client, nothing more is read: what a client can make
// the server keep is one request, one read and max_queued_bytes with one answer.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  struct Environment {
    const Options& options;
    Handler& handler;
    Counters& counters;
  };

  struct Upgrade {
    std::string websocket_key;
    std::vector<Extension> extensions;
    UpgradeAccept accept;
    std::string unread;
  };

  enum class Expiry { kNone, kAnswered, kClose };

  // `environment` must outlive the connection.
  Connection(const Environment& environment, std::string peer_address, Clock::time_point now);

  // Begins a turn of the worker: in each, a bounded number of requests is answered.
  void BeginTurn() { answered_in_turn_ = 0; }
  // Takes what came and answers every request that is complete.
  void Receive(std::string_view bytes, Clock::time_point now);
  // Goes on with requests that waited for output to drain or for the next turn.
  void Resume(Clock::time_point now);
  // From now on each answer closes.
  void CloseAfterNextAnswer() { closes_soon_ = true; }
  // The client took some output.
  void NoteProgress(Clock::time_point now);
  // Looks at the timeouts. kAnswered: 408 is queued; kClose: drop it now.
  Expiry CheckTimeouts(Clock::time_point now);

  OutputQueue& output() { return output_; }
  const OutputQueue& output() const { return output_; }
  // Whether bytes from the socket are of use now.
  bool WantsInput() const { return closing_ || (!HasWaitingInput() && !upgrade_); }
  // Whether Resume has something to do once output is empty enough.
  bool HasWaitingInput() const { return waiting_ && !closing_; }
  // Whether Resume would get on now.
  bool CanResume() const;
  // To be closed as soon as the output is sent; input is thrown away.
  bool closing() const { return closing_; }
  // An accepted handshake; the output is empty then.
  bool has_upgrade() const { return upgrade_.has_value(); }
  Upgrade TakeUpgrade();
  const std::string& peer_address() const { return peer_address_; }

 private:
  enum class Phase { kFresh, kIdle, kHead, kBody };

  std::size_t Process(std::string_view input, Clock::time_point now);
  // False: more bytes are needed, or the head was refused. Advances `used` past the head.
  bool ReadHead(std::string_view input, std::size_t& used);
  bool MayAnswer() const;
  void AnswerRequest();
  void AnswerHandshake(std::string_view rest);
  void Queue(Response&& response, bool keep_alive, bool is_head);
  void Refuse(const Refusal& refusal);
  void Enter(Phase phase, Clock::time_point now);
  Response CallHandler(const Request& request);
  UpgradeDecision CallDecideUpgrade(const Request& request);
  Response HandlerFailed(const Request& request, std::string_view what);

  const Environment& environment_;
  const std::string peer_address_;
  std::string input_;         // bytes behind what was answered
  std::size_t searched_ = 0;  // of the unfinished head
  std::optional<Head> head_;  // whose body is being collected
  std::optional<Upgrade> upgrade_;
  OutputQueue output_;
  Phase phase_ = Phase::kFresh;
  bool waiting_ = false;  // a request could not be answered yet
  bool closing_ = false;
  bool closes_soon_ = false;
  bool continue_sent_ = false;
  int answered_in_turn_ = 0;
  Clock::time_point phase_began_;
  Clock::time_point last_progress_;
};

}  // namespace fajma::http
