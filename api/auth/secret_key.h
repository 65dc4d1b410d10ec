// The key that signs tokens.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fajma::auth {

// Bytes that are wiped when they go and that no log line can take by accident.
class SecretKey {
 public:
  explicit SecretKey(std::string bytes) : bytes_(std::move(bytes)) {}
  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(SecretKey&&) noexcept = default;
  ~SecretKey();

  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

inline constexpr std::size_t kMinKeyBytes = 32;  // RFC 7518, 3.2: no shorter than the hash

enum class WhenAbsent { kFail, kCreate };

// Reads the file, a line end behind the key being no part of it. kCreate: a missing file is made, readable by its owner
// only, with 256 random bits in hex; of several processes that do so at once, all get the same key. Throws
// std::runtime_error with a sentence for the operator.
SecretKey LoadSecretKey(const std::filesystem::path& path, WhenAbsent when_absent);

}  // namespace fajma::auth
