// Statistics, single readings and alerts, pages by cursor, thresholds, sessions, the journal of accesses.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/store/session_store.h"
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

constexpr Micros kHour = 60 * kMicrosPerMinute;

class DataRoutes : public RestFixture {
 protected:
  CreatedReading StorePulse(std::int64_t device_id, double value) {
    return Store({device_id, "heart_rate", "bpm", value, 100, "{}"});
  }
  static json::Document Parsed(const http::Response& response) {
    return json::Document::Parse(response.BodyView()).value();
  }
  // The ids of a list's rows, and its next link without the host.
  static std::vector<std::int64_t> IdsOf(const http::Response& response) {
    const json::Document document = Parsed(response);
    std::vector<std::int64_t> ids;
    const auto rows = document.root().Find("results");
    for (const json::Member row : *rows) ids.push_back(row.value.Find("id")->AsInt64());
    return ids;
  }
  static std::string LinkOf(const http::Response& response, std::string_view name) {
    const json::Document document = Parsed(response);
    const auto link = document.root().Find(name);
    if (!link || !link->IsString()) return "";
    return std::string(link->AsString().substr(std::string("http://").size() + std::string(kHost).size()));
  }
  static std::string PathOf(const std::string& list, std::int64_t id) { return list + std::to_string(id) + "/"; }
};

TEST_F(DataRoutes, StatisticsFollowTheWindowAndTheRoom) {
  StorePulse(1, 60);
  StorePulse(1, 80);
  StorePulse(4, 100);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/statistics/"}), "total"), "3");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/statistics/"}, "medecin"), "total"), "2");
  const http::Response one = Send({"GET", "/api/iot/donnees/statistics/?patient=1&type_donnee=heart_rate&hours=1"});
  EXPECT_NE(one.BodyView().find(R"("nombre":2,"moyenne":70.0,"minimum":60.0,"maximum":80.0,"derniere":")"),
            std::string::npos)
      << one.BodyView();
  now_offset_ = 2 * kHour;
  EXPECT_EQ(Send({"GET", "/api/iot/donnees/statistics/?hours=1"}).BodyView(),
            R"({"periode_heures":1,"total":0,"statistiques":[]})");
}

TEST_F(DataRoutes, ACursorBeyondAllNumbersIsNone) {
  EXPECT_EQ(Send({"GET", "/api/iot/donnees/?curseur=n9223372036854775807"}).status, 404);
  EXPECT_EQ(Send({"GET", "/api/iot/donnees/?curseur=a9223372036854775806"}).status, 200);
  EXPECT_EQ(Send({"GET", "/api/iot/donnees/?apres=9223372036854775807"}).status, 200);
}

TEST_F(DataRoutes, StatisticsComeInBuckets) {
  const CreatedReading first = StorePulse(1, 60);
  now_offset_ = 2 * kHour;
  StorePulse(1, 90);
  const http::Response response = Send({"GET", "/api/iot/donnees/statistics/?intervalle=1h"});
  EXPECT_EQ(FieldOf(response, "intervalle"), "\"1h\"");
  EXPECT_EQ(FieldOf(response, "total"), "2");
  const json::Document document = Parsed(response);
  const auto rows = document.root().Find("statistiques");
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(Compact(*(*rows->begin()).value.Find("debut")),
            "\"" + FormatIso(first.measured_at - first.measured_at % kHour) + "\"");
}

TEST_F(DataRoutes, AReadingIsShownChangedAndDeleted) {
  const CreatedReading created = StorePulse(1, 60);
  const std::string path = PathOf("/api/iot/donnees/", created.id);
  const std::string shown(Send({"GET", path}, "medecin").BodyView());
  EXPECT_NE(shown.find(R"("type_donnee":"heart_rate","valeur":60.0,"unite":"bpm","timestamp":")"), std::string::npos);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/"}), "count"), "1");

  const http::Response changed = Send({"PATCH", path, R"({"valeur":65.5,"metadata":{"note":"relue"}})"});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(FieldOf(changed, "valeur"), "65.5");
  EXPECT_EQ(FieldOf(changed, "metadata"), R"({"note":"relue"})");
  EXPECT_NE(Send({"GET", "/api/iot/donnees/"}).BodyView().find("65.5"), std::string::npos);
  const http::Response replaced =
      Send({"PUT", path, R"({"dispositif":2,"type_donnee":"glucose","valeur":90,"unite":"mg/dL"})"});
  EXPECT_EQ(FieldOf(replaced, "dispositif"), "2");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/?patient=1"}), "count"), "0");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/statistics/?patient=2&type_donnee=glucose"}), "total"), "1");

  EXPECT_EQ(Send({"DELETE", path}).status, 204);
  EXPECT_EQ(Send({"DELETE", path}).status, 404);
  EXPECT_EQ(Send({"GET", path}).status, 404);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/"}), "count"), "0");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/statistics/"}), "total"), "0");
  EXPECT_EQ(HeaderOf(Send({"GET", path}), "Allow"), "GET, PUT, PATCH, DELETE, HEAD, OPTIONS");
}

TEST_F(DataRoutes, AnAlertIsShownChangedAndDeleted) {
  const std::int64_t id =
      alerts_
          ->Create({.device_id = 1, .patient_id = 1, .title = "T", .message = "M", .trigger_reading_id = {}},
                   SystemNow())
          .alert.id;
  const std::string path = PathOf("/api/iot/alertes/", id);
  EXPECT_EQ(FieldOf(Send({"GET", path}, "medecin"), "titre"), "\"T\"");
  EXPECT_EQ(FieldOf(Send({"PATCH", path, R"({"titre":"Été"})"}), "titre"), "\"Été\"");
  EXPECT_TRUE(published_alerts_.empty());
  EXPECT_EQ(FieldOf(Send({"PATCH", path, R"({"niveau":"emergency"})"}), "niveau"), "\"emergency\"");
  ASSERT_EQ(published_alerts_.size(), 1U);
  EXPECT_EQ(published_alerts_[0].change, AlertChange::kEscalated);
  EXPECT_NE(Send({"GET", "/api/iot/alertes/critical/"}).BodyView().find("Été"), std::string::npos);
  const http::Response replaced =
      Send({"PUT", path,
            R"({"dispositif":2,"patient":2,"niveau":"info","titre":"U","message":"N","donnee_declencheur":null})"});
  EXPECT_EQ(FieldOf(replaced, "patient"), "2");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/alertes/?patient=2"}), "count"), "1");
  EXPECT_EQ(Send({"DELETE", path}).status, 204);
  ASSERT_EQ(published_alerts_.size(), 2U);
  EXPECT_EQ(published_alerts_[1].change, AlertChange::kResolved);
  EXPECT_EQ(Send({"DELETE", path}).status, 404);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/alertes/"}), "count"), "0");
}

TEST_F(DataRoutes, AnAlertOfAMeasureStaysWithItsPatient) {
  AlertRequest request;
  request.input = {AlarmInputKind::kCondition, AlertLevel::kWarning};
  request.at = SystemNow();
  request.patient = std::make_shared<const PatientRef>(PatientRef{1, "patient1", "salle1"});
  request.device_id = 1;
  request.condition = "heart_rate";
  const std::int64_t id = alerts_->Apply({request}, 1, SystemNow()).at(0).alert.id;
  const http::Response response = Send({"PATCH", PathOf("/api/iot/alertes/", id), R"({"patient":2,"dispositif":1})"});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.BodyView(), R"({"patient":["Une alerte déclenchée par une mesure ne change pas de patient."]})");
}

TEST_F(DataRoutes, CursorsWalkAListDownAndUpAgain) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 45; ++i) ids.push_back(StorePulse(1 + i % 3, 60 + i).id);
  std::reverse(ids.begin(), ids.end());
  std::vector<std::int64_t> down;
  std::string link = "/api/iot/donnees/?curseur=&limit=10";
  std::string last;
  for (int pages = 0; !link.empty() && pages < 10; ++pages) {
    const http::Response page = Send({"GET", link}, "medecin");
    ASSERT_EQ(page.status, 200) << link;
    const auto rows = IdsOf(page);
    down.insert(down.end(), rows.begin(), rows.end());
    last = link;
    link = LinkOf(page, "next");
    if (pages == 0) {
      EXPECT_EQ(LinkOf(page, "previous"), "");
    }
  }
  EXPECT_EQ(down, ids);
  const http::Response bottom = Send({"GET", last}, "medecin");
  const http::Response above = Send({"GET", LinkOf(bottom, "previous")}, "medecin");
  EXPECT_EQ(IdsOf(above), std::vector<std::int64_t>(ids.begin() + 30, ids.begin() + 40));
  EXPECT_EQ(IdsOf(Send({"GET", LinkOf(above, "next")}, "medecin")), IdsOf(bottom));
}

TEST_F(DataRoutes, AFeedGoesOnWhereItEnded) {
  for (int i = 0; i < 25; ++i) StorePulse(i % 2 == 0 ? 1 : 4, 60 + i);
  std::string link = "/api/iot/donnees/?apres=0&limit=5";
  std::vector<std::int64_t> ids;
  std::string end;
  for (int pages = 0; !link.empty() && pages < 10; ++pages) {
    const http::Response page = Send({"GET", link}, "medecin");
    const auto rows = IdsOf(page);
    ids.insert(ids.end(), rows.begin(), rows.end());
    EXPECT_NE(page.BodyView().find(R"(,"cursor":)"), std::string::npos);
    end = FieldOf(page, "curseur");
    link = LinkOf(page, "next");
  }
  EXPECT_EQ(ids.size(), 13U);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_TRUE(IdsOf(Send({"GET", "/api/iot/donnees/?apres=" + end}, "medecin")).empty());
  const std::int64_t next = StorePulse(1, 99).id;
  EXPECT_EQ(IdsOf(Send({"GET", "/api/iot/donnees/?apres=" + end}, "medecin")), std::vector<std::int64_t>{next});
}

TEST_F(DataRoutes, ThresholdsAreSetChangedAndDeleted) {
  const http::Response created =
      Send({"POST", "/api/iot/seuils/",
            R"({"patient":1,"type_donnee":"heart_rate","niveau":"warning","seuil_bas":45,"seuil_haut":null})"},
           "medecin");
  ASSERT_EQ(created.status, 201) << created.BodyView();
  EXPECT_EQ(FieldOf(created, "seuil_bas"), "45.0");
  EXPECT_EQ(FieldOf(created, "seuil_haut"), "null");
  const std::string path = "/api/iot/seuils/" + FieldOf(created, "id") + "/";
  EXPECT_EQ(Send({"GET", path}, "medecin").BodyView(), created.BodyView());
  EXPECT_EQ(Send({"GET", path}, "infirmier").status, 404);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/seuils/"}, "infirmier"), "count"), "0");
  EXPECT_EQ(FieldOf(Send({"PATCH", path, R"({"seuil_haut":120})"}, "medecin"), "seuil_haut"), "120.0");
  EXPECT_EQ(Send({"PUT", path, R"({"type_donnee":"heart_rate","niveau":"critical"})"}).status, 200);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/seuils/?patient=1&niveau=critical"}), "count"), "1");
  EXPECT_EQ(Send({"DELETE", path}, "medecin").status, 204);
  EXPECT_EQ(Send({"GET", path}).status, 404);
  EXPECT_EQ(Parsed(Send({"GET", path + "historique/"}, "medecin")).root().size(), 4U);
  EXPECT_EQ(Send({"GET", path + "historique/"}, "infirmier").status, 404);
}

TEST_F(DataRoutes, SessionsAreOnesOwnButForTheAdministrateur) {
  SessionStore sessions(*database_);
  for (const char* name : {"demo", "medecin"}) {
    SocketSession session;
    session.channel = name;
    session.user_id = users_->FindByName(name)->id;
    sessions.Open({session}, "test");
  }
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/sessions/"}), "count"), "2");
  const http::Response own = Send({"GET", "/api/iot/sessions/active/"}, "medecin");
  EXPECT_EQ(FieldOf(own, "count"), "1");
  EXPECT_NE(own.BodyView().find(R"("channel_name":"medecin","room_name":"","type_connexion":"")"), std::string::npos);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/sessions/"}, "infirmier"), "count"), "0");
}

TEST_F(DataRoutes, EachReadOfAPatientsDataIsInTheJournal) {
  AccessStore store(*database_);
  auth::AccessJournal journal(store, std::chrono::hours(1));
  RestDependencies app = Dependencies();
  app.access_journal = &journal;
  api_ = std::make_unique<RestApi>(std::move(app), RestOptions{});
  const std::int64_t id = StorePulse(2, 60).id;
  for (int i = 0; i < 3; ++i) Send({"GET", "/api/iot/donnees/?patient=1"}, "medecin");  // the last two are kept answers
  Send({"GET", "/api/iot/donnees/"}, "medecin");
  Send({"GET", "/api/iot/donnees/?dispositif=2"}, "medecin");
  Send({"GET", PathOf("/api/iot/donnees/", id)}, "medecin");
  Send({"GET", "/api/iot/dispositifs/2/latest-data/"}, "medecin");
  Send({"GET", "/api/iot/donnees/statistics/?patient=2"}, "medecin");
  Send({"GET", "/api/iot/alertes/active/"}, "medecin");
  Send({"GET", "/api/patients/1/"}, "medecin");
  Send({"GET", "/api/patients/4/"}, "medecin");         // 404: nothing was read
  Send({"GET", "/api/iot/dispositifs/2/"}, "medecin");  // a device is no patient's data
  const std::string user = std::to_string(users_->FindByName("medecin")->id);
  const auto count = [&](const std::string& query) {
    const json::Document document = Parsed(Send({"GET", "/api/iot/journal-acces/?utilisateur=" + user + "&" + query}));
    std::int64_t sum = 0;
    const auto rows = document.root().Find("results");
    for (const json::Member row : *rows) sum += row.value.Find("nombre")->AsInt64();
    return sum;
  };
  EXPECT_EQ(count("patient=1&route=/api/iot/donnees/"), 3);
  EXPECT_EQ(count("patient=0&route=/api/iot/donnees/"), 1);
  EXPECT_EQ(count("patient=2&route=/api/iot/donnees/"), 1);
  EXPECT_EQ(count("patient=2"), 4);
  EXPECT_EQ(count("route=/api/patients/%7Bid%7D/"), 1);
  EXPECT_EQ(count("route=/api/iot/alertes/active/"), 1);
  EXPECT_EQ(count(""), 10);
  EXPECT_EQ(count("jusqu_a=2020-01-01"), 0);
}

TEST_F(DataRoutes, ADeviceThatHasMovedShowsNothingOfAPatientOfAnotherRoom) {
  AccessStore store(*database_);
  auth::AccessJournal journal(store, std::chrono::hours(1));
  RestDependencies app = Dependencies();
  app.access_journal = &journal;
  api_ = std::make_unique<RestApi>(std::move(app), RestOptions{});
  StorePulse(4, 100);  // of patient 4, in salle2
  ASSERT_EQ(Send({"PATCH", "/api/iot/dispositifs/4/", R"({"patient":1})"}).status, 200);
  const auto latest = [this](const std::string& user) {
    return std::string(Send({"GET", "/api/iot/dispositifs/4/latest-data/"}, user).BodyView());
  };
  EXPECT_EQ(latest("medecin"), "[]");
  StorePulse(4, 60);
  EXPECT_EQ(latest("medecin").find(R"("valeur":100)"), std::string::npos);
  EXPECT_NE(latest("medecin").find(R"("valeur":60)"), std::string::npos);
  EXPECT_NE(latest("demo").find(R"("valeur":100)"), std::string::npos);
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/?dispositif=4"}, "medecin"), "count"), "1");
  EXPECT_EQ(FieldOf(Send({"GET", "/api/iot/donnees/statistics/?dispositif=4"}, "medecin"), "total"), "1");
  // The journal names a patient only where it was one.
  const auto reads_of = [&](const std::string& user, std::int64_t patient) {
    journal.Write();
    AccessFilter filter;
    filter.user_id = users_->FindByName(user)->id;
    filter.patient_id = patient;
    std::int64_t sum = 0;
    for (const Access& access : store.List(filter, {}).rows) sum += access.count;
    return sum;
  };
  EXPECT_EQ(reads_of("medecin", 1), 4);
  EXPECT_EQ(reads_of("demo", 1), 0);
  EXPECT_EQ(reads_of("demo", kAnyPatient), 1);
}

TEST_F(DataRoutes, TheJournalIsWrittenWhenItEnds) {
  AccessStore store(*database_);
  {
    auth::AccessJournal journal(store, std::chrono::hours(1));
    for (int i = 0; i < 1000; ++i) journal.Note(1, i % 7, "/a/", SystemNow());
    EXPECT_EQ(store.List({}, {}).count, 0);
  }
  std::int64_t sum = 0;
  for (const Access& access : store.List({}, {}).rows) sum += access.count;
  EXPECT_EQ(sum, 1000);
}

TEST_F(DataRoutes, TheJournalTellsOfWhatItCouldNotHold) {
  AccessStore store(*database_);
  auth::AccessJournal journal(store, std::chrono::hours(1));
  {
    const Lease writer = database_->Write();  // nothing can be written now
    for (int i = 0; i < 3000; ++i) journal.Note(1, i, "/a/", 60 * kMicrosPerSecond);
  }
  ASSERT_TRUE(journal.Write());
  const auto stored = static_cast<std::uint64_t>(store.List({}, {}).count);
  EXPECT_EQ(stored + journal.lost(), 3000U);
}

}  // namespace
}  // namespace fajma::rest
