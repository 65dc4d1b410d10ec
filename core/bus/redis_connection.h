// One connection to Redis. The only place where hiredis' errors become ours.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct redisContext;
struct redisReply;

namespace fajma {

class RedisError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RedisAddress {
  std::string host;
  std::uint16_t port = 6379;
  std::string user;  // empty: `default`
  std::string password;
};

// redis://[[user]:password@]host[:port], percent-encoded. Absent when it is anything else.
std::optional<RedisAddress> ParseRedisUrl(std::string_view url);

// One thread. After a RedisError it is of no more use.
class RedisConnection {
 public:
  // Connects and says who it is; throws RedisError within the timeout, which each later answer has too.
  RedisConnection(const RedisAddress& address, std::chrono::milliseconds timeout);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  int fd() const;
  // PUBLISH of each text, in one pipeline; returns when Redis has taken them all.
  void PublishAll(const std::string& channel, std::span<const std::string> texts);

  // From here on the connection only listens.
  void Subscribe(const std::string& channel);
  // Of a connection that listens: asks for a sign of life, which comes among what Receive reads.
  void Ping();
  // Of a connection that listens: reads what has come, without waiting when fd() is readable, and appends the texts.
  void Receive(std::vector<std::string>& texts);

 private:
  struct FreeContext {
    void operator()(redisContext* context) const;
  };
  void Append(std::initializer_list<std::string_view> words);
  void ReadReply();
  [[noreturn]] void Fail(std::string_view what) const;

  std::unique_ptr<redisContext, FreeContext> context_;
};

}  // namespace fajma
