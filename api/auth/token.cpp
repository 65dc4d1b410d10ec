#include "api/auth/token.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "api/auth/random.h"
#include "core/json/document.h"
#include "core/json/writer.h"

namespace fajma::auth {
namespace {

constexpr std::size_t kMaxTokenBytes = 4096;
constexpr std::size_t kMaxIdBytes = 255;  // as Django's own table has it
constexpr double kMaxExpiry = 1e15;       // seconds: what is later is no time at all
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr auto kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

using Digest = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string EncodeBase64(const unsigned char* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, kBase64);
  text.pop_back();  // the terminator
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes(text.size() * 3 / 4 + 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  const int code = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                     text.size(), nullptr, &length, &end, kBase64);
  if (code != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(length);
  return bytes;
}

// Only HS256: the algorithm is ours to choose, never the token's.
bool IsOurHeader(std::string_view encoded) {
  static const std::string usual = EncodeBase64(Bytes(kHeader), kHeader.size());
  if (encoded == usual) return true;
  const std::optional<std::string> text = DecodeBase64(encoded);
  if (!text) return false;
  const Result<json::Document> header = json::Document::Parse(*text);
  if (!header) return false;
  const auto algorithm = header.value().root().Find("alg");
  return algorithm && algorithm->IsString() && algorithm->AsString() == "HS256" && !header.value().root().Find("crit");
}

// An integer claim; SimpleJWT may write `user_id` as text.
std::optional<std::int64_t> FindInteger(json::Value payload, std::string_view name) {
  const auto claim = payload.Find(name);
  if (!claim) return std::nullopt;
  if (claim->IsInt64()) return claim->AsInt64();
  if (!claim->IsString() || claim->AsString().empty() || claim->AsString().size() > 18) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : claim->AsString()) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::string FindText(json::Value payload, std::string_view name) {
  const auto claim = payload.Find(name);
  return claim && claim->IsString() ? std::string(claim->AsString()) : std::string();
}

// NumericDate may have a fraction (RFC 7519, 2); what is no number refuses the token.
bool IsPast(json::Value payload, double now_seconds) {
  const auto expiry = payload.Find("exp");
  if (expiry && (!expiry->IsNumber() || expiry->AsDouble() <= now_seconds || expiry->AsDouble() > kMaxExpiry)) {
    return true;
  }
  const auto not_before = payload.Find("nbf");
  return not_before && (!not_before->IsNumber() || not_before->AsDouble() > now_seconds);
}

Rejection Refuse(std::string detail) { return {"token_not_valid", std::move(detail)}; }

Result<Claims> ReadClaims(json::Value payload, double now_seconds) {
  if (!payload.IsObject() || IsPast(payload, now_seconds)) return Refuse("Token is invalid or expired");
  const std::string type = FindText(payload, "token_type");
  if (!payload.Find("token_type")) return Refuse("Token has no type");
  const auto* const known = std::find(std::begin(kTokenTypeNames), std::end(kTokenTypeNames), type);
  if (known == std::end(kTokenTypeNames)) return Refuse("Token has wrong type");
  Claims claims;
  claims.type = static_cast<TokenType>(known - std::begin(kTokenTypeNames));
  if (const auto expiry = payload.Find("exp")) claims.expires_at = static_cast<std::int64_t>(expiry->AsDouble());
  claims.issued_at = FindInteger(payload, "iat").value_or(0);
  claims.id = FindText(payload, "jti");
  claims.user_id = FindInteger(payload, "user_id");
  claims.device_id = FindInteger(payload, "device_id");
  claims.login = FindText(payload, "sid");
  if (!claims.expires_at && claims.type != TokenType::kDevice) return Refuse("Token has no 'exp' claim");
  if (claims.id.empty()) return Refuse("Token has no id");
  if (std::max(claims.id.size(), claims.login.size()) > kMaxIdBytes) return Refuse("Token is invalid or expired");
  return claims;
}

std::string UserPayload(TokenType type, std::int64_t user_id, std::string_view login, Micros now) {
  const std::int64_t seconds = now / kMicrosPerSecond;
  std::string payload;
  json::ObjectWriter writer(payload);
  writer.String("token_type", kTokenTypeNames[static_cast<std::size_t>(type)]);
  writer.Integer("exp", seconds + (type == TokenType::kAccess ? kAccessSeconds : kRefreshSeconds));
  writer.Integer("iat", seconds);
  writer.String("jti", RandomHex(16));
  writer.Integer("user_id", user_id);
  if (!login.empty()) writer.String("sid", login);
  writer.End();
  return payload;
}

}  // namespace

// The hash after the key's block: copied for each token.
struct TokenAuthority::KeyedHash {
  crypto_auth_hmacsha256_state state;

  Digest Of(std::string_view text) const {
    crypto_auth_hmacsha256_state running = state;
    Digest digest;
    crypto_auth_hmacsha256_update(&running, Bytes(text), text.size());
    crypto_auth_hmacsha256_final(&running, digest.data());
    return digest;
  }
};

TokenAuthority::TokenAuthority(const SecretKey& key) : keyed_(std::make_unique<KeyedHash>()) {
  PrepareSodium();
  crypto_auth_hmacsha256_init(&keyed_->state, Bytes(key.bytes()), key.bytes().size());
}

TokenAuthority::~TokenAuthority() { sodium_memzero(keyed_.get(), sizeof(KeyedHash)); }

std::string TokenAuthority::Sign(std::string_view payload) const {
  std::string token = EncodeBase64(Bytes(kHeader), kHeader.size());
  token += '.';
  token += EncodeBase64(Bytes(payload), payload.size());
  const Digest digest = keyed_->Of(token);
  token += '.';
  token += EncodeBase64(digest.data(), digest.size());
  return token;
}

TokenPair TokenAuthority::IssueLogin(std::int64_t user_id, Micros now) const {
  const std::string login = RandomHex(16);
  return {Sign(UserPayload(TokenType::kAccess, user_id, login, now)),
          Sign(UserPayload(TokenType::kRefresh, user_id, login, now))};
}

std::string TokenAuthority::IssueAccess(const Claims& refresh, Micros now) const {
  return Sign(UserPayload(TokenType::kAccess, refresh.user_id.value_or(0), refresh.login, now));
}

std::string TokenAuthority::IssueDevice(std::int64_t device_id, Micros now) const {
  std::string payload;
  json::ObjectWriter writer(payload);
  writer.String("token_type", "device");
  writer.Integer("iat", now / kMicrosPerSecond);
  writer.String("jti", RandomHex(16));
  writer.Integer("device_id", device_id);
  writer.End();
  return Sign(payload);
}

std::string TokenAuthority::DeriveApiToken(std::int64_t user_id, std::string_view salt) const {
  constexpr std::size_t kBytes = 20;
  // No token that is signed begins so: the two uses of the key never meet.
  const Digest digest = keyed_->Of("api token " + std::to_string(user_id) + ' ' + std::string(salt));
  std::string hex(2 * kBytes + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), kBytes);
  hex.pop_back();  // the terminator
  return hex;
}

bool TokenAuthority::SignatureFits(std::string_view signed_part, std::string_view signature) const {
  const std::optional<std::string> sent = DecodeBase64(signature);
  const Digest digest = keyed_->Of(signed_part);
  return sent && sent->size() == digest.size() && sodium_memcmp(sent->data(), digest.data(), digest.size()) == 0;
}

Result<Claims> TokenAuthority::VerifyAny(std::string_view token, Micros now) const {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > kMaxTokenBytes || first == std::string_view::npos || first == last ||
      !IsOurHeader(token.substr(0, first)) || !SignatureFits(token.substr(0, last), token.substr(last + 1))) {
    return Refuse("Token is invalid or expired");
  }
  const std::optional<std::string> text = DecodeBase64(token.substr(first + 1, last - first - 1));
  if (!text) return Refuse("Token is invalid or expired");
  const Result<json::Document> payload = json::Document::Parse(*text);
  if (!payload) return Refuse("Token is invalid or expired");
  return ReadClaims(payload.value().root(), static_cast<double>(now) / static_cast<double>(kMicrosPerSecond));
}

Result<Claims> TokenAuthority::Verify(std::string_view token, TokenType expected, Micros now) const {
  Result<Claims> claims = VerifyAny(token, now);
  if (claims && claims.value().type != expected) return Refuse("Token has wrong type");
  return claims;
}

}  // namespace fajma::auth
