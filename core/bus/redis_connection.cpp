#include "core/bus/redis_connection.h"

#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <charconv>

namespace fajma {
namespace {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

timeval ToTimeval(std::chrono::milliseconds time) {
  return {static_cast<time_t>(time.count() / 1000), static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    unsigned code = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16);
    if (error != std::errc{} || end != text.data() + i + 3) return std::nullopt;
    out.push_back(static_cast<char>(code));
    i += 2;
  }
  return out;
}

bool SetPort(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool SetLogin(std::string_view login, RedisAddress& address) {
  const std::size_t colon = login.find(':');
  if (colon == std::string_view::npos) return false;
  const auto user = PercentDecoded(login.substr(0, colon));
  const auto password = PercentDecoded(login.substr(colon + 1));
  if (!user || !password || password->empty()) return false;
  address.user = *user;
  address.password = *password;
  return true;
}

}  // namespace

std::optional<RedisAddress> ParseRedisUrl(std::string_view url) {
  constexpr std::string_view kScheme = "redis://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  RedisAddress address;
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
    if (!SetLogin(url.substr(0, at), address)) return std::nullopt;
    url.remove_prefix(at + 1);
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t bracket = url.rfind(']');  // of an IPv6 address
  const std::size_t colon = url.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port && !SetPort(url.substr(colon + 1), address.port)) return std::nullopt;
  address.host = has_port ? url.substr(0, colon) : url;
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  const bool plain = address.host.find_first_of("/?#[]@ ") == std::string::npos;
  return address.host.empty() || !plain ? std::nullopt : std::optional(address);
}

void RedisConnection::FreeContext::operator()(redisContext* context) const { redisFree(context); }

RedisConnection::RedisConnection(const RedisAddress& address, std::chrono::milliseconds timeout)
    : context_(redisConnectWithTimeout(address.host.c_str(), address.port, ToTimeval(timeout))) {
  if (!context_ || context_->err != 0) Fail("cannot connect");
  if (redisSetTimeout(context_.get(), ToTimeval(timeout)) != REDIS_OK) Fail("cannot set a timeout");
  redisEnableKeepAlive(context_.get());
  if (address.password.empty()) return;
  if (address.user.empty()) {
    Append({"AUTH", address.password});
  } else {
    Append({"AUTH", address.user, address.password});
  }
  ReadReply();
}

RedisConnection::~RedisConnection() = default;

int RedisConnection::fd() const { return context_->fd; }

void RedisConnection::Append(std::initializer_list<std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  if (redisAppendCommandArgv(context_.get(), static_cast<int>(texts.size()), texts.data(), sizes.data()) != REDIS_OK) {
    Fail("cannot write");
  }
}

// The words of an error reply may quote the command, which may be a password.
void RedisConnection::ReadReply() {
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK) Fail("no answer");
  const Reply reply(static_cast<redisReply*>(raw));
  if (reply->type == REDIS_REPLY_ERROR) {
    const std::string_view text(reply->str, static_cast<std::size_t>(reply->len));
    throw RedisError("Redis refused: " + std::string(text.substr(0, text.find(' '))));
  }
}

void RedisConnection::Fail(std::string_view what) const {
  const std::string reason = context_ && context_->errstr[0] != '\0' ? context_->errstr : "no connection";
  throw RedisError("Redis: " + std::string(what) + ": " + reason);
}

void RedisConnection::PublishAll(const std::string& channel, std::span<const std::string> texts) {
  for (const std::string& text : texts) Append({"PUBLISH", channel, text});
  for (std::size_t i = 0; i < texts.size(); ++i) ReadReply();
}

void RedisConnection::Subscribe(const std::string& channel) {
  Append({"SUBSCRIBE", channel});
  ReadReply();
}

void RedisConnection::Ping() {
  Append({"PING"});
  int done = 0;
  while (done == 0) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) Fail("cannot write");
  }
}

void RedisConnection::Receive(std::vector<std::string>& texts) {
  if (redisBufferRead(context_.get()) != REDIS_OK) Fail("the connection ended");
  for (;;) {
    void* raw = nullptr;
    if (redisGetReplyFromReader(context_.get(), &raw) != REDIS_OK) Fail("not the protocol of Redis");
    if (raw == nullptr) return;
    const Reply reply(static_cast<redisReply*>(raw));
    // ["message", channel, text]; a sign of life is ["pong", ""].
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) continue;
    const redisReply& text = *reply->element[2];
    if (text.type == REDIS_REPLY_STRING) texts.emplace_back(text.str, static_cast<std::size_t>(text.len));
  }
}

}  // namespace fajma
