// Logins, their ends, API tokens, and how often a login may be tried.
#include <gtest/gtest.h>

#include <string>

#include "core/store/token_store.h"
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

// "demo demo" as Django hashed it.
constexpr char kDjangoHash[] = "pbkdf2_sha256$1000$sel$Xj9zm5JadYx3cBszRnX3LYIHX8AowFDg5SgTwBBg5h8=";
constexpr char kBlacklisted[] = R"({"detail":"Token is blacklisted","code":"token_not_valid"})";

std::string TextOf(const http::Response& response, std::string_view name) {
  const auto document = json::Document::Parse(response.BodyView());
  const auto field = document ? document.value().root().Find(name) : std::nullopt;
  return field && field->IsString() ? std::string(field->AsString()) : "";
}

class Tokens : public RestFixture {
 protected:
  http::Response Login(const std::string& user, const std::string& password, const std::string& target = "/api/token/",
                       const std::string& address = "127.0.0.1", const std::vector<http::Header>& headers = {}) {
    http::Request request =
        MakeRequest({"POST", target, R"({"username":")" + user + R"(","password":")" + password + "\"}", headers});
    request.peer_address = address;
    return api_->Handle(request);
  }
  http::Response Give(const std::string& target, const std::string& field, const std::string& token) {
    return SendAnonymous({"POST", target, "{\"" + field + "\":\"" + token + "\"}"});
  }
  http::Response Ask1(const std::string& authorization, const std::string& target = "/api/iot/") {
    return api_->Handle(MakeRequest({"GET", target}, authorization));
  }
  std::int64_t IdOf(const std::string& user) const { return users_->FindByName(user)->id; }
};

TEST_F(Tokens, OfAnEndedLoginAreRefused) {
  const http::Response login = Login("demo", "demo");
  const std::string access = TextOf(login, "access");
  const std::string refresh = TextOf(login, "refresh");
  const std::string renewed = TextOf(Give("/api/token/refresh/", "refresh", refresh), "access");
  const std::string other = TextOf(Login("demo", "demo"), "access");
  EXPECT_EQ(Ask1("Bearer " + renewed).status, 200);
  EXPECT_EQ(Give("/api/token/blacklist/", "refresh", refresh).BodyView(), "{}");
  EXPECT_EQ(Give("/api/token/blacklist/", "refresh", refresh).BodyView(), kBlacklisted);
  EXPECT_EQ(Give("/api/token/refresh/", "refresh", refresh).BodyView(), kBlacklisted);
  for (const std::string& ended : {access, renewed}) {
    const http::Response refused = Ask1("Bearer " + ended);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.BodyView(),
              R"({"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[)"
              R"({"token_class":"AccessToken","token_type":"access","message":"Token is blacklisted"}]})");
  }
  EXPECT_EQ(Ask1("Bearer " + other).status, 200);
  ASSERT_EQ(ended_sessions_.size(), 1U);
  EXPECT_EQ(ended_sessions_[0].reason, auth::SessionEndReason::kLogout);
  EXPECT_EQ(ended_sessions_[0].user_id, IdOf("demo"));
  EXPECT_EQ(ended_sessions_[0].login.size(), 32U);
}

TEST_F(Tokens, OfAnotherServerWithTheSameKeyAreAccepted) {
  const std::string claims = R"("exp":)" + std::to_string(SystemNow() / kMicrosPerSecond + 60) + R"(,"user_id":)" +
                             std::to_string(IdOf("demo")) + "}";
  const std::string access = tokens_.Sign(R"({"token_type":"access","jti":"a",)" + claims);
  const std::string refresh = tokens_.Sign(R"({"token_type":"refresh","jti":"r",)" + claims);
  EXPECT_EQ(Ask1("Bearer " + access).status, 200);
  EXPECT_EQ(Give("/api/token/refresh/", "refresh", refresh).status, 200);
  EXPECT_EQ(Give("/api/token/blacklist/", "refresh", refresh).status, 200);
  EXPECT_EQ(Give("/api/token/refresh/", "refresh", refresh).BodyView(), kBlacklisted);
  EXPECT_EQ(ended_sessions_.at(0).login, "");
}

TEST_F(Tokens, AreVerifiedWhateverTheirType) {
  const auth::TokenPair pair = tokens_.IssueLogin(IdOf("demo"), SystemNow());
  for (const std::string& token : {pair.access, pair.refresh, tokens_.IssueDevice(1, SystemNow())}) {
    const http::Response answer = Give("/api/token/verify/", "token", token);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.BodyView(), "{}");
  }
  EXPECT_EQ(Give("/api/token/verify/", "token", "a.b.c").BodyView(),
            R"({"detail":"Token is invalid or expired","code":"token_not_valid"})");
  Give("/api/token/blacklist/", "refresh", pair.refresh);
  for (const std::string& token : {pair.access, pair.refresh}) {
    EXPECT_EQ(Give("/api/token/verify/", "token", token).BodyView(), kBlacklisted);
  }
}

TEST_F(Tokens, OfTheApiAreTheSameAtEachLoginAndStoredHashed) {
  const http::Response first = Login("medecin", "demo", "/api-token-auth/");
  const std::string token = TextOf(first, "token");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(token.size(), 40U);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(TextOf(Login("medecin", "demo", "/api-token-auth/"), "token"), token);
  EXPECT_NE(TextOf(Login("demo", "demo", "/api-token-auth/"), "token"), token);
  EXPECT_NE(TokenStore(*database_).FindApiToken(IdOf("medecin"))->hash, token);
  for (const std::string scheme : {"Token ", "token ", "TOKEN "}) {
    EXPECT_EQ(Ask1(scheme + token, "/api/utilisateurs/me/").status, 200);
  }
  EXPECT_EQ(TextOf(Ask1("Token " + token, "/api/utilisateurs/me/"), "username"), "medecin");
  EXPECT_EQ(Ask1("Token " + token, "/api/utilisateurs/").status, 403);
}

TEST_F(Tokens, OfTheApiAreRefusedInDjangosWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"Token", R"({"detail":"Invalid token header. No credentials provided."})"},
      {"Token a b", R"({"detail":"Invalid token header. Token string should not contain spaces."})"},
      {"Token \xFF", R"({"detail":"Invalid token header. Token string should not contain invalid characters."})"},
      {"Token abc", R"({"detail":"Invalid token."})"}};
  for (const auto& [authorization, answer] : cases) {
    const http::Response refused = Ask1(authorization);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.BodyView(), answer);
    EXPECT_EQ(HeaderOf(refused, "WWW-Authenticate"), "Bearer realm=\"api\"");
  }
  const std::string token = TextOf(Login("medecin", "demo", "/api-token-auth/"), "token");
  EXPECT_EQ(Ask1("Token " + token).status, 200);
  users_->SetActive(IdOf("medecin"), false);
  EXPECT_EQ(Ask1("Token " + token).BodyView(), R"({"detail":"User inactive or deleted."})");
  const http::Response wrong = Login("demo", "wrong", "/api-token-auth/");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.BodyView(), R"({"non_field_errors":["Unable to log in with provided credentials."]})");
}

TEST_F(Tokens, OfTheApiComeForFormsToo) {
  const http::Response login = SendAnonymous({"POST",
                                              "/api-token-auth/",
                                              "username=demo&password=demo",
                                              {{"Content-Type", "application/x-www-form-urlencoded"}}});
  EXPECT_EQ(login.status, 200);
  EXPECT_EQ(HeaderOf(login, "Allow"), "POST, OPTIONS");
}

TEST_F(Tokens, AUserOfDjangoLogsInAndGetsABetterHash) {
  users_->SetPasswordHash(IdOf("medecin"), kDjangoHash);
  EXPECT_EQ(Login("medecin", "demo").status, 401);
  EXPECT_EQ(users_->FindByName("medecin")->password_hash, kDjangoHash);
  EXPECT_EQ(Login("medecin", "demo demo").status, 200);
  const std::string better = users_->FindByName("medecin")->password_hash;
  EXPECT_TRUE(better.starts_with("$argon2id$"));
  EXPECT_EQ(Login("medecin", "demo demo").status, 200);
  EXPECT_EQ(users_->FindByName("medecin")->password_hash, better);
}

// Another password comes while a login is under way: at the `call`th look at the clock, which then stands still.
class TokensOfARace : public Tokens {
 protected:
  void ChangePasswordAt(int call) {
    RestDependencies app = Dependencies();
    app.now = [this, call] {
      if (++calls_ == call) {
        UserPatch patch;
        patch.password_hash = passwords_.Hash("another one");
        users_->Update(IdOf("medecin"), patch, now_);
      }
      return now_;
    };
    api_ = std::make_unique<RestApi>(std::move(app), RestOptions{});
  }
  int calls_ = 0;
  const Micros now_ = SystemNow();
};

TEST_F(TokensOfARace, AnApiTokenIsNotGivenForAPasswordThatIsNoMore) {
  ChangePasswordAt(2);
  EXPECT_EQ(Login("medecin", "demo", "/api-token-auth/").BodyView(),
            R"({"non_field_errors":["Unable to log in with provided credentials."]})");
  EXPECT_GE(calls_, 2);
}

TEST_F(TokensOfARace, APasswordIsNotChangedByOneThatIsNoMore) {
  const std::string authorization = "Bearer " + TokenOf("medecin");
  ChangePasswordAt(3);
  const http::Response refused = api_->Handle(MakeRequest(
      {"PATCH", "/api/utilisateurs/me/", R"({"old_password":"demo","new_password":"mine, all mine"})"}, authorization));
  EXPECT_GE(calls_, 3);
  EXPECT_EQ(refused.BodyView(), R"({"old_password":["Wrong password."]})");
  EXPECT_EQ(passwords_.Verify("another one", users_->FindByName("medecin")->password_hash),
            auth::PasswordCheck::kRight);
}

TEST_F(Tokens, AreIssuedAsOfWhenThePasswordWasAskedFor) {
  const Micros begin = SystemNow();
  RestDependencies app = Dependencies();
  app.now = [now = begin]() mutable { return std::exchange(now, now + kMicrosPerSecond); };  // each look: a second
  api_ = std::make_unique<RestApi>(std::move(app), RestOptions{});
  const std::string refresh = TextOf(Login("medecin", "demo"), "refresh");
  EXPECT_EQ(tokens_.VerifyAny(refresh, begin).value().issued_at, begin / kMicrosPerSecond);
}

TEST_F(Tokens, AreThrottledAfterFiveFailures) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Login("demo", "wrong").status, 401);
  const http::Response refused = Login("demo", "demo");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.BodyView(), R"({"detail":"Request was throttled. Expected available in 60 seconds."})");
  EXPECT_EQ(HeaderOf(refused, "Retry-After"), "60");
  EXPECT_EQ(HeaderOf(refused, "WWW-Authenticate"), "");
  EXPECT_EQ(Login("demo", "demo", "/api-token-auth/").status, 429);
  EXPECT_EQ(Login("demo", "demo", "/api/token/", "10.0.0.9").status, 200);
  now_offset_ = 61 * kMicrosPerSecond;
  EXPECT_EQ(Login("demo", "demo").status, 200);
}

TEST_F(Tokens, AreThrottledByTheClientsAddressBehindATrustedProxy) {
  Restart({.is_trusted_proxy = [](std::string_view address) { return address == "10.0.0.1"; }});
  const auto login = [&](const std::string& peer, const std::string& forwarded, const char* password) {
    return Login("demo", password, "/api/token/", peer, {{"X-Forwarded-For", forwarded}}).status;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(login("10.0.0.1", "1.2.3.4", "wrong"), 401);
  EXPECT_EQ(login("10.0.0.1", "1.2.3.4", "demo"), 429);
  EXPECT_EQ(login("10.0.0.1", "9.9.9.9, 1.2.3.4, 10.0.0.1", "demo"), 429);  // what the client wrote does not count
  EXPECT_EQ(login("10.0.0.1", "1.2.3.4:5555", "demo"), 429);
  EXPECT_EQ(login("10.0.0.1", "1.2.3.5", "demo"), 200);
  EXPECT_EQ(login("10.0.0.2", "1.2.3.4", "demo"), 200);  // no proxy of ours: its own address
}

}  // namespace
}  // namespace fajma::rest
