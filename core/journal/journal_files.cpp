#include "core/journal/journal_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "core/runtime/log.h"

namespace fajma {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kDigits = 10;
constexpr std::string_view kSuffix = ".log";

[[noreturn]] void Throw(const std::string& what, const fs::path& path, int error) {
  throw std::runtime_error("journal: " + what + " " + path.string() + ": " + std::generic_category().message(error));
}

std::string NewUuid() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("journal: no random numbers");
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 0x0F];
  }
  return text;
}

bool IsUuid(const std::string& text) {
  return text.size() == kUuidLength && std::all_of(text.begin(), text.end(), [](char c) {
           return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void WriteWhole(const fs::path& path, const std::string& text) {
  const fs::path draft = path.string() + ".tmp";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) Throw("cannot write", draft, errno);
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!written) Throw("cannot write", draft, error);
  if (::rename(draft.c_str(), path.c_str()) != 0) Throw("cannot write", path, errno);
  if (!SyncFolder(path.parent_path())) Throw("cannot write", path, errno);
}

}  // namespace

void MakeJournalFolder(const fs::path& folder) {
  if (folder.has_parent_path() && !fs::exists(folder.parent_path())) MakeJournalFolder(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) Throw("cannot make", folder, errno);
}

int LockJournalFolder(const fs::path& folder) {
  const fs::path path = folder / "lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) Throw("cannot open", path, errno);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int error = errno;
  ::close(fd);
  if (error == EWOULDBLOCK) throw std::runtime_error("journal: another process uses " + folder.string());
  Throw("cannot lock", path, error);
}

std::string ReadOrMakeJournalUuid(const fs::path& folder) {
  const fs::path path = folder / "uuid";
  std::string uuid;
  std::ifstream(path) >> uuid;
  if (IsUuid(uuid)) return uuid;
  if (fs::exists(path)) log::Warn("the journal's name cannot be read; it gets a new one", path.string());
  uuid = NewUuid();
  WriteWhole(path, uuid + "\n");
  return uuid;
}

bool SyncFolder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  errno = error;
  return synced;
}

fs::path SegmentPath(const fs::path& folder, std::int64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return folder / digits.append(kSuffix);
}

std::vector<std::int64_t> ListSegments(const fs::path& folder) {
  std::vector<std::int64_t> numbers;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) continue;
    std::int64_t number = 0;
    const char* const end = name.data() + kDigits;
    if (std::from_chars(name.data(), end, number).ptr == end) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace fajma
