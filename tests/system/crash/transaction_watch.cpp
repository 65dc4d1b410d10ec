#include "tests/system/crash/transaction_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

namespace fajma::crash {
namespace {

using Clock = std::chrono::steady_clock;

// https://www.sqlite.org/walformat.html
constexpr off_t kWriteLockByte = 120;
constexpr off_t kIndexHeader = 16;  // of what is read of it: mxFrame, then 12 bytes of others, then the salt
constexpr off_t kWalHeaderBytes = 32;
constexpr off_t kFrameHeaderBytes = 24;

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return fd_ >= 0; }
  bool IsLockedByWriter(pid_t pid) const {
    struct flock lock {};
    lock.l_type = F_RDLCK;  // in conflict with an exclusive lock only
    lock.l_whence = SEEK_SET;
    lock.l_start = kWriteLockByte;
    lock.l_len = 1;
    return ::fcntl(fd_, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK && lock.l_pid == pid;
  }
  template <std::size_t Size>
  bool Read(off_t at, std::array<unsigned char, Size>& bytes) const {
    return ::pread(fd_, bytes.data(), Size, at) == static_cast<ssize_t>(Size);
  }

 private:
  int fd_;
};

std::uint32_t BigEndian(const unsigned char* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

// Frames are numbered from 1; those of an earlier round of the file have another salt.
struct WalEnd {
  std::array<unsigned char, 8> salt{};
  std::uint32_t last = 0;
  std::uint32_t last_commit = 0;
};

WalEnd ReadWal(const File& wal) {
  WalEnd end;
  std::array<unsigned char, kWalHeaderBytes> head;
  if (!wal.Read(0, head)) return end;
  const off_t page = BigEndian(&head[8]);
  std::memcpy(end.salt.data(), &head[16], end.salt.size());
  std::array<unsigned char, kFrameHeaderBytes> frame;
  for (off_t at = kWalHeaderBytes; wal.Read(at, frame); at += kFrameHeaderBytes + page) {
    if (std::memcmp(&frame[8], end.salt.data(), end.salt.size()) != 0) break;
    ++end.last;
    if (BigEndian(&frame[4]) != 0) end.last_commit = end.last;
  }
  return end;
}

// Of a stopped process that holds the write lock.
Stage FindStage(const File& wal, const File& index) {
  const WalEnd end = ReadWal(wal);
  if (end.last > end.last_commit) return Stage::kHalfWritten;
  std::array<unsigned char, 24> head{};
  if (!index.Read(kIndexHeader, head)) return Stage::kBeforeFrames;
  // Another salt: the file begins anew with this transaction, and nothing of it is there yet.
  if (std::memcmp(&head[16], end.salt.data(), end.salt.size()) != 0) return Stage::kBeforeFrames;
  std::uint32_t visible = 0;
  std::memcpy(&visible, head.data(), sizeof visible);  // in the machine's own order
  return end.last_commit > visible ? Stage::kUnconfirmed : Stage::kBeforeFrames;
}

}  // namespace

bool TransactionWatch::WaitForWriter(Clock::time_point deadline) const {
  const File index(server_.database().string() + "-shm");
  if (!index.is_open()) return false;
  while (!index.IsLockedByWriter(server_.pid())) {
    if (Clock::now() > deadline) return false;
  }
  return true;
}

std::optional<Stage> TransactionWatch::KillInside(Stage wanted, std::chrono::milliseconds patience) {
  const auto settle_at = Clock::now() + patience;
  const auto deadline = settle_at + std::chrono::seconds(5);
  std::exponential_distribution<double> later(1.0 / 1'500);  // microseconds
  while (Clock::now() < deadline) {
    if (!WaitForWriter(deadline)) return std::nullopt;
    const auto moment = Clock::now() + std::chrono::microseconds(static_cast<int>(later(random_)));
    while (Clock::now() < moment) {
    }
    if (!server_.Freeze()) throw std::runtime_error("the server ended by itself");
    {
      const File index(server_.database().string() + "-shm");
      const File wal(server_.database().string() + "-wal");
      if (index.is_open() && wal.is_open() && index.IsLockedByWriter(server_.pid())) {
        const Stage stage = FindStage(wal, index);
        if (stage == wanted || Clock::now() > settle_at) {
          server_.Kill();
          return stage;
        }
      }
    }
    server_.Thaw();
  }
  return std::nullopt;
}

}  // namespace fajma::crash
