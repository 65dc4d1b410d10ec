// What the processes of an installation tell one another of the limits that they share. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fajma::auth {

// As a letter names them: the place of each in kLimitLetters.
enum class LimitKind : std::uint8_t { kLoginPair, kLoginAddress, kLoginAccount, kRestAddress, kRestUser, kSockets };
inline constexpr std::string_view kLimitLetters = "pancus";

struct LimitNews {
  LimitKind kind = LimitKind::kLoginPair;
  std::uint64_t key = 0;    // of LimitKeys
  std::int64_t amount = 0;  // kSockets: so many are open; else: so many more were counted
  bool operator==(const LimitNews&) const = default;
};
using LimitNewsList = std::vector<LimitNews>;

struct LimitLetter {
  std::uint64_t process = 0;  // that wrote it
  LimitNewsList news;
};

// "process p:key:amount s:key:amount …", the process and keys in hex.
std::string EncodeLimits(std::uint64_t process, const LimitNewsList& news);
// Absent: it is not what EncodeLimits writes, or longer than any letter of ours.
std::optional<LimitLetter> DecodeLimits(std::string_view text);

// What was counted since it was last told. Not thread-safe. Bounded: what finds no place is not told.
class LimitTally {
 public:
  void Add(LimitKind kind, std::uint64_t key, std::int64_t amount);
  // All that was counted of that key is forgotten, here and by who hears it.
  void Clear(LimitKind kind, std::uint64_t key);
  // Appends what there is, and begins anew.
  void Take(LimitNewsList& news);

  static constexpr std::size_t kMaxKeys = 10'000;  // of each kind
  // An amount below this is that much counted after a Clear.
  static constexpr std::int64_t kClear = -1'000'000'000;
  static constexpr bool IsClear(std::int64_t amount) { return amount < kClear / 2; }

 private:
  std::int64_t* Find(LimitKind kind, std::uint64_t key);

  std::unordered_map<std::uint64_t, std::int64_t> amounts_[kLimitLetters.size()];
};

}  // namespace fajma::auth
