// What the examples of the documented server do not show: scopes, headers, forms, caches, callbacks.
#include "api/rest/rest_api.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

std::int64_t CountOf(const http::Response& response) {
  const auto document = json::Document::Parse(response.BodyView());
  const auto count = document ? document.value().root().Find("count") : std::nullopt;
  return count ? count->AsInt64() : -1;
}

constexpr char kNewDevice[] =
    R"({"nom":"n","type_dispositif":"capteur_cardiaque","adresse_mac":"02:00:00:00:00:01","patient":1})";

class RestApiTest : public RestFixture {
 protected:
  CreatedReading StorePulse(std::int64_t device_id, double value) {
    return Store({device_id, "heart_rate", "bpm", value, 100, "{}"});
  }
};

TEST_F(RestApiTest, EveryAnswerCarriesItsHeaders) {
  const http::Response list = Send({"GET", "/api/iot/dispositifs/"});
  EXPECT_EQ(HeaderOf(list, "Allow"), "GET, POST, HEAD, OPTIONS");
  EXPECT_EQ(HeaderOf(list, "Vary"), "Accept, Origin");
  EXPECT_EQ(HeaderOf(list, "Cache-Control"), "no-store");
  for (const http::Response& response :
       {list, SendAnonymous({"GET", "/nothing/"}), SendAnonymous({"GET", "/api/token"})}) {
    EXPECT_EQ(HeaderOf(response, "X-Frame-Options"), "DENY");
    EXPECT_EQ(HeaderOf(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(HeaderOf(response, "Referrer-Policy"), "same-origin");
  }
}

TEST_F(RestApiTest, CarersSeeThePatientsOfTheirRoomsOnly) {
  EXPECT_EQ(CountOf(Send({"GET", "/api/patients/"})), 5);
  EXPECT_EQ(CountOf(Send({"GET", "/api/patients/"}, "medecin")), 3);
  EXPECT_EQ(CountOf(Send({"GET", "/api/patients/?salle=salle2"}, "medecin")), 0);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/dispositifs/"}, "infirmier")), 40);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/dispositifs/"}, "technicien")), 100);
  StorePulse(1, 70);
  StorePulse(4, 71);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/donnees/"}, "integrateur")), 2);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/donnees/"}, "medecin")), 1);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/donnees/?patient=4"}, "medecin")), 0);
  EXPECT_EQ(Send({"GET", "/api/patients/4/"}, "infirmier").status, 200);
  EXPECT_EQ(Send({"GET", "/api/patients/1/"}, "infirmier").status, 404);
}

TEST_F(RestApiTest, AnAlertOutsideOnesRoomsIsNotFound) {
  const AlertEvent event = alerts_->Create(
      {.device_id = 1, .patient_id = 1, .title = "T", .message = "M", .trigger_reading_id = {}}, SystemNow());
  const std::string target = "/api/iot/alertes/" + std::to_string(event.alert.id) + "/acknowledge/";
  EXPECT_EQ(Send({"POST", target}, "infirmier").status, 404);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/alertes/"}, "infirmier")), 0);
  EXPECT_TRUE(published_alerts_.empty());
  EXPECT_EQ(Send({"POST", target}, "medecin").status, 200);
  ASSERT_EQ(published_alerts_.size(), 1u);
  EXPECT_EQ(published_alerts_[0].change, AlertChange::kAcknowledged);
  EXPECT_EQ(Send({"POST", target}, "medecin").status, 400);
  EXPECT_EQ(published_alerts_.size(), 1u);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/alertes/?acquittee=true"}, "medecin")), 1);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/alertes/active/"}, "medecin")), 0);
}

TEST_F(RestApiTest, TakesFormsAsDjangoDoes) {
  const http::Response created =
      Send({"POST",
            "/api/iot/dispositifs/",
            "nom=Capteur+%C3%A9&type_dispositif=capteur_oxygene&adresse_mac=02%3A00%3a00:00:00:01&patient=2&adresse_ip="
            "&niveau_batterie=&status=",
            {{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"}}});
  EXPECT_EQ(created.status, 201) << created.BodyView();
  EXPECT_EQ(FieldOf(created, "nom"), "\"Capteur é\"");
  EXPECT_EQ(FieldOf(created, "adresse_ip"), "null");
  EXPECT_EQ(FieldOf(created, "status"), "\"inactif\"");
  const http::Response login = SendAnonymous(
      {"POST", "/api/token/", "username=demo&password=demo", {{"Content-Type", "application/x-www-form-urlencoded"}}});
  EXPECT_EQ(login.status, 200);
}

TEST_F(RestApiTest, PagesKeepTheQueryAndKnowTheLast) {
  const http::Response last = Send({"GET", "/api/iot/dispositifs/?page=last&type_dispositif=capteur_cardiaque&x=a+b"});
  EXPECT_EQ(FieldOf(last, "next"), "null");
  EXPECT_EQ(FieldOf(last, "previous"),
            R"("http://127.0.0.1:21280/api/iot/dispositifs/?page=4&type_dispositif=capteur_cardiaque&x=a+b")");
  EXPECT_EQ(Send({"GET", "/api/iot/alertes/?page=last"}).status, 200);
}

TEST_F(RestApiTest, RedirectsKeepTheQuery) {
  const http::Response response = SendAnonymous({"POST", "/api/iot/donnees?x=%20&y=1", "{}"});
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(HeaderOf(response, "Location"), "/api/iot/donnees/?x=%20&y=1");
}

TEST_F(RestApiTest, AListShowsEveryCommittedRowAtOnce) {
  for (int i = 1; i <= 50; ++i) {
    const CreatedReading created = StorePulse(1 + i % 3, 60 + i);
    for (int again = 0; again < 2; ++again) {
      const http::Response list = Send({"GET", "/api/iot/donnees/"});
      EXPECT_EQ(CountOf(list), i);
      EXPECT_NE(list.BodyView().find("\"results\":[{\"id\":" + std::to_string(created.id) + ","), std::string::npos);
    }
  }
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/donnees/"}, "infirmier")), 0);
}

TEST_F(RestApiTest, AnswersOneListForEachHost) {
  http::Request request = MakeRequest({"GET", "/api/iot/donnees/?page=1"}, "Bearer " + TokenOf("demo"));
  for (int i = 0; i < 21; ++i) StorePulse(1, 70);
  EXPECT_NE(api_->Handle(request).BodyView().find("http://127.0.0.1:21280/"), std::string::npos);
  request.host = "localhost:80";
  EXPECT_NE(api_->Handle(request).BodyView().find("http://localhost:80/"), std::string::npos);
}

TEST_F(RestApiTest, RefusesOtherHosts) {
  http::Request request = MakeRequest({"GET", "/api/iot/donnees/"}, "Bearer " + TokenOf("demo"));
  request.host = "evil.example";
  EXPECT_EQ(api_->Handle(request).status, 400);
  request.path = "/health/live";
  EXPECT_EQ(api_->Handle(request).status, 200);
}

TEST_F(RestApiTest, AnExpiredTokenIsRefused) {
  const http::Request request = MakeRequest({"GET", "/api/iot/"}, "Bearer " + TokenOf("demo"));
  EXPECT_EQ(api_->Handle(request).status, 200);
  now_offset_ = 301 * kMicrosPerSecond;
  const http::Response refused = api_->Handle(request);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(FieldOf(refused, "messages"),
            R"([{"token_class":"AccessToken","token_type":"access","message":"Token is invalid or expired"}])");
}

TEST_F(RestApiTest, ADeactivatedUserIsOutAtOnce) {
  const http::Request request = MakeRequest({"GET", "/api/iot/"}, "Bearer " + TokenOf("medecin"));
  const std::int64_t id = users_->FindByName("medecin")->id;
  const std::string refresh = tokens_.IssueLogin(id, SystemNow()).refresh;
  EXPECT_EQ(api_->Handle(request).status, 200);
  users_->SetActive(id, false);
  EXPECT_EQ(api_->Handle(request).status, 401);
  const http::Response refused = SendAnonymous({"POST", "/api/token/refresh/", R"({"refresh":")" + refresh + "\"}"});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.BodyView(), R"({"detail":"No active account found for the given token."})");
}

TEST_F(RestApiTest, ATokenOfAnUnknownUserIsRefused) {
  const std::string token = tokens_.IssueLogin(999, SystemNow()).access;
  const http::Response refused = api_->Handle(MakeRequest({"GET", "/api/iot/"}, "Bearer " + token));
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.BodyView(), R"({"detail":"User not found","code":"user_not_found"})");
}

TEST_F(RestApiTest, TellsOfAChangedStatus) {
  EXPECT_EQ(Send({"PATCH", "/api/iot/dispositifs/1/", R"({"nom":"autre"})"}, "technicien").status, 200);
  EXPECT_TRUE(published_statuses_.empty());
  EXPECT_EQ(Send({"PATCH", "/api/iot/dispositifs/1/", R"({"status":"maintenance","niveau_batterie":40})"}, "technicien")
                .status,
            200);
  ASSERT_EQ(published_statuses_.size(), 1u);
  EXPECT_EQ(published_statuses_[0].status, "maintenance");
  EXPECT_EQ(published_statuses_[0].battery_percent, 40);
  EXPECT_EQ(published_statuses_[0].patient->identifier, "patient1");
  EXPECT_EQ(published_statuses_[0].patient->room, "salle1");
}

TEST_F(RestApiTest, AnEmptyValueClearsWhatMayBeNull) {
  ASSERT_EQ(Send({"PATCH", "/api/iot/dispositifs/1/", R"({"adresse_ip":"10.0.0.1","niveau_batterie":5})"}).status, 200);
  const http::Response cleared =
      Send({"PATCH", "/api/iot/dispositifs/1/", R"({"adresse_ip":null,"niveau_batterie":null,"version_firmware":""})"});
  EXPECT_EQ(FieldOf(cleared, "adresse_ip"), "null");
  EXPECT_EQ(FieldOf(cleared, "niveau_batterie"), "null");
  EXPECT_EQ(FieldOf(cleared, "version_firmware"), "\"\"");
}

TEST_F(RestApiTest, TheIntervalOfADeviceIsSetAndLearntAgain) {
  const std::string device = "/api/iot/dispositifs/1/";
  EXPECT_EQ(FieldOf(Send({"GET", device}), "intervalle_attendu"), "null");
  EXPECT_EQ(FieldOf(Send({"PATCH", device, R"({"intervalle_attendu":60})"}, "technicien"), "intervalle_attendu"), "60");
  EXPECT_EQ(FieldOf(Send({"PATCH", device, R"({"nom":"autre"})"}), "intervalle_attendu"), "60");
  for (const char* bad : {"0", "86401", "-1", "1.5", "\"x\""}) {
    const http::Response refused = Send({"PATCH", device, R"({"intervalle_attendu":)" + std::string(bad) + "}"});
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_NE(FieldOf(refused, "intervalle_attendu"), "");
  }
  EXPECT_EQ(FieldOf(Send({"GET", device}), "intervalle_attendu"), "60");
  EXPECT_EQ(FieldOf(Send({"PATCH", device, R"({"intervalle_attendu":null})"}), "intervalle_attendu"), "null");
  const http::Response created =
      Send({"POST", "/api/iot/dispositifs/",
            R"({"adresse_mac":"AA:BB:CC:11:22:33","nom":"N","type_dispositif":"capteur_cardiaque","patient":1,)"
            R"("intervalle_attendu":86400})"});
  EXPECT_EQ(FieldOf(created, "intervalle_attendu"), "86400");
}

TEST_F(RestApiTest, AlertsAreListedByTheirNature) {
  AlertRequest silence;
  silence.input = {AlarmInputKind::kCondition, AlertLevel::kCritical};
  silence.at = SystemNow();
  silence.patient = std::make_shared<PatientRef>(PatientRef{1, "patient1", "salle1"});
  silence.device_id = 1;
  silence.condition = "silence";
  ASSERT_EQ(alerts_->Apply({silence}, 1, SystemNow()).size(), 1u);
  ASSERT_EQ(Send({"POST", "/api/iot/alertes/",
                  R"({"niveau":"critical","titre":"T","message":"M","dispositif":1,"patient":1})"})
                .status,
            201);
  const http::Response technical = Send({"GET", "/api/iot/alertes/?nature=technique"}, "medecin");
  EXPECT_EQ(CountOf(technical), 1);
  EXPECT_NE(technical.BodyView().find(R"("nature":"technique")"), std::string::npos);
  const http::Response other = Send({"GET", "/api/iot/alertes/active/?nature=physiologique"}, "medecin");
  EXPECT_EQ(CountOf(other), 1);
  EXPECT_NE(other.BodyView().find(R"("nature":"physiologique")"), std::string::npos);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/alertes/"})), 2);
  EXPECT_EQ(Send({"GET", "/api/iot/alertes/?nature=autre"}).status, 400);
}

TEST_F(RestApiTest, ADeletedDevicesMacIsFree) {
  ASSERT_EQ(Send({"POST", "/api/iot/dispositifs/", kNewDevice}).status, 201);
  EXPECT_EQ(Send({"POST", "/api/iot/dispositifs/", kNewDevice}).status, 400);
  const http::Response deleted = Send({"DELETE", "/api/iot/dispositifs/101/"});
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.BodyView(), "");
  EXPECT_EQ(HeaderOf(deleted, "Content-Type"), "");
  EXPECT_EQ(Send({"GET", "/api/iot/dispositifs/101/"}).status, 404);
  EXPECT_EQ(Send({"POST", "/api/iot/dispositifs/", kNewDevice}).status, 201);
}

TEST_F(RestApiTest, KeepsWhatAReadingBringsWithIt) {
  const http::Response created =
      Send({"POST", "/api/iot/donnees/",
            R"({"dispositif":"2","type_donnee":"poids","valeur":"71.5","unite":"kg","qualite_donnee":80,)"
            R"("metadata":{"source": "balance é", "n": [1, 2.0]}})"});
  ASSERT_EQ(created.status, 201) << created.BodyView();
  EXPECT_EQ(FieldOf(created, "metadata"), R"({"source":"balance é","n":[1,2.0]})");
  const http::Response list = Send({"GET", "/api/iot/donnees/?dispositif=2"});
  EXPECT_EQ(FieldOf(list, "results"), "[" + std::string(created.BodyView()) + "]");
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/donnees/?type_donnee=poids"})), 1);
  EXPECT_EQ(CountOf(Send({"GET", "/api/iot/donnees/?type_donnee=taille"})), 0);
}

TEST_F(RestApiTest, AReadingThatIngestDoesNotCommitIsUnavailable) {
  RestDependencies app = Dependencies();
  app.create_reading = [](const NewReading&, std::chrono::milliseconds) { return std::nullopt; };
  api_ = std::make_unique<RestApi>(std::move(app), RestOptions{});
  const http::Response refused =
      Send({"POST", "/api/iot/donnees/", R"({"dispositif":1,"type_donnee":"heart_rate","valeur":71,"unite":"bpm"})"});
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(HeaderOf(refused, "Retry-After"), "1");
}

TEST_F(RestApiTest, OptionsTellsTheFields) {
  const http::Response told = Send({"OPTIONS", "/api/iot/dispositifs/"});
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(FieldOf(told, "name"), "\"Dispositifs\"");
  EXPECT_NE(told.BodyView().find(
                R"("nom":{"type":"string","required":true,"read_only":false,"label":"Nom","max_length":100})"),
            std::string::npos);
  EXPECT_EQ(SendAnonymous({"OPTIONS", "/api/token/"}).status, 200);
}

TEST_F(RestApiTest, HeadIsAnsweredAsGet) {
  const http::Response get = Send({"GET", "/api/iot/dispositifs/1/"});
  const http::Response head = Send({"HEAD", "/api/iot/dispositifs/1/"});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.BodyView(), get.BodyView());
}

TEST_F(RestApiTest, AnotherOriginIsNotAllowed) {
  const http::Response answer = Send({"GET", "/api/iot/", "", {{"Origin", "http://evil.example"}}});
  EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "");
  const http::Response preflight = SendAnonymous(
      {"OPTIONS", "/api/iot/", "", {{"Origin", "http://evil.example"}, {"Access-Control-Request-Method", "GET"}}});
  EXPECT_EQ(preflight.status, 200);
  EXPECT_EQ(HeaderOf(preflight, "Access-Control-Allow-Methods"), "");
}

TEST_F(RestApiTest, HealthAndMetricsNeedNoToken) {
  EXPECT_EQ(SendAnonymous({"GET", "/health/live"}).BodyView(), R"({"status":"ok"})");
  EXPECT_EQ(SendAnonymous({"GET", "/health/ready"}).status, 200);
  metrics_.Register([](std::string& out) { out += "fajma_x 1\n"; });
  const http::Response metrics = SendAnonymous({"GET", "/metrics"});
  EXPECT_EQ(metrics.BodyView(), "fajma_x 1\n");
  EXPECT_EQ(HeaderOf(metrics, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(RestApiTest, AFaultOfTheProgramIsNotReady) {
  RestDependencies app = Dependencies();
  app.find_fault = [] { return std::string("the journal is full"); };
  api_ = std::make_unique<RestApi>(std::move(app), RestOptions{});
  const http::Response answer = SendAnonymous({"GET", "/health/ready"});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.BodyView(), R"({"status":"unavailable"})");
}

TEST_F(RestApiTest, TheDemoLoginIsToldOnlyWhereItIsWanted) {
  EXPECT_EQ(SendAnonymous({"GET", "/api/demo/"}).BodyView(), R"({"username":"demo","password":"demo"})");
  Restart({});
  EXPECT_EQ(SendAnonymous({"GET", "/api/demo/"}).status, 404);
}

TEST_F(RestApiTest, ACachedListIsFast) {
  for (int i = 0; i < 40; ++i) StorePulse(1, 70);
  const http::Request request = MakeRequest({"GET", "/api/iot/donnees/"}, "Bearer " + TokenOf("demo"));
  constexpr int kRequests = 2000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRequests; ++i) ASSERT_EQ(api_->Handle(request).status, 200);
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  std::printf("cached list: %.1f us\n", took.count() / kRequests);
}

TEST_F(RestApiTest, ThePageOfTheSchemaTakesNothingFromElsewhere) {
  const http::Response response = SendAnonymous({"GET", "/api/docs/"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_TRUE(HeaderOf(response, "Content-Security-Policy").starts_with("default-src 'self'"));
  EXPECT_EQ(response.BodyView().find("//"), std::string_view::npos);
}

TEST_F(RestApiTest, TheSchemaIsShownToEverybody) {
  const http::Response response = SendAnonymous({"GET", "/api/schema/"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "application/vnd.oai.openapi");
  EXPECT_TRUE(response.BodyView().starts_with("openapi: 3.1"));
  EXPECT_NE(response.BodyView().find("  /api/iot/donnees/statistics/:"), std::string_view::npos);
}

}  // namespace
}  // namespace fajma::rest
