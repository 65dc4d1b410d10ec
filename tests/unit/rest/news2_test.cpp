// The NEWS2 score of a patient, and thresholds with a trend.
#include "core/alerts/news2.h"
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

constexpr char kScore[] = "/api/patients/1/news2/";
constexpr char kThresholds[] = "/api/iot/seuils/";

class News2Route : public RestFixture {};

TEST_F(News2Route, IsEmptyWhenNothingIsKnown) {
  const http::Response answer = Send({"GET", kScore});
  ASSERT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.BodyView().starts_with(
      R"({"score":0,"parametres_connus":0,"parametres":7,"partiel":true,"detail":[],"calcule_le":)"))
      << answer.BodyView();
}

TEST_F(News2Route, CountsTheNewestValuesInTheOrderOfTheChart) {
  Store({1, "heart_rate", "bpm", 80, 100, "{}"});
  Store({1, "heart_rate", "bpm", 120, 100, "{}"});
  Store({1, "respiratory_rate", "/min", 22, 100, "{}"});
  Store({1, "glucose", "mg/dL", 40, 100, "{}"});
  const http::Response answer = Send({"GET", kScore}, "infirmier");
  EXPECT_EQ(answer.status, 404) << "of another room";
  const http::Response own = Send({"GET", kScore}, "medecin");
  EXPECT_EQ(FieldOf(own, "score"), "4");
  EXPECT_EQ(FieldOf(own, "parametres_connus"), "2");
  const std::string detail = FieldOf(own, "detail");
  EXPECT_TRUE(
      detail.starts_with(R"([{"type_donnee":"respiratory_rate","valeur":22.0,"unite":"/min","points":2,"mesure_le":)"))
      << detail;
  EXPECT_NE(detail.find(R"("type_donnee":"heart_rate","valeur":120.0,"unite":"bpm","points":2)"), std::string::npos);
  EXPECT_EQ(detail.find("glucose"), std::string::npos);
}

TEST_F(News2Route, DropsValuesThatAreTooOld) {
  Store({1, "heart_rate", "bpm", 120, 100, "{}"});
  EXPECT_EQ(FieldOf(Send({"GET", kScore}), "score"), "2");
  now_offset_ = kNews2MaxAge;
  EXPECT_EQ(FieldOf(Send({"GET", kScore}), "parametres_connus"), "0");
}

TEST_F(News2Route, OfNobodyIsNotFound) { EXPECT_EQ(Send({"GET", "/api/patients/999/news2/"}).status, 404); }

class TrendThreshold : public RestFixture {
 protected:
  http::Response Create(const std::string& trend) {
    return Send({"POST", kThresholds,
                 R"({"patient":1,"type_donnee":"heart_rate","niveau":"warning","seuil_bas":45,"seuil_haut":null)" +
                     trend + "}"});
  }
};

TEST_F(TrendThreshold, IsSetChangedAndKeptInItsHistory) {
  const http::Response created = Create(R"(,"variation":30,"variation_minutes":10)");
  ASSERT_EQ(created.status, 201) << created.BodyView();
  EXPECT_EQ(FieldOf(created, "variation"), "30.0");
  EXPECT_EQ(FieldOf(created, "variation_minutes"), "10");
  const std::string path = kThresholds + FieldOf(created, "id") + "/";
  EXPECT_EQ(Send({"GET", path}).BodyView(), created.BodyView());
  const http::Response changed = Send({"PATCH", path, R"({"variation":20.5})"});
  EXPECT_EQ(FieldOf(changed, "variation"), "20.5");
  EXPECT_EQ(FieldOf(changed, "variation_minutes"), "10") << "what is not sent stays";
  const http::Response off = Send({"PATCH", path, R"({"variation":null,"variation_minutes":null})"});
  EXPECT_EQ(FieldOf(off, "variation"), "null");
  const std::string history(Send({"GET", path + "historique/"}).BodyView());
  EXPECT_NE(history.find(R"("variation":30.0,"variation_minutes":10,)"), std::string::npos) << history;
  EXPECT_NE(history.find(R"("variation":20.5,"variation_minutes":10,)"), std::string::npos);
  EXPECT_NE(history.find(R"("variation":null,"variation_minutes":null,)"), std::string::npos);
}

TEST_F(TrendThreshold, IsOffUnlessItIsSet) {
  const http::Response created = Create("");
  EXPECT_EQ(FieldOf(created, "variation"), "null");
  EXPECT_EQ(FieldOf(created, "variation_minutes"), "null");
}

TEST_F(TrendThreshold, TakesBothOrNone) {
  EXPECT_EQ(Create(R"(,"variation":30)").BodyView(),
            R"({"variation_minutes":["Avec variation, une durée est requise."]})");
  EXPECT_EQ(Create(R"(,"variation_minutes":30)").BodyView(),
            R"({"variation":["Avec variation_minutes, une valeur supérieure à 0 et d'au plus 280 bpm est requise."]})");
  const http::Response created = Create(R"(,"variation":30,"variation_minutes":10)");
  EXPECT_EQ(Send({"PATCH", kThresholds + FieldOf(created, "id") + "/", R"({"variation":null})"}).status, 400);
}

TEST_F(TrendThreshold, RefusesWhatIsOutOfRange) {
  for (const char* bad : {R"("variation":0,"variation_minutes":10)", R"("variation":-1,"variation_minutes":10)",
                          R"("variation":281,"variation_minutes":10)", R"("variation":30,"variation_minutes":0)",
                          R"("variation":30,"variation_minutes":1441)", R"("variation":30,"variation_minutes":1.5)"}) {
    EXPECT_EQ(Create("," + std::string(bad)).status, 400) << bad;
  }
  EXPECT_EQ(Create(R"(,"variation":280,"variation_minutes":1440)").status, 201);
}

}  // namespace
}  // namespace fajma::rest
