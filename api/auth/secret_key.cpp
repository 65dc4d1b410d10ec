#include "api/auth/secret_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "api/auth/random.h"

namespace fajma::auth {
namespace {

constexpr std::size_t kMaxFileBytes = 4096;

[[noreturn]] void Fail(const std::filesystem::path& path, const std::string& why) {
  throw std::runtime_error("secret key file " + path.string() + ": " + why);
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Empty when there is no such file.
std::string ReadKey(const std::filesystem::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT) return {};
    Fail(path, std::strerror(errno));
  }
  std::string key(kMaxFileBytes, '\0');
  const ssize_t length = ::read(file.fd(), key.data(), key.size());
  if (length < 0) Fail(path, std::strerror(errno));
  key.resize(static_cast<std::size_t>(length));
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  if (key.size() < kMinKeyBytes) Fail(path, "a key has at least 32 bytes");
  return key;
}

// A whole file appears under its name, or none: it is written beside and linked.
void CreateKey(const std::filesystem::path& path) {
  const std::filesystem::path draft = path.string() + "." + RandomHex(8);
  {
    const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.fd() < 0) Fail(path, std::strerror(errno));
    std::string key = RandomHex(32) + "\n";
    const ssize_t written = ::write(file.fd(), key.data(), key.size());
    const bool complete = written == static_cast<ssize_t>(key.size()) && ::fsync(file.fd()) == 0;
    sodium_memzero(key.data(), key.size());
    if (!complete) {
      ::unlink(draft.c_str());
      Fail(path, "cannot be written");
    }
  }
  const int linked = ::link(draft.c_str(), path.c_str());
  const int error = errno;
  ::unlink(draft.c_str());
  if (linked != 0 && error != EEXIST) Fail(path, std::strerror(error));
}

}  // namespace

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

SecretKey LoadSecretKey(const std::filesystem::path& path, WhenAbsent when_absent) {
  std::string key = ReadKey(path);
  if (key.empty() && when_absent == WhenAbsent::kCreate) {
    CreateKey(path);
    key = ReadKey(path);
  }
  if (key.empty()) Fail(path, "no such file");
  return SecretKey(std::move(key));
}

}  // namespace fajma::auth
