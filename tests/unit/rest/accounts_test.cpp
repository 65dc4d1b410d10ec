// Users, rooms and patients over REST, and whose sessions their changes end.
#include <gtest/gtest.h>

#include <string>

#include "core/store/room_store.h"
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

using auth::SessionEndReason;

constexpr char kNewUser[] =
    R"({"username":"zoé","password":"long enough","role":"medecin","first_name":"Zoé","salles":["salle1"]})";

class Accounts : public RestFixture {
 protected:
  std::string PathOf(const std::string& user) const {
    return "/api/utilisateurs/" + std::to_string(users_->FindByName(user)->id) + "/";
  }
  std::string RoomPath(const std::string& name) const {
    return "/api/salles/" + std::to_string(RoomStore(*database_).FindByName(name)->id) + "/";
  }
  int LoginStatus(const std::string& user, const std::string& password) {
    return SendAnonymous({"POST", "/api/token/", R"({"username":")" + user + R"(","password":")" + password + "\"}"})
        .status;
  }
  std::string Ended() const {
    std::string text;
    for (const auth::SessionEnd& end : ended_sessions_) {
      text += std::to_string(static_cast<int>(end.reason)) + " user " + std::to_string(end.user_id) + " patient " +
              std::to_string(end.patient_id);
      for (const std::string& room : end.rooms) text += " " + room;
      text += "\n";
    }
    return text;
  }
  static std::string EndOf(SessionEndReason reason, std::int64_t user, std::int64_t patient = 0,
                           const std::string& room = "") {
    return std::to_string(static_cast<int>(reason)) + " user " + std::to_string(user) + " patient " +
           std::to_string(patient) + room + "\n";
  }
};

TEST_F(Accounts, AUserIsCreatedAndLogsIn) {
  const http::Response created = Send({"POST", "/api/utilisateurs/", kNewUser});
  ASSERT_EQ(created.status, 201) << created.BodyView();
  EXPECT_EQ(FieldOf(created, "username"), "\"zoé\"");
  EXPECT_EQ(FieldOf(created, "salles"), "[\"salle1\"]");
  EXPECT_EQ(FieldOf(created, "is_active"), "true");
  EXPECT_EQ(FieldOf(created, "last_login"), "null");
  EXPECT_EQ(created.BodyView().find("password"), std::string::npos);
  EXPECT_EQ(created.BodyView().find("argon2"), std::string::npos);
  EXPECT_EQ(LoginStatus("zoé", "long enough"), 200);
  EXPECT_EQ(Send({"GET", PathOf("zoé")}).BodyView(), created.BodyView());
  EXPECT_EQ(FieldOf(Send({"GET", "/api/utilisateurs/"}), "count"), "7");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/patients/"}, "zoé"), "count"), "3");
}

TEST_F(Accounts, AUserIsChangedInPartOrWhole) {
  EXPECT_EQ(FieldOf(Send({"PATCH", PathOf("medecin"), R"({"last_name":"Curie"})"}), "last_name"), "\"Curie\"");
  const http::Response whole =
      Send({"PUT", PathOf("medecin"), R"({"username":"docteur","role":"infirmier","salles":["salle2","salle1"]})"});
  EXPECT_EQ(FieldOf(whole, "username"), "\"docteur\"");
  EXPECT_EQ(FieldOf(whole, "salles"), R"(["salle1","salle2"])");
  EXPECT_EQ(FieldOf(whole, "last_name"), "\"Curie\"");
  EXPECT_EQ(LoginStatus("docteur", "demo"), 200);
}

TEST_F(Accounts, ADeactivatedUserIsOutAndTheSessionsEnd) {
  const http::Request request = MakeRequest({"GET", "/api/iot/"}, "Bearer " + TokenOf("medecin"));
  const std::int64_t id = users_->FindByName("medecin")->id;
  const http::Response gone = Send({"DELETE", PathOf("medecin")});
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.BodyView(), "");
  EXPECT_EQ(api_->Handle(request).status, 401);
  EXPECT_EQ(LoginStatus("medecin", "demo"), 401);
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kDeactivated, id));
  EXPECT_EQ(Send({"PATCH", PathOf("medecin"), R"({"is_active":true})"}).status, 200);
  EXPECT_EQ(api_->Handle(request).status, 401);  // a token from before
  EXPECT_EQ(LoginStatus("medecin", "demo"), 200);
}

TEST_F(Accounts, TheLastAdministratorStays) {
  const char* refusal = R"({"non_field_errors":["The last active administrateur must stay one."]})";
  EXPECT_EQ(Send({"DELETE", PathOf("demo")}).BodyView(), refusal);
  EXPECT_EQ(Send({"PATCH", PathOf("demo"), R"({"role":"medecin"})"}).BodyView(), refusal);
  EXPECT_EQ(Send({"GET", "/api/utilisateurs/"}).status, 200);
}

TEST_F(Accounts, TheLossOfARoomEndsSessionsAndANewOneRestartsThem) {
  const std::int64_t id = users_->FindByName("medecin")->id;
  Send({"PATCH", PathOf("medecin"), R"({"salles":["salle1","salle2"]})"});
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kRoomsChanged, id));
  ended_sessions_.clear();
  Send({"PATCH", PathOf("medecin"), R"({"salles":["salle2"]})"});
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kAccessChanged, id, 0, " salle1"));
  ended_sessions_.clear();
  Send({"PATCH", PathOf("medecin"), R"({"role":"technicien"})"});
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kAccessChanged, id));
}

TEST_F(Accounts, EverybodyChangesTheirOwnNames) {
  const http::Response me = Send({"GET", "/api/utilisateurs/me/"}, "technicien");
  EXPECT_EQ(FieldOf(me, "username"), "\"technicien\"");
  const http::Response changed =
      Send({"PATCH", "/api/utilisateurs/me/", R"({"first_name":"Ada","role":"administrateur","is_active":false})"},
           "technicien");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(FieldOf(changed, "first_name"), "\"Ada\"");
  EXPECT_EQ(FieldOf(changed, "role"), "\"technicien\"");
  EXPECT_EQ(FieldOf(changed, "is_active"), "true");
}

TEST_F(Accounts, ANewPasswordNeedsTheOldOneAndEndsAllLogins) {
  const std::int64_t id = users_->FindByName("medecin")->id;
  const std::string token = TokenOf("medecin");
  const auto change = [&](const std::string& body) {
    return api_->Handle(MakeRequest({"PATCH", "/api/utilisateurs/me/", body}, "Bearer " + token));
  };
  EXPECT_EQ(change(R"({"new_password":"long enough"})").BodyView(), R"({"old_password":["This field is required."]})");
  EXPECT_EQ(change(R"({"new_password":"long enough","old_password":"x"})").BodyView(),
            R"({"old_password":["Wrong password."]})");
  EXPECT_EQ(change(R"({"new_password":"short","old_password":"demo"})").status, 400);
  EXPECT_EQ(Ended(), "");
  const std::string refresh = tokens_.IssueLogin(id, SystemNow()).refresh;
  EXPECT_EQ(change(R"({"new_password":"long enough","old_password":"demo"})").status, 200);
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kPasswordChanged, id));
  EXPECT_EQ(change("{}").status, 401);
  EXPECT_EQ(SendAnonymous({"POST", "/api/token/refresh/", R"({"refresh":")" + refresh + "\"}"}).status, 401);
  EXPECT_EQ(LoginStatus("medecin", "demo"), 401);
  const http::Response login =
      SendAnonymous({"POST", "/api/token/", R"({"username":"medecin","password":"long enough"})"});
  const std::string access = FieldOf(login, "access");
  const http::Request next = MakeRequest({"GET", "/api/iot/"}, "Bearer " + access.substr(1, access.size() - 2));
  EXPECT_EQ(api_->Handle(next).status, 200);  // within the same second, too
}

TEST_F(Accounts, TheOldPasswordCannotBeGuessed) {
  int throttled = 0;
  for (int i = 0; i < 8; ++i) {
    throttled +=
        Send({"PATCH", "/api/utilisateurs/me/", R"({"new_password":"long enough","old_password":"x"})"}).status == 429
            ? 1
            : 0;
  }
  EXPECT_EQ(throttled, 3);
}

TEST_F(Accounts, RoomsAreMadeRenamedAndDeletedWhenEmpty) {
  const http::Response created = Send({"POST", "/api/salles/", R"({"nom":"salle_9"})"});
  ASSERT_EQ(created.status, 201) << created.BodyView();
  EXPECT_EQ(FieldOf(created, "patients"), "0");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/salles/"}), "count"), "3");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/salles/"}, "medecin"), "count"), "1");
  EXPECT_EQ(Send({"GET", RoomPath("salle2")}, "medecin").status, 404);
  const std::string path = RoomPath("salle1");
  const http::Response refused = Send({"DELETE", path});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.BodyView(), R"({"detail":"The room has patients."})");
  EXPECT_EQ(FieldOf(Send({"PATCH", path, R"({"nom":"soins"})"}), "patients"), "3");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/patients/1/"}, "medecin"), "salle"), "\"soins\"");
  EXPECT_EQ(Send({"PUT", path, R"({"nom":"salle2"})"}).BodyView(), R"({"nom":["This field must be unique."]})");
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kRoomsChanged, 0)) << "sockets know rooms by their names";
  ended_sessions_.clear();
  EXPECT_EQ(Send({"DELETE", RoomPath("salle_9")}).status, 204);
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kAccessChanged, 0, 0, " salle_9"));
}

TEST_F(Accounts, PatientsComeMoveAndGo) {
  const http::Response created =
      Send({"POST", "/api/patients/", R"({"identifiant":"p_9","nom":"Noël","prenom":"Zoé","salle":"salle2"})"});
  ASSERT_EQ(created.status, 201) << created.BodyView();
  const std::string path = "/api/patients/" + FieldOf(created, "id") + "/";
  const std::int64_t id = std::stoll(FieldOf(created, "id"));
  EXPECT_EQ(FieldOf(created, "date_naissance"), "null");
  EXPECT_EQ(Send({"GET", path}, "medecin").status, 404);
  EXPECT_EQ(FieldOf(Send({"PATCH", path, R"({"date_naissance":"2000-02-29"})"}), "date_naissance"), "\"2000-02-29\"");
  EXPECT_EQ(Ended(), "");
  EXPECT_EQ(Send({"PUT", path, R"({"identifiant":"p_9","nom":"N","prenom":"Z","salle":"salle1"})"}).status, 200);
  EXPECT_EQ(Ended(), EndOf(SessionEndReason::kPatientMoved, 0, id));
  EXPECT_EQ(Send({"GET", path}, "medecin").status, 200);
  EXPECT_EQ(Send({"DELETE", path}).status, 204);
  EXPECT_EQ(Send({"GET", path}).status, 404);
  EXPECT_EQ(Send({"DELETE", path}).status, 404);
  EXPECT_EQ(ended_sessions_.size(), 2U);
  EXPECT_EQ(Send({"POST", "/api/patients/", R"({"identifiant":"p_9","nom":"N","prenom":"Z"})"}).BodyView(),
            R"({"identifiant":["This field must be unique."]})");
}

TEST_F(Accounts, OptionsTellTheFields) {
  for (const char* target : {"/api/utilisateurs/", "/api/salles/", "/api/patients/", "/api-token-auth/"}) {
    const http::Response told = Send({"OPTIONS", target});
    EXPECT_EQ(told.status, 200) << target;
    EXPECT_NE(told.BodyView().find("\"actions\":{\"POST\":{"), std::string::npos) << target;
  }
}

}  // namespace
}  // namespace fajma::rest
