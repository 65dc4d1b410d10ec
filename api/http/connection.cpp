#include "api/http/connection.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace fajma::http {
namespace {

// How many pipelined requests one client gets answered before the others have their turn.
constexpr int kRequestsPerTurn = 32;
// A buffer that grew beyond this for one request is given back after it.
constexpr std::size_t kKeptBufferBytes = 16 * 1024;
// After an answer that closes, how long the client may go on sending into the void: closing at once would reset the
// connection and could take the answer with it.
constexpr std::chrono::milliseconds kLinger{2'000};

constexpr Refusal kHeadTooSlow{408, "The head of the request took too long."};
constexpr Refusal kBodyTooSlow{408, "The body of the request took too long."};

// Method and the first two segments: further ones may name a patient.
std::string DescribeRequest(const Request& request) {
  std::size_t end = 0;
  for (int segment = 0; segment < 2 && end < request.path.size(); ++segment) {
    end = std::min(request.path.find('/', end + 1), request.path.size());
  }
  return request.method + " " + request.path.substr(0, end);
}

void Count(Counters& counters, const Refusal& refusal) {
  switch (refusal.status) {
    case 400:
      return counters.refused_bad_request.Add();
    case 408:
      return counters.timeouts.Add();
    case 413:
      return counters.refused_body_too_large.Add();
    case 414:
    case 431:
      return counters.refused_head_too_large.Add();
    default:
      return counters.refused_other.Add();
  }
}

}  // namespace

Connection::Connection(const Environment& environment, std::string peer_address, Clock::time_point now)
    : environment_(environment), peer_address_(std::move(peer_address)), phase_began_(now), last_progress_(now) {}

void Connection::Receive(std::string_view bytes, Clock::time_point now) {
  if (closing_) return;
  if (input_.empty()) {  // the usual case: whole requests, read where they lie
    const std::size_t used = Process(bytes, now);
    if (!closing_ && !upgrade_) input_.assign(bytes.substr(used));
    return;
  }
  input_.append(bytes);
  Resume(now);
}

void Connection::Resume(Clock::time_point now) {
  if (closing_) return;
  const std::size_t used = Process(input_, now);
  input_.erase(0, used);
  if (closing_ || (input_.empty() && input_.capacity() > kKeptBufferBytes)) {
    std::string().swap(input_);
  }
}

bool Connection::MayAnswer() const {
  if (head_->asks_for_websocket && !output_.empty()) return false;
  return output_.bytes() <= environment_.options.max_queued_bytes && answered_in_turn_ < kRequestsPerTurn;
}

bool Connection::CanResume() const {
  if (!HasWaitingInput()) return false;
  return MayAnswer();
}

void Connection::NoteProgress(Clock::time_point now) {
  last_progress_ = now;
  if (closing_) phase_began_ = now;
}

// Answers what is complete in `input`; returns how much of it is done with.
std::size_t Connection::Process(std::string_view input, Clock::time_point now) {
  std::size_t used = 0;
  waiting_ = false;
  if (output_.empty()) last_progress_ = now;
  while (!closing_ && !upgrade_) {
    if (!head_ && !ReadHead(input, used)) break;
    if (input.size() - used < head_->body_bytes) {
      if (head_->expects_continue && !continue_sent_ && input.size() == used) {
        output_.Append("HTTP/1.1 100 Continue\r\n\r\n");
      }
      continue_sent_ = true;
      break;
    }
    if (!MayAnswer()) {
      waiting_ = true;
      break;
    }
    head_->request.body = input.substr(used, head_->body_bytes);
    used += head_->body_bytes;
    if (head_->asks_for_websocket) {
      AnswerHandshake(input.substr(used));
    } else {
      AnswerRequest();
    }
    head_.reset();
    continue_sent_ = false;
    ++answered_in_turn_;
    Enter(Phase::kIdle, now);
  }
  if (closing_) {
    phase_began_ = now;
  } else if (head_) {
    Enter(Phase::kBody, now);
  } else if (used < input.size()) {
    Enter(Phase::kHead, now);
  }
  return used;
}

void Connection::Enter(Phase phase, Clock::time_point now) {
  if (phase_ == phase && phase != Phase::kIdle) return;
  phase_ = phase;
  phase_began_ = now;
}

bool Connection::ReadHead(std::string_view input, std::size_t& used) {
  // An empty line before a request is passed over, as RFC 9112, 2.2 asks.
  while (searched_ == 0 && input.substr(used, 2) == "\r\n") used += 2;
  const std::string_view rest = input.substr(used);
  const HeadEnd end = FindHeadEnd(rest, searched_);
  const std::size_t limit = environment_.options.max_head_bytes;
  if (end.state == HeadEnd::State::kBareLineFeed) {
    Refuse({400, "A line must end with CR LF."});
    return false;
  }
  if (end.size > limit) {
    const bool in_target = rest.substr(0, limit).find('\n') == std::string_view::npos;
    Refuse(in_target ? Refusal{414, "The target is too long."} : Refusal{431, "The headers are too large."});
    return false;
  }
  if (end.state == HeadEnd::State::kMissing) {
    searched_ = rest == "\r" ? 0 : end.size;  // half of an empty line, perhaps
    return false;
  }
  searched_ = 0;
  auto parsed = ParseHead(rest.substr(0, end.size), {limit, environment_.options.max_body_bytes});
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
    Refuse(*refusal);
    return false;
  }
  head_ = std::move(std::get<Head>(parsed));
  head_->request.peer_address = peer_address_;
  used += end.size;
  return true;
}

void Connection::AnswerRequest() {
  Request& request = head_->request;
  if (closes_soon_) request.keep_alive = false;
  environment_.counters.requests.Add();
  Queue(CallHandler(request), request.keep_alive, request.method == "HEAD");
}

void Connection::AnswerHandshake(std::string_view rest) {
  const Request& request = head_->request;
  if (const Refusal refusal = CheckWebSocketHandshake(request, head_->body_bytes); refusal.status != 0) {
    Refuse(refusal);
    return;
  }
  if (closes_soon_) return Queue(DetailResponse(503, "The server is stopping."), false, false);
  environment_.counters.requests.Add();
  UpgradeDecision decision = CallDecideUpgrade(request);
  if (auto* response = std::get_if<Response>(&decision)) {
    // A client may have sent frames already: whatever follows is not HTTP.
    Queue(std::move(*response), false, false);
    return;
  }
  environment_.counters.responses_by_class[1].Add();
  upgrade_ = Upgrade{*request.FindHeader("Sec-WebSocket-Key"), OfferedExtensions(request).value(),
                     std::move(std::get<UpgradeAccept>(decision)), std::string(rest)};
}

void Connection::Queue(Response&& response, bool keep_alive, bool is_head) {
  if (response.status < 200 || response.status > 599) response.status = 500;
  environment_.counters.responses_by_class[static_cast<std::size_t>(response.status / 100)].Add();
  output_.Append(FormatHead(response, keep_alive));
  if (!is_head && AllowsBody(response.status)) output_.AppendBody(std::move(response));
  if (!keep_alive) closing_ = true;
}

void Connection::Refuse(const Refusal& refusal) {
  Count(environment_.counters, refusal);
  Response response = DetailResponse(refusal.status, refusal.detail);
  if (refusal.status == 426) {
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
  }
  Queue(std::move(response), false, false);
}

Response Connection::HandlerFailed(const Request& request, std::string_view what) {
  environment_.counters.handler_errors.Add();
  try {
    if (environment_.options.on_error) environment_.options.on_error(DescribeRequest(request), what);
  } catch (...) {  // what reports errors must not be one
  }
  return DetailResponse(500, "Internal server error.");
}

Response Connection::CallHandler(const Request& request) {
  try {
    return environment_.handler.Handle(request);
  } catch (const std::exception& error) {
    return HandlerFailed(request, error.what());
  } catch (...) {
    return HandlerFailed(request, "unknown exception");
  }
}

UpgradeDecision Connection::CallDecideUpgrade(const Request& request) {
  try {
    return environment_.handler.DecideUpgrade(request);
  } catch (const std::exception& error) {
    return HandlerFailed(request, error.what());
  } catch (...) {
    return HandlerFailed(request, "unknown exception");
  }
}

Connection::Upgrade Connection::TakeUpgrade() {
  Upgrade taken = std::move(*upgrade_);
  upgrade_.reset();
  return taken;
}

Connection::Expiry Connection::CheckTimeouts(Clock::time_point now) {
  const Options& options = environment_.options;
  if (!output_.empty()) {
    if (now - last_progress_ <= options.write_timeout) return Expiry::kNone;
    environment_.counters.slow_readers.Add();
    return Expiry::kClose;
  }
  const auto elapsed = now - phase_began_;
  if (closing_) return elapsed > kLinger ? Expiry::kClose : Expiry::kNone;
  if (waiting_ || upgrade_) return Expiry::kNone;
  switch (phase_) {
    case Phase::kFresh:
      return elapsed > options.header_timeout ? Expiry::kClose : Expiry::kNone;
    case Phase::kIdle:
      return elapsed > options.keep_alive_timeout ? Expiry::kClose : Expiry::kNone;
    case Phase::kHead:
      if (elapsed <= options.header_timeout) return Expiry::kNone;
      Refuse(kHeadTooSlow);
      break;
    case Phase::kBody:
      if (elapsed <= options.body_timeout) return Expiry::kNone;
      Refuse(kBodyTooSlow);
      break;
  }
  phase_began_ = last_progress_ = now;
  return Expiry::kAnswered;
}

}  // namespace fajma::http
