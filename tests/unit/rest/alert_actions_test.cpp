// What is done about alerts over REST, and the account of it.
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

class AlertActions : public RestFixture {
 protected:
  std::int64_t Make(AlertLevel level = AlertLevel::kCritical) {
    NewAlert alert;
    alert.device_id = 1;
    alert.patient_id = 1;
    alert.level = level;
    alert.title = "T";
    alert.message = "M";
    return alerts_->Create(alert, SystemNow()).alert.id;
  }
  std::string Path(std::int64_t id, const std::string& action) {
    return "/api/iot/alertes/" + std::to_string(id) + "/" + action + "/";
  }
};

TEST_F(AlertActions, SilenceAndHearAgain) {
  const std::int64_t id = Make();
  const http::Response silenced = Send({"POST", Path(id, "silence"), R"({"minutes":5})"}, "medecin");
  EXPECT_EQ(silenced.status, 200);
  EXPECT_EQ(FieldOf(silenced, "etat"), "\"verrouillee\"");
  EXPECT_NE(FieldOf(silenced, "silence_jusqu"), "null");
  EXPECT_EQ(FieldOf(silenced, "acquittee"), "false");
  ASSERT_EQ(published_alerts_.size(), 1U);
  EXPECT_EQ(published_alerts_[0].change, AlertChange::kUpdated);
  EXPECT_EQ(FieldOf(Send({"POST", Path(id, "silence"), R"({"minutes":0})"}), "silence_jusqu"), "null");
  const http::Response again = Send({"POST", Path(id, "silence"), R"({"minutes":0})"});
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.BodyView(), R"({"detail":"Alerte acquittée ou close, ou qui n'était pas silencieuse."})");
  EXPECT_EQ(published_alerts_.size(), 2U);
}

TEST_F(AlertActions, EscalateToTheHighestLevel) {
  const std::int64_t id = Make();
  EXPECT_EQ(FieldOf(Send({"POST", Path(id, "escalate")}, "medecin"), "niveau"), "\"emergency\"");
  EXPECT_EQ(Send({"POST", Path(id, "escalate")}).status, 400);
}

TEST_F(AlertActions, AssignToWhoMayTakeCare) {
  const std::int64_t id = Make();
  const std::int64_t doctor = users_->FindByName("medecin")->id;
  const std::int64_t technician = users_->FindByName("technicien")->id;
  const auto to = [](std::int64_t user) { return R"({"utilisateur":)" + std::to_string(user) + "}"; };
  EXPECT_EQ(FieldOf(Send({"POST", Path(id, "assign"), to(doctor)}), "assignee_a"), std::to_string(doctor));
  EXPECT_EQ(Send({"POST", Path(id, "assign"), to(doctor)}).status, 400);
  EXPECT_EQ(Send({"POST", Path(id, "assign"), to(technician)}).BodyView(),
            R"({"utilisateur":["Invalid pk \")" + std::to_string(technician) + R"(\" - object does not exist."]})");
  EXPECT_EQ(FieldOf(Send({"POST", Path(id, "assign"), R"({"utilisateur":null})"}), "assignee_a"), "null");
  const std::int64_t nurse = users_->FindByName("infirmier")->id;
  EXPECT_EQ(Send({"POST", Path(id, "assign"), to(nurse)}).status, 400) << "who does not see the patient's room";
  users_->SetRooms(nurse, {"salle1", "salle2"});
  EXPECT_EQ(FieldOf(Send({"POST", Path(id, "assign"), to(nurse)}), "assignee_a"), std::to_string(nurse));
}

TEST_F(AlertActions, OfferTheColleaguesOfOnesRooms) {
  const auto row = [this](const std::string& user) {
    const User found = users_->FindByName(user).value();
    return R"({"id":)" + std::to_string(found.id) + R"(,"username":")" + user + R"(","role":")" + found.role + "\"}";
  };
  const auto list = [this](const std::string& user) {
    return std::string(Send({"GET", "/api/iot/alertes/soignants/"}, user).BodyView());
  };
  EXPECT_EQ(list("demo"), "[" + row("demo") + "," + row("medecin") + "," + row("infirmier") + "]");
  EXPECT_EQ(list("medecin"), "[" + row("demo") + "," + row("medecin") + "]") << "infirmier is in another room";
  users_->SetRooms(users_->FindByName("infirmier")->id, {"salle1", "salle2"});
  EXPECT_EQ(list("medecin"), list("demo"));
  EXPECT_EQ(Send({"GET", "/api/iot/alertes/soignants/"}, "integrateur").status, 403);
}

TEST_F(AlertActions, KeepTheAccountOfWhoDidWhat) {
  const std::int64_t id = Make();
  Send({"POST", Path(id, "comment"), R"({"commentaire":"Vu, <b>au lit</b>"})"}, "medecin");
  Send({"POST", Path(id, "acknowledge")}, "medecin");
  const std::string doctor = std::to_string(users_->FindByName("medecin")->id);
  const http::Response account = Send({"GET", Path(id, "suivi")}, "medecin");
  EXPECT_EQ(FieldOf(account, "etat"), "\"close\"");
  const std::string body(account.BodyView());
  EXPECT_NE(body.find(R"("fait":"raised","niveau":"critical","utilisateur":null,"detail":"")"), std::string::npos);
  EXPECT_NE(body.find(R"("fait":"commented","niveau":"critical","utilisateur":)" + doctor +
                      R"(,"detail":"Vu, <b>au lit</b>")"),
            std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("fait":"acknowledged","niveau":"critical","utilisateur":)" + doctor), std::string::npos);
}

TEST_F(AlertActions, TellWhoMadeAnAlert) {
  const http::Response made = Send(
      {"POST", "/api/iot/alertes/", R"({"niveau":"warning","titre":"T","message":"M","dispositif":1,"patient":1})"});
  ASSERT_EQ(made.status, 201);
  const http::Response account = Send({"GET", Path(std::stoll(FieldOf(made, "id")), "suivi")}, "medecin");
  const std::string author = std::to_string(users_->FindByName("demo")->id);
  const std::string body(account.BodyView());
  EXPECT_NE(body.find(R"("fait":"raised","niveau":"warning","utilisateur":)" + author + R"(,"detail":"")"),
            std::string::npos)
      << body;
}

TEST_F(AlertActions, RefuseBadInput) {
  const std::int64_t id = Make();
  const std::pair<std::string, std::string> bad[] = {
      {"silence", "{}"},
      {"silence", R"({"minutes":-1})"},
      {"silence", R"({"minutes":1441})"},
      {"silence", R"({"minutes":"x"})"},
      {"silence", R"({"minutes":123456789012345678901234567890})"},
      {"silence", "[]"},
      {"silence", "{"},
      {"assign", "{}"},
      {"assign", R"({"utilisateur":999999})"},
      {"comment", R"({"commentaire":""})"},
      {"comment", R"({"commentaire":")" + std::string(1'001, 'x') + R"("})"},
  };
  for (const auto& [action, body] : bad) {
    EXPECT_EQ(Send({"POST", Path(id, action), body}).status, 400) << action << body.substr(0, 60);
  }
  for (const char* action : {"silence", "assign", "comment", "escalate"}) {
    EXPECT_EQ(Send({"POST", Path(id + 99, action), R"({"minutes":5,"utilisateur":null,"commentaire":"x"})"}).status,
              404);
  }
  EXPECT_TRUE(published_alerts_.empty());
}

TEST_F(AlertActions, AreNotForWhoSeesAnotherRoom) {
  NewAlert alert;
  alert.device_id = 5;
  alert.patient_id = 5;  // of salle2
  alert.level = AlertLevel::kCritical;
  alert.title = alert.message = "T";
  const std::int64_t id = alerts_->Create(alert, SystemNow()).alert.id;
  for (const char* action : {"silence", "assign", "comment", "escalate"}) {
    EXPECT_EQ(
        Send({"POST", Path(id, action), R"({"minutes":5,"utilisateur":null,"commentaire":"x"})"}, "medecin").status,
        404);
  }
  EXPECT_EQ(Send({"GET", Path(id, "suivi")}, "medecin").status, 404);
}

}  // namespace
}  // namespace fajma::rest
