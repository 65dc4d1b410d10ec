// Every route, method and role, asked for real, against tests/data/roles.txt.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "api/rest/routes.h"
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

using Roles = std::set<std::string>;
constexpr char kPublicWord[] = "public";

// User of the fixture → role.
const std::map<std::string, std::string> kUsers = {{"demo", "administrateur"},
                                                   {"medecin", "medecin"},
                                                   {"infirmier", "infirmier"},
                                                   {"technicien", "technicien"},
                                                   {"integrateur", "integrateur"}};
const std::vector<std::string> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

// "METHOD pattern" → roles.
std::map<std::string, Roles> ReadTable() {
  std::ifstream file(FAJMA_ROLES_FILE);
  std::map<std::string, Roles> table;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t colon = line.find(": ");
    std::istringstream words(line.substr(colon + 2));
    Roles& roles = table[line.substr(0, colon)];
    for (std::string role; words >> role;) roles.insert(role);
  }
  return table;
}

std::string TargetOf(std::string pattern, const std::string& id) {
  for (const std::string place : {"{id}", "{sub_id}"}) {
    if (const std::size_t at = pattern.find(place); at != std::string::npos) pattern.replace(at, place.size(), id);
  }
  return pattern;
}

class RoleTable : public RestFixture {
 protected:
  std::set<std::string> Patterns() const {
    std::set<std::string> patterns;
    for (const Route& route : Routes()) patterns.emplace(route.pattern);
    return patterns;
  }
  // What a method of a pattern is open to; empty: there is no such method.
  Roles Expected(const std::string& method, const std::string& pattern) const {
    const auto found = table_.find((method == "HEAD" ? "GET" : method) + " " + pattern);
    return found == table_.end() ? Roles() : found->second;
  }
  bool IsPublic(const std::string& pattern) const {
    for (const auto& [route, roles] : table_) {
      if (route.substr(route.find(' ') + 1) == pattern && roles.contains(kPublicWord)) return true;
    }
    return false;
  }
  int StatusOf(const std::string& method, const std::string& target, const std::string& authorization) {
    ++cells_;
    return api_->Handle(MakeRequest({method, target}, authorization)).status;
  }

  // No body and an id that nobody has: what is let through ends as 200, 400 or 404.
  void CheckRole(const std::string& method, const std::string& pattern, const std::string& user) {
    const Roles roles = Expected(method, pattern);
    const int status = StatusOf(method, TargetOf(pattern, "999999"), "Bearer " + TokenOf(user));
    if (roles.empty()) {
      EXPECT_EQ(status, 405);
    } else if (roles.contains(kPublicWord) || roles.contains(kUsers.at(user))) {
      EXPECT_TRUE(status == 200 || status == 400 || status == 404) << status;
    } else {
      EXPECT_EQ(status, 403);
    }
  }
  void CheckRefused(const std::string& pattern, const std::vector<std::string>& authorizations) {
    for (const std::string& method : kMethods) {
      for (const std::string& authorization : authorizations) {
        SCOPED_TRACE(method + " " + pattern + " " + authorization.substr(0, 6));
        EXPECT_EQ(StatusOf(method, TargetOf(pattern, "1"), authorization), 401);
      }
    }
  }
  // Tokens of an administrateur that are good for nothing, each in its way.
  std::vector<std::string> UselessTokens() {
    const std::int64_t id = users_->FindByName("demo")->id;
    const auth::TokenPair ended = tokens_.IssueLogin(id, SystemNow());
    EXPECT_EQ(SendAnonymous({"POST", "/api/token/blacklist/", R"({"refresh":")" + ended.refresh + "\"}"}).status, 200);
    return {"",
            "Bearer " + tokens_.IssueLogin(id, SystemNow() - 301 * kMicrosPerSecond).access,
            "Bearer " + ended.access,
            "Bearer " + TokenOf("inactif"),
            "Bearer " + tokens_.IssueLogin(999, SystemNow()).access,
            "Bearer " + tokens_.IssueDevice(1, SystemNow()),
            "Bearer " + tokens_.IssueLogin(id, SystemNow()).refresh,
            "Token 0123456789012345678901234567890123456789"};
  }

  const std::map<std::string, Roles> table_ = ReadTable();
  int cells_ = 0;
};

TEST_F(RoleTable, NamesEveryRouteAndNoOther) {
  std::set<std::string> routes;
  for (const Route& route : Routes()) routes.insert(std::string(route.method) + " " + std::string(route.pattern));
  std::set<std::string> rows;
  for (const auto& [row, roles] : table_) rows.insert(row);
  EXPECT_EQ(routes, rows);
}

TEST_F(RoleTable, IsWhatEveryRouteDoesForEveryRole) {
  for (const std::string& pattern : Patterns()) {
    for (const std::string& method : kMethods) {
      for (const auto& [user, role] : kUsers) {
        SCOPED_TRACE(method + " " + pattern + " as " + role);
        CheckRole(method, pattern, user);
      }
    }
  }
  std::printf("%d cells of roles checked\n", cells_);
  EXPECT_GE(cells_, 600);
}

TEST_F(RoleTable, LetsNobodyInWithoutAGoodToken) {
  const std::vector<std::string> useless = UselessTokens();
  for (const std::string& pattern : Patterns()) {
    if (!IsPublic(pattern)) CheckRefused(pattern, useless);
  }
  std::printf("%d cells without a good token checked\n", cells_);
  EXPECT_GE(cells_, 800);
}

TEST_F(RoleTable, HidesTheObjectsOfOtherRooms) {
  const auto alert_of = [&](std::int64_t device_id, std::int64_t patient_id) {
    const AlertEvent event = alerts_->Create(
        {.device_id = device_id, .patient_id = patient_id, .title = "T", .message = "M", .trigger_reading_id = {}},
        SystemNow());
    return std::to_string(event.alert.id);
  };
  const auto room = [&](const char* name) { return std::to_string(RoomStore(*database_).FindByName(name)->id); };
  const auto reading = [&](std::int64_t device_id) {
    return std::to_string(Store({device_id, "heart_rate", "bpm", 70, 100, "{}"}).id);
  };
  const auto threshold = [&](std::int64_t patient_id) {
    Threshold wanted;
    wanted.patient_id = patient_id;
    wanted.measure = MeasureId::kHeartRate;
    wanted.bounds = {50, 110};
    ThresholdStore(*database_).Create(wanted);
    ThresholdFilter of_patient;
    of_patient.patient_id = patient_id;
    const auto found = ThresholdStore(*database_).List(of_patient, {});
    return std::to_string(found.rows.at(0).id);
  };
  using Pair = std::pair<std::string, std::string>;
  // An object of salle1, where medecin is, and one of salle2, where infirmier is; new ones for those that are deleted.
  const std::map<std::string, std::function<Pair()>> objects = {
      {"/api/iot/dispositifs/", [] { return Pair("1", "5"); }},
      {"/api/iot/donnees/", [&] { return Pair(reading(1), reading(5)); }},
      {"/api/iot/alertes/", [&] { return Pair(alert_of(1, 1), alert_of(5, 5)); }},
      {"/api/iot/seuils/", [&] { return Pair(threshold(1), threshold(5)); }},
      {"/api/patients/", [] { return Pair("1", "5"); }},
      {"/api/salles/", [&] { return Pair(room("salle1"), room("salle2")); }}};
  for (const auto& [row, roles] : table_) {
    const std::string method = row.substr(0, row.find(' '));
    const std::string pattern = row.substr(row.find(' ') + 1);
    if (pattern.find("{id}") == std::string::npos || (!roles.contains("medecin") && !roles.contains("infirmier"))) {
      continue;
    }
    SCOPED_TRACE(row);
    const auto [one, two] = objects.at(pattern.substr(0, pattern.find('{')))();
    for (const auto& [user, own, other] : {std::tuple("medecin", one, two), std::tuple("infirmier", two, one)}) {
      if (!roles.contains(user)) continue;
      EXPECT_EQ(StatusOf(method, TargetOf(pattern, other), "Bearer " + TokenOf(user)), 404);
      const int status = StatusOf(method, TargetOf(pattern, own), "Bearer " + TokenOf(user));
      EXPECT_TRUE(status == 200 || status == 204 || (method != "GET" && status == 400)) << status;
    }
  }
  std::printf("%d cells of other rooms checked\n", cells_);
  EXPECT_GE(cells_, 20);
}

}  // namespace
}  // namespace fajma::rest
