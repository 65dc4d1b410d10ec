// What a client has already is not sent again.
#include "api/rest/etag.h"

#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

TEST(TagOf, DiffersWithEachThingThatChangesAnAnswer) {
  const Stamp stamp{5, 7, 9};
  const std::string tag = TagOf("key", stamp, 1);
  EXPECT_EQ(tag.substr(0, 3), "W/\"");
  EXPECT_EQ(tag, TagOf("key", stamp, 1));
  for (const std::string& other : {TagOf("kez", stamp, 1), TagOf("key", {6, 7, 9}, 1), TagOf("key", {5, 8, 9}, 1),
                                   TagOf("key", {5, 7, 10}, 1), TagOf("key", {7, 5, 9}, 1), TagOf("key", stamp, 2)}) {
    EXPECT_NE(tag, other);
  }
}

TEST(MatchesTag, ComparesWeaklyAndKnowsLists) {
  for (const char* good : {"*", "W/\"a1\"", "\"a1\"", "\"x\", W/\"a1\"", "\"a1\",\"y\""}) {
    EXPECT_TRUE(MatchesTag(good, "W/\"a1\"")) << good;
    EXPECT_TRUE(MatchesTag(good, "\"a1\"")) << good;
  }
  for (const char* bad : {"", "a1", "\"a\"", "\"a12\"", "W/\"xa1\"", "\"*\""}) {
    EXPECT_FALSE(MatchesTag(bad, "W/\"a1\"")) << bad;
  }
}

class ListTagTest : public RestFixture {
 protected:
  static constexpr char kReadings[] = "/api/iot/donnees/";
  void StorePulse(double value) { Store({1, "heart_rate", "bpm", value, 100, "{}"}); }
  http::Response SendKnowing(const std::string& tag, const std::string& target = kReadings,
                             const std::string& user = "demo", const std::string& method = "GET") {
    return Send({method, target, "", {{"If-None-Match", tag}}}, user);
  }
};

TEST_F(ListTagTest, AnUnchangedListIsNotSentAgain) {
  StorePulse(70);
  const http::Response first = Send({"GET", kReadings});
  const std::string tag = HeaderOf(first, "ETag");
  ASSERT_FALSE(tag.empty());
  for (const char* method : {"GET", "HEAD"}) {
    const http::Response again = SendKnowing(tag, kReadings, "demo", method);
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.BodyView(), "");
    EXPECT_EQ(HeaderOf(again, "ETag"), tag);
    EXPECT_EQ(HeaderOf(again, "Cache-Control"), "no-store");
    EXPECT_EQ(HeaderOf(again, "Vary"), "Accept, Origin");
    EXPECT_EQ(HeaderOf(again, "Content-Type"), "");
    EXPECT_EQ(HeaderOf(again, "Allow"), "");
  }
}

TEST_F(ListTagTest, EachCommitAndEachChangeOfTheDirectoryMakesANewTag) {
  StorePulse(70);
  const std::string tag = HeaderOf(Send({"GET", kReadings}), "ETag");
  StorePulse(71);
  const http::Response after_commit = SendKnowing(tag);
  EXPECT_EQ(after_commit.status, 200);
  const std::string newer = HeaderOf(after_commit, "ETag");
  EXPECT_NE(newer, tag);
  database_->BumpDirectoryGeneration();
  EXPECT_EQ(SendKnowing(newer).status, 200);
}

TEST_F(ListTagTest, AContactWithoutAReadingMakesANewTagOfTheDevices) {
  constexpr char kDevices[] = "/api/iot/dispositifs/?status=erreur";
  const std::string tag = HeaderOf(Send({"GET", kDevices}), "ETag");
  ASSERT_EQ(SendKnowing(tag, kDevices).status, 304);
  {
    auto transaction = ingest_->Begin();
    DeviceState* device = transaction.FindDeviceById(100);
    ASSERT_NE(device, nullptr);
    device->status = "erreur";
    device->row_changed = true;
    EXPECT_EQ(transaction.Commit(SystemNow()), 0);
  }
  const http::Response after = SendKnowing(tag, kDevices);
  EXPECT_EQ(after.status, 200);
  EXPECT_NE(after.BodyView().find(R"("status":"erreur")"), std::string_view::npos);
}

TEST_F(ListTagTest, ATagIsOfOneListAndOneScope) {
  StorePulse(70);
  const std::string tag = HeaderOf(Send({"GET", kReadings}), "ETag");
  EXPECT_EQ(SendKnowing(tag, "/api/iot/donnees/?patient=1").status, 200);
  EXPECT_EQ(SendKnowing(tag, kReadings, "medecin").status, 200);
  EXPECT_EQ(SendKnowing(tag, kReadings, "infirmier").status, 200);
  EXPECT_EQ(SendKnowing(tag, kReadings, "technicien").status, 403);
}

TEST_F(ListTagTest, WhatWasReadForAnOlderRoomIsNotKeptForTheNewOne) {
  StorePulse(70);  // of patient 1, in salle1
  RestDependencies app = Dependencies();
  int calls = 0;
  app.now = [&] {
    if (++calls == 3) {  // once the caller is known: the limit of the user's rate
      PatientPatch patch;
      patch.room = "salle2";
      patients_->Update(1, patch);
    }
    return SystemNow();
  };
  api_ = std::make_unique<RestApi>(std::move(app), RestOptions{.requests_per_second = 1000});
  Send({"GET", kReadings}, "medecin");
  ASSERT_GE(calls, 3);
  EXPECT_EQ(Send({"GET", kReadings}, "medecin").BodyView(), R"({"count":0,"next":null,"previous":null,"results":[]})");
}

TEST_F(ListTagTest, ATagOfAnotherRunOfTheProgramIsUnknown) {
  StorePulse(70);
  const std::string tag = HeaderOf(Send({"GET", kReadings}), "ETag");
  Restart({});
  EXPECT_EQ(SendKnowing(tag).status, 200);
}

TEST_F(ListTagTest, WhatIsNotAnAnswerHasNoTag) {
  for (const char* target : {"/api/iot/donnees/?page=99", "/api/iot/donnees/?patient=x"}) {
    const http::Response refused = SendKnowing("*", target);
    EXPECT_GE(refused.status, 400);
    EXPECT_EQ(HeaderOf(refused, "ETag"), "");
  }
}

}  // namespace
}  // namespace fajma::rest
