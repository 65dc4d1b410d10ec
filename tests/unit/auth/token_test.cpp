#include "api/auth/token.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

namespace fajma::auth {
namespace {

constexpr Micros kNow = 1'767'225'600 * kMicrosPerSecond;

// {"token_type":"access","exp":1767225900,"iat":1767225600,"jti":"8f2b…","user_id":7}, signed by PyJWT's algorithm with
// the key below, under both orders of its header.
constexpr char kKnownToken[] =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzY3MjI1OTAwLCJpYXQiOjE3NjcyMjU2MDAs"
    "Imp0aSI6IjhmMmIxZTNhNGM1ZDZlN2Y4MDkxYTJiM2M0ZDVlNmY3IiwidXNlcl9pZCI6N30."
    "jdsMePdOKU7XNrW2Tl9Cgsf2PpGOM3JVVZ48RW7bWz4";
constexpr char kKnownTokenAlgFirst[] =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzY3MjI1OTAwLCJpYXQiOjE3NjcyMjU2MDAs"
    "Imp0aSI6IjhmMmIxZTNhNGM1ZDZlN2Y4MDkxYTJiM2M0ZDVlNmY3IiwidXNlcl9pZCI6N30."
    "s3iWok3CYkK1xW8UW51mCFoDot8ILQM4MXkR2ILZR4M";
constexpr char kHs512Token[] =
    "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzY3MjI1OTAwLCJpYXQiOjE3NjcyMjU2MDAs"
    "Imp0aSI6IjhmMmIxZTNhNGM1ZDZlN2Y4MDkxYTJiM2M0ZDVlNmY3IiwidXNlcl9pZCI6N30."
    "EYmy3_THPXEhaBDuQ9uG0nv31LhNTmvcWDpINGajdsNbDGPAdhdhzlgeqZ1SL9PSCUq-wwhgP_4WX-hJdhD0Vg";
// "alg":"none", yet signed with HS256.
constexpr char kNoneToken[] =
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzY3MjI1OTAwLCJpYXQiOjE3NjcyMjU2MDAs"
    "Imp0aSI6IjhmMmIxZTNhNGM1ZDZlN2Y4MDkxYTJiM2M0ZDVlNmY3IiwidXNlcl9pZCI6N30."
    "NJ7YaOTb2NCbrkRxifNC9RriqGSFhxL8OfaAPEI0IDM";

class TokenTest : public testing::Test {
 protected:
  std::string ErrorOf(std::string_view token, TokenType type = TokenType::kAccess, Micros now = kNow) const {
    const Result<Claims> claims = authority_.Verify(token, type, now);
    return claims ? "accepted" : claims.rejection().detail;
  }
  std::string ErrorOfPayload(std::string_view payload, TokenType type = TokenType::kAccess) const {
    return ErrorOf(authority_.Sign(payload), type);
  }

  TokenAuthority authority_{SecretKey("0123456789abcdef0123456789abcdef")};
};

TEST_F(TokenTest, ReadsATokenOfAnotherImplementation) {
  for (const char* token : {kKnownToken, kKnownTokenAlgFirst}) {
    const Result<Claims> claims = authority_.Verify(token, TokenType::kAccess, kNow);
    ASSERT_TRUE(claims) << claims.rejection().detail;
    EXPECT_EQ(claims.value().user_id, 7);
    EXPECT_EQ(claims.value().expires_at, 1'767'225'900);
    EXPECT_EQ(claims.value().issued_at, 1'767'225'600);
    EXPECT_EQ(claims.value().id, "8f2b1e3a4c5d6e7f8091a2b3c4d5e6f7");
    EXPECT_EQ(claims.value().login, "");
  }
}

TEST_F(TokenTest, SignsAsAnotherImplementationDoes) {
  EXPECT_EQ(authority_.Sign(R"({"token_type":"access","exp":1767225900,"iat":1767225600,)"
                            R"("jti":"8f2b1e3a4c5d6e7f8091a2b3c4d5e6f7","user_id":7})"),
            kKnownTokenAlgFirst);
}

TEST_F(TokenTest, RefusesAnExpiryThatIsNoTime) {
  for (const char* expiry : {"1e300", "true", "\"1767225900\"", "null", "99999999999999999999"}) {
    EXPECT_EQ(ErrorOfPayload(R"({"token_type":"access","jti":"a","user_id":7,"exp":)" + std::string(expiry) + "}"),
              "Token is invalid or expired")
        << expiry;
  }
  EXPECT_EQ(ErrorOfPayload(R"({"token_type":"access","jti":"a","user_id":7,"exp":1767225600.5})"), "accepted");
}

TEST_F(TokenTest, ChoosesTheAlgorithmItself) {
  EXPECT_EQ(ErrorOf(kHs512Token), "Token is invalid or expired");
  EXPECT_EQ(ErrorOf(kNoneToken), "Token is invalid or expired");
}

TEST_F(TokenTest, RefusesWhatIsNoTokenOrChanged) {
  std::string changed = kKnownToken;
  changed[60] = changed[60] == 'a' ? 'b' : 'a';
  const std::string known = kKnownToken;
  for (const std::string& token : std::vector<std::string>{
           "", "abc", ".", "..", "...", "a.b.c", changed, known + "x", known + "=", known.substr(0, known.size() - 1),
           known + ".", " " + known, known.substr(0, known.rfind('.') + 1), std::string(100'000, 'a'), "é.é.é"}) {
    EXPECT_EQ(ErrorOf(token), "Token is invalid or expired") << token.substr(0, 100);
  }
  const TokenAuthority other{SecretKey("another key that is long enough.")};
  EXPECT_FALSE(other.Verify(kKnownToken, TokenType::kAccess, kNow));
}

TEST_F(TokenTest, ExpiresAtTheVerySecond) {
  EXPECT_EQ(ErrorOf(kKnownToken, TokenType::kAccess, kNow + 300 * kMicrosPerSecond - 1), "accepted");
  EXPECT_EQ(ErrorOf(kKnownToken, TokenType::kAccess, kNow + 300 * kMicrosPerSecond), "Token is invalid or expired");
}

TEST_F(TokenTest, WordsFaultsAsSimpleJwt) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"exp":1767225900,"jti":"x","user_id":1})", "Token has no type"},
      {R"({"token_type":"sliding","exp":1767225900,"jti":"x","user_id":1})", "Token has wrong type"},
      {R"({"token_type":"refresh","exp":1767225900,"jti":"x","user_id":1})", "Token has wrong type"},
      {R"({"token_type":"access","exp":1767225900,"user_id":1})", "Token has no id"},
      {R"({"token_type":"access","jti":"x","user_id":1})", "Token has no 'exp' claim"},
      {R"({"token_type":"access","exp":"later","jti":"x","user_id":1})", "Token is invalid or expired"},
      {R"({"token_type":"access","exp":1767225900,"nbf":1767225601,"jti":"x"})", "Token is invalid or expired"},
      {R"({"token_type":"access","exp":1767225900.5,"jti":"x","user_id":"12"})", "accepted"},
      {R"([1])", "Token is invalid or expired"},
      {R"({)", "Token is invalid or expired"},
  };
  for (const auto& [payload, error] : cases) EXPECT_EQ(ErrorOfPayload(payload), error) << payload;
}

TEST_F(TokenTest, TakesAUserIdWrittenAsText) {
  const auto claims =
      authority_.Verify(authority_.Sign(R"({"token_type":"access","exp":1767225900,"jti":"x","user_id":"12"})"),
                        TokenType::kAccess, kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims.value().user_id, 12);
}

TEST_F(TokenTest, GivesTheTokensOfOneLoginOneSid) {
  const TokenPair pair = authority_.IssueLogin(7, kNow);
  const Result<Claims> access = authority_.Verify(pair.access, TokenType::kAccess, kNow);
  const Result<Claims> refresh = authority_.Verify(pair.refresh, TokenType::kRefresh, kNow);
  ASSERT_TRUE(access);
  ASSERT_TRUE(refresh);
  EXPECT_EQ(access.value().login.size(), 32u);
  EXPECT_EQ(access.value().login, refresh.value().login);
  EXPECT_NE(access.value().id, refresh.value().id);
  EXPECT_EQ(*access.value().expires_at, kNow / kMicrosPerSecond + 300);
  EXPECT_EQ(*refresh.value().expires_at, kNow / kMicrosPerSecond + 86'400);
  const Micros later = kNow + 3600 * kMicrosPerSecond;
  const Result<Claims> renewed =
      authority_.Verify(authority_.IssueAccess(refresh.value(), later), TokenType::kAccess, later);
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed.value().login, access.value().login);
  EXPECT_EQ(renewed.value().user_id, 7);
  EXPECT_NE(authority_.IssueLogin(7, kNow).access, pair.access);
}

TEST_F(TokenTest, DeviceTokensDoNotExpireAndAreNoUsers) {
  const std::string token = authority_.IssueDevice(42, kNow);
  const Micros much_later = kNow + 100'000'000 * kMicrosPerSecond;
  const Result<Claims> claims = authority_.Verify(token, TokenType::kDevice, much_later);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims.value().device_id, 42);
  EXPECT_FALSE(claims.value().user_id);
  EXPECT_FALSE(claims.value().expires_at);
  EXPECT_EQ(ErrorOf(token), "Token has wrong type");
  EXPECT_TRUE(authority_.VerifyAny(token, kNow));
}

TEST_F(TokenTest, ChecksFast) {
  const std::string token = authority_.IssueLogin(7, kNow).access;
  constexpr int kChecks = 2000;
  const std::clock_t begin = std::clock();  // of the processor: a busy machine does not count
  for (int i = 0; i < kChecks; ++i) ASSERT_TRUE(authority_.Verify(token, TokenType::kAccess, kNow));
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf("token check: %.2f us\n", seconds * 1e6 / kChecks);
}

}  // namespace
}  // namespace fajma::auth
