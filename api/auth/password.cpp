#include "api/auth/password.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <optional>
#include <semaphore>
#include <stdexcept>

#include "api/auth/random.h"

namespace fajma::auth {
namespace {

constexpr std::size_t kSha256Bytes = 32;
constexpr std::string_view kDjangoPrefix = "pbkdf2_sha256$";
constexpr int kMaxIterations = 10'000'000;  // Django 5.1 uses 870,000; a forged row must not stall a worker

struct Limits {
  unsigned long long passes;
  std::size_t memory_bytes;
};

Limits LimitsOf(PasswordCost cost) {
  switch (cost) {
    case PasswordCost::kMinimum:
      return {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN};
    case PasswordCost::kModerate:
      return {crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE};
    case PasswordCost::kInteractive:
      break;
  }
  return {crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE};
}

std::string HashArgon2id(std::string_view password, PasswordCost cost) {
  const Limits limits = LimitsOf(cost);
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(), limits.passes, limits.memory_bytes) != 0) {
    throw std::runtime_error("not enough memory to hash a password");
  }
  return hash.data();
}

// iterations$salt$hash, the hash in padded base64.
bool FitsDjango(std::string_view password, std::string_view stored) {
  const std::size_t salt_begin = stored.find('$') + 1;
  const std::size_t hash_begin = stored.rfind('$') + 1;
  if (salt_begin == 0 || hash_begin == salt_begin) return false;
  int iterations = 0;
  const auto [end, error] = std::from_chars(stored.data(), stored.data() + salt_begin - 1, iterations);
  if (error != std::errc() || end != stored.data() + salt_begin - 1 || iterations < 1 || iterations > kMaxIterations) {
    return false;
  }
  const std::string_view salt = stored.substr(salt_begin, hash_begin - 1 - salt_begin);
  const std::string_view encoded = stored.substr(hash_begin);
  std::array<unsigned char, kSha256Bytes> expected{};
  std::array<unsigned char, kSha256Bytes> computed{};
  std::size_t length = 0;
  if (sodium_base642bin(expected.data(), expected.size(), encoded.data(), encoded.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      length != expected.size()) {
    return false;
  }
  const int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                     reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                                     iterations, EVP_sha256(), static_cast<int>(computed.size()), computed.data());
  return done == 1 && sodium_memcmp(expected.data(), computed.data(), computed.size()) == 0;
}

bool IsKnownForm(std::string_view stored) {
  return stored.starts_with(kDjangoPrefix) ||
         (stored.starts_with(crypto_pwhash_argon2id_STRPREFIX) && stored.size() < crypto_pwhash_STRBYTES);
}

// Of a hash in a known form.
bool Fits(std::string_view password, std::string_view stored) {
  if (stored.starts_with(kDjangoPrefix)) return FitsDjango(password, stored.substr(kDjangoPrefix.size()));
  return crypto_pwhash_str_verify(std::string(stored).c_str(), password.data(), password.size()) == 0;
}

}  // namespace

class PasswordHasher::Slots {
 public:
  explicit Slots(int count) : free_(count) {}

  class Held {
   public:
    Held(Slots& slots, std::chrono::milliseconds timeout)
        : slots_(slots), held_(slots.free_.try_acquire_for(timeout)) {}
    ~Held() {
      if (held_) slots_.free_.release();
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    explicit operator bool() const { return held_; }

   private:
    Slots& slots_;
    bool held_;
  };

 private:
  std::counting_semaphore<64> free_;
};

PasswordHasher::PasswordHasher(Options options) : options_(options), slots_(std::make_unique<Slots>(options.slots)) {
  PrepareSodium();
  nobody_ = HashArgon2id(RandomHex(16), options_.cost);
}

PasswordHasher::~PasswordHasher() = default;

std::string PasswordHasher::Hash(std::string_view password) {
  const Slots::Held held(*slots_, options_.timeout);
  if (!held) throw std::runtime_error("too many passwords are being hashed");
  return HashArgon2id(password, options_.cost);
}

PasswordCheck PasswordHasher::Verify(std::string_view password, std::string_view stored) {
  const Slots::Held held(*slots_, options_.timeout);
  if (!held) return PasswordCheck::kBusy;
  if (IsKnownForm(stored)) return Fits(password, stored) ? PasswordCheck::kRight : PasswordCheck::kWrong;
  Fits(password, nobody_);
  return PasswordCheck::kWrong;
}

PasswordCheck PasswordHasher::VerifyNobody(std::string_view password) {
  const PasswordCheck check = Verify(password, nobody_);
  return check == PasswordCheck::kBusy ? check : PasswordCheck::kWrong;
}

bool PasswordHasher::NeedsUpgrade(const std::string& stored) const {
  const Limits limits = LimitsOf(options_.cost);
  return crypto_pwhash_str_needs_rehash(stored.c_str(), limits.passes, limits.memory_bytes) != 0;
}

}  // namespace fajma::auth
