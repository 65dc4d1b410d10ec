#include "api/auth/broker_passwords.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "api/auth/random.h"
#include "core/store/credential_store.h"

namespace fajma::auth {
namespace {

constexpr int kIterations = 101;  // mosquitto_passwd's own
constexpr std::size_t kSaltBytes = 12;
constexpr std::size_t kHashBytes = 64;
constexpr std::string_view kPrefix = "$7$";
constexpr auto kBase64 = sodium_base64_VARIANT_ORIGINAL;

using Hash = std::array<unsigned char, kHashBytes>;

std::string Encode(const unsigned char* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, kBase64);
  text.pop_back();  // the terminator
  return text;
}

bool Decode(std::string_view text, unsigned char* bytes, std::size_t size) {
  std::size_t length = 0;
  return sodium_base642bin(bytes, size, text.data(), text.size(), nullptr, &length, nullptr, kBase64) == 0 &&
         length == size;
}

std::optional<Hash> Compute(std::string_view password, const unsigned char* salt, int iterations) {
  Hash hash{};
  const int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt, kSaltBytes, iterations,
                                     EVP_sha512(), static_cast<int>(hash.size()), hash.data());
  return done == 1 ? std::optional(hash) : std::nullopt;
}

bool IsDeviceLine(std::string_view line) {
  constexpr std::size_t kNameSize = 12;
  return line.size() > kNameSize && line[kNameSize] == ':' && line.find_first_not_of("0123456789abcdef") == kNameSize;
}

[[noreturn]] void Fail(const std::filesystem::path& path, const std::string& why) {
  throw std::runtime_error("broker password file " + path.string() + ": " + why);
}

// The lines of those who are no devices.
std::string ReadOthers(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) {
    if (std::filesystem::exists(path)) Fail(path, "cannot be read");
    return {};
  }
  std::string others;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && !IsDeviceLine(line)) others += line + '\n';
  }
  return others;
}

void WriteWhole(int fd, const std::string& text, const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) Fail(path, std::strerror(errno));
    done += static_cast<std::size_t>(written);
  }
  if (::fsync(fd) != 0) Fail(path, std::strerror(errno));
}

}  // namespace

std::string HashBrokerPassword(std::string_view password) {
  PrepareSodium();
  std::array<unsigned char, kSaltBytes> salt{};
  randombytes_buf(salt.data(), salt.size());
  const std::optional<Hash> hash = Compute(password, salt.data(), kIterations);
  if (!hash) throw std::runtime_error("a broker password cannot be hashed");
  return std::string(kPrefix) + std::to_string(kIterations) + '$' + Encode(salt.data(), salt.size()) + '$' +
         Encode(hash->data(), hash->size());
}

bool FitsBrokerPassword(std::string_view password, std::string_view hash) {
  if (!hash.starts_with(kPrefix)) return false;
  hash.remove_prefix(kPrefix.size());
  const std::size_t salt_begin = hash.find('$') + 1;
  const std::size_t hash_begin = hash.rfind('$') + 1;
  if (salt_begin == 0 || hash_begin == salt_begin) return false;
  int iterations = 0;
  const auto [end, error] = std::from_chars(hash.data(), hash.data() + salt_begin - 1, iterations);
  if (error != std::errc() || end != hash.data() + salt_begin - 1 || iterations < 1) return false;
  std::array<unsigned char, kSaltBytes> salt{};
  Hash expected{};
  if (!Decode(hash.substr(salt_begin, hash_begin - 1 - salt_begin), salt.data(), salt.size()) ||
      !Decode(hash.substr(hash_begin), expected.data(), expected.size())) {
    return false;
  }
  const std::optional<Hash> computed = Compute(password, salt.data(), iterations);
  return computed && sodium_memcmp(computed->data(), expected.data(), expected.size()) == 0;
}

void BrokerPasswordFile::Write(const std::function<Lines()>& read_devices) {
  if (path_.empty()) return;
  const std::lock_guard lock(mutex_);
  std::string text = ReadOthers(path_);
  for (const auto& [name, hash] : read_devices()) text.append(name).append(":").append(hash).append("\n");
  const std::filesystem::path draft = path_.string() + "." + RandomHex(8);
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) Fail(path_, std::strerror(errno));
  try {
    WriteWhole(fd, text, path_);
  } catch (...) {
    ::close(fd);
    ::unlink(draft.c_str());
    throw;
  }
  ::close(fd);
  if (::rename(draft.c_str(), path_.c_str()) == 0) return;
  const int error = errno;
  ::unlink(draft.c_str());
  Fail(path_, std::strerror(error));
}

void WriteBrokerPasswords(BrokerPasswordFile& file, Database& database) {
  file.Write([&] {
    BrokerPasswordFile::Lines devices;
    for (const BrokerPassword& line : CredentialStore(database).BrokerPasswords()) {
      devices.emplace_back(line.mac.ToTopic(), line.hash);
    }
    return devices;
  });
}

}  // namespace fajma::auth
