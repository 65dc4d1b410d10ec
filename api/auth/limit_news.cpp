#include "api/auth/limit_news.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace fajma::auth {
namespace {

constexpr int kHex = 16;
constexpr std::size_t kLongestLetter = 4 * 1024 * 1024;

template <typename Number>
void AppendNumber(std::string& out, Number number, int base) {
  std::array<char, 24> digits{};
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr);
}

// Takes a whole number off the front, and `end` behind it.
template <typename Number>
bool TakeNumber(std::string_view& text, Number& number, int base, char end) {
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  if (!text.starts_with(end)) return text.empty() && end == ' ';
  text.remove_prefix(1);
  return true;
}

bool TakeNews(std::string_view& text, LimitNews& news) {
  const std::size_t kind = kLimitLetters.find(text.front());
  if (kind == std::string_view::npos || text.size() < 2 || text[1] != ':') return false;
  text.remove_prefix(2);
  news.kind = static_cast<LimitKind>(kind);
  return TakeNumber(text, news.key, kHex, ':') && TakeNumber(text, news.amount, 10, ' ');
}

}  // namespace

std::string EncodeLimits(std::uint64_t process, const LimitNewsList& news) {
  constexpr std::size_t kUsual = 24;
  std::string text;
  text.reserve(kUsual * (news.size() + 1));
  AppendNumber(text, process, kHex);
  for (const LimitNews& one : news) {
    text += ' ';
    text += kLimitLetters[static_cast<std::size_t>(one.kind)];
    text += ':';
    AppendNumber(text, one.key, kHex);
    text += ':';
    AppendNumber(text, one.amount, 10);
  }
  return text;
}

std::optional<LimitLetter> DecodeLimits(std::string_view text) {
  LimitLetter letter;
  if (text.size() > kLongestLetter || !TakeNumber(text, letter.process, kHex, ' ')) return std::nullopt;
  while (!text.empty()) {
    if (!TakeNews(text, letter.news.emplace_back())) return std::nullopt;
  }
  return letter;
}

std::int64_t* LimitTally::Find(LimitKind kind, std::uint64_t key) {
  auto& amounts = amounts_[static_cast<std::size_t>(kind)];
  if (const auto found = amounts.find(key); found != amounts.end()) return &found->second;
  return amounts.size() < kMaxKeys ? &amounts[key] : nullptr;
}

void LimitTally::Add(LimitKind kind, std::uint64_t key, std::int64_t amount) {
  if (std::int64_t* sum = Find(kind, key)) *sum += amount;
}

void LimitTally::Clear(LimitKind kind, std::uint64_t key) {
  if (std::int64_t* sum = Find(kind, key)) *sum = kClear;
}

void LimitTally::Take(LimitNewsList& news) {
  for (std::size_t kind = 0; kind < kLimitLetters.size(); ++kind) {
    for (const auto& [key, amount] : amounts_[kind]) {
      if (amount != 0) news.push_back({static_cast<LimitKind>(kind), key, amount});
    }
    amounts_[kind].clear();
  }
}

}  // namespace fajma::auth
