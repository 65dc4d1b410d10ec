#include "api/rest/etag.h"

#include <cstdio>
#include <utility>

namespace fajma::rest {
namespace {

constexpr std::uint64_t kPrime = 0x100000001B3ULL;

std::uint64_t Mix(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

// So that neighbouring numbers do not make neighbouring hashes (the last steps of MurmurHash3).
std::uint64_t Mix(std::uint64_t hash, std::int64_t number) {
  hash ^= static_cast<std::uint64_t>(number);
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDULL;
  hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return hash ^ (hash >> 33);
}

}  // namespace

std::string TagOf(std::string_view key, const Stamp& stamp, std::uint64_t instance) {
  std::uint64_t hash = Mix(instance, key);
  for (const std::int64_t number : {stamp.commit, stamp.directory, stamp.minute}) hash = Mix(hash, number);
  char tag[24];
  std::snprintf(tag, sizeof tag, "W/\"%016llx\"", static_cast<unsigned long long>(hash));
  return tag;
}

bool MatchesTag(std::string_view if_none_match, std::string_view tag) {
  if (if_none_match == "*") return true;
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return if_none_match.find(tag) != std::string_view::npos;  // with its quotes: no part of another one
}

void AnswerTagged(const http::Request& request, std::string tag, http::Response& response) {
  const std::string* known = request.FindHeader("If-None-Match");
  if (known != nullptr && MatchesTag(*known, tag)) {
    response = {};
    response.status = 304;
  }
  response.headers.emplace_back("ETag", std::move(tag));
}

}  // namespace fajma::rest
