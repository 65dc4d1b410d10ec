// Credentials of devices over REST, and the broker's password file that follows them.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "api/auth/revocation.h"
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

constexpr char kCredentials[] = "/api/iot/dispositifs/1/identifiants/";

class DeviceCredentials : public RestFixture {
 protected:
  struct Made {
    std::string id;
    std::string token;
    std::string username;
    std::string password;
  };
  Made Make(const std::string& target = kCredentials) {
    const http::Response created = Send({"POST", target}, "technicien");
    EXPECT_EQ(created.status, 201) << created.BodyView();
    const auto document = json::Document::Parse(created.BodyView());
    const json::Value root = document.value().root();
    const auto text = [&](const char* name) { return std::string(root.Find(name)->AsString()); };
    return {Compact(*root.Find("id")), text("token"), text("mqtt_username"), text("mqtt_password")};
  }
  bool IsRevoked(const std::string& token) {
    return auth::IsRevoked(*database_, tokens_.Verify(token, auth::TokenType::kDevice, SystemNow()).value(),
                           SystemNow());
  }
  // The hash of the file's only line of this user; "" when there is none.
  std::string HashInFile(const std::string& username) const {
    std::ifstream file(folder_ / "broker-passwords");
    std::string hash;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with(username + ":")) {
        EXPECT_EQ(hash, "");
        hash = line.substr(username.size() + 1);
      }
    }
    return hash;
  }
};

TEST_F(DeviceCredentials, AreShownOnce) {
  const Made made = Make();
  EXPECT_EQ(made.username, "aabbcc000001");
  EXPECT_EQ(made.password.size(), 32U);
  EXPECT_EQ(tokens_.Verify(made.token, auth::TokenType::kDevice, SystemNow()).value().device_id, 1);
  const http::Response list = Send({"GET", kCredentials}, "technicien");
  EXPECT_EQ(list.BodyView().find(made.token), std::string::npos);
  EXPECT_EQ(list.BodyView().find(made.password), std::string::npos);
  EXPECT_NE(list.BodyView().find(R"("results":[{"id":)" + made.id + R"(,"mqtt_username":"aabbcc000001",)"),
            std::string::npos);
  EXPECT_NE(list.BodyView().find(R"("date_revocation":null})"), std::string::npos);
}

TEST_F(DeviceCredentials, AreAtMostTwentyThatHold) {
  const Made first = Make();
  for (int i = 1; i < 20; ++i) Make();
  const http::Response refused = Send({"POST", kCredentials}, "technicien");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.BodyView(), R"({"non_field_errors":["Trop d'identifiants en vigueur pour ce dispositif."]})");
  Send({"DELETE", kCredentials + first.id + "/"}, "technicien");
  Make();
}

TEST_F(DeviceCredentials, AreRevoked) {
  const Made made = Make();
  const Made other = Make();
  EXPECT_FALSE(IsRevoked(made.token));
  EXPECT_EQ(Send({"DELETE", "/api/iot/dispositifs/2/identifiants/" + made.id + "/"}).status, 404);
  EXPECT_FALSE(IsRevoked(made.token));
  EXPECT_EQ(Send({"DELETE", kCredentials + made.id + "/"}).status, 204);
  EXPECT_TRUE(IsRevoked(made.token));
  EXPECT_FALSE(IsRevoked(other.token));
  EXPECT_EQ(Send({"DELETE", kCredentials + made.id + "/"}).status, 404);
  ASSERT_EQ(ended_sessions_.size(), 1U);
  EXPECT_EQ(ended_sessions_[0].reason, auth::SessionEndReason::kDeviceRevoked);
  EXPECT_EQ(ended_sessions_[0].device_id, 1);
  EXPECT_EQ(ended_sessions_[0].token_id, tokens_.Verify(made.token, auth::TokenType::kDevice, SystemNow()).value().id);
  EXPECT_EQ(SendAnonymous({"POST", "/api/token/verify/", R"({"token":")" + made.token + "\"}"}).status, 401);
}

TEST_F(DeviceCredentials, OfTheBrokerAreTheNewestThatHold) {
  const Made first = Make();
  EXPECT_TRUE(auth::FitsBrokerPassword(first.password, HashInFile(first.username)));
  const Made second = Make();
  EXPECT_TRUE(auth::FitsBrokerPassword(second.password, HashInFile(first.username)));
  Send({"DELETE", kCredentials + second.id + "/"});
  EXPECT_TRUE(auth::FitsBrokerPassword(first.password, HashInFile(first.username)));
  Send({"DELETE", kCredentials + first.id + "/"});
  EXPECT_EQ(HashInFile(first.username), "");
}

TEST_F(DeviceCredentials, FollowTheirDevice) {
  const Made made = Make();
  const Made other = Make("/api/iot/dispositifs/2/identifiants/");
  Send({"PATCH", "/api/iot/dispositifs/1/", R"({"adresse_mac":"02:00:00:00:00:01"})"});
  EXPECT_EQ(HashInFile(made.username), "");
  EXPECT_TRUE(auth::FitsBrokerPassword(made.password, HashInFile("020000000001")));
  Send({"DELETE", "/api/iot/dispositifs/1/"});
  EXPECT_EQ(HashInFile("020000000001"), "");
  EXPECT_TRUE(auth::FitsBrokerPassword(other.password, HashInFile(other.username)));
  EXPECT_EQ(Send({"GET", kCredentials}).status, 404);
}

TEST_F(DeviceCredentials, AreMadeThoughTheFileCannotBeWritten) {
  auth::BrokerPasswordFile nowhere(folder_ / "missing" / "passwords");
  RestDependencies app = Dependencies();
  app.broker_passwords = &nowhere;
  api_ = std::make_unique<RestApi>(std::move(app), RestOptions{});
  EXPECT_EQ(Make().username, "aabbcc000001");
}

}  // namespace
}  // namespace fajma::rest
