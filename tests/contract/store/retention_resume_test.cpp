// Resuming from cursors while what they ask for is cut, and the cutting in the background.
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "core/retention/retention.h"
#include "core/store/chat_store.h"
#include "core/store/commit_log.h"
#include "tests/contract/store/retention_fixture.h"
#include "tests/support/raw_socket.h"

namespace fajma::test {
namespace {

// A client that comes and goes: all that it was sent, and the gaps that it was told.
struct Client {
  Cursor at = 0;
  std::set<Cursor> got;
  std::vector<std::pair<Cursor, Cursor>> gaps;

  bool WasTold(Cursor cursor) const {
    for (const auto& [from, to] : gaps) {
      if (cursor > from && cursor <= to) return true;
    }
    return false;
  }
};

class ResumeOverCuts : public RetentionContract {
 protected:
  enum Feed { kAll, kOfPatient, kOfPatients, kAlertEvents, kChat, kFeeds };

  // As a socket does: a page, then the edge.
  void Resume(Feed feed, Client& client, std::int64_t limit) {
    std::vector<Cursor> cursors;
    Cursor next = 0;
    const auto take = [&](const auto& page) {
      for (const auto& row : page.rows) cursors.push_back(row.cursor);
      next = page.next;
    };
    if (feed == kAll) take(readings_.MessagesAfter({}, client.at, limit));
    if (feed == kOfPatient) take(readings_.MessagesAfter(one_, client.at, limit));
    if (feed == kOfPatients) take(readings_.MessagesOfPatientsAfter({one_, other_}, client.at, limit));
    if (feed == kAlertEvents) take(alerts_.EventsAfter(client.at, limit));
    if (feed == kChat) take(chat_.After("salle1", client.at, limit));
    const Cursor edge = retention_.Edge().cursor;
    if (client.at < edge) {
      client.gaps.emplace_back(client.at, edge);
      client.at = edge;
      return;
    }
    for (const Cursor cursor : cursors) {
      EXPECT_GT(cursor, client.at) << "twice, or out of order";
      client.at = cursor;
      EXPECT_TRUE(client.got.insert(cursor).second);
    }
    client.at = std::max(client.at, next);
  }

  ChatStore chat_{database_};
};

// Nothing that was there is missing in silence: each row was got, or lies in a gap that was told; nothing came twice.
TEST_F(ResumeOverCuts, EveryRowIsSentOnceOrLiesInAGapThatWasTold) {
  std::mt19937 random(11);
  std::array<std::vector<Cursor>, kFeeds> existed;
  std::array<std::array<Client, 4>, kFeeds> clients;
  Micros now = kNow;
  CutEdge plan;
  bool cutting = false;
  for (int step = 0; step < 900; ++step) {
    now += static_cast<Micros>(random() % 10) * kMicrosPerMinute;
    switch (random() % 8) {
      case 0:
      case 1: {
        const bool of_one = random() % 2 == 0;
        const Cursor cursor = Store(70, now, {.device = of_one ? device_ : third_});
        existed[kAll].push_back(cursor);
        existed[kOfPatients].push_back(cursor);
        if (of_one) existed[kOfPatient].push_back(cursor);
        break;
      }
      case 2:
        existed[kChat].push_back(chat_.Add("salle1", {1, "demo"}, "bonjour", now).cursor);
        break;
      case 3: {
        const AlertEvent raised = alerts_.Create({.device_id = device_,
                                                  .patient_id = one_,
                                                  .level = AlertLevel::kWarning,
                                                  .title = "t",
                                                  .message = "m",
                                                  .trigger_reading_id = {}},
                                                 now);
        existed[kAlertEvents].push_back(raised.cursor);
        if (random() % 2 == 0) {
          existed[kAlertEvents].push_back(alerts_.Acknowledge(raised.alert.id, 1, now).events.back().cursor);
        }
        break;
      }
      case 4:
        if (!cutting) plan = retention_.Plan(now - 3 * kHour);
        cutting = !retention_.Cut(plan, static_cast<std::int64_t>(random() % 5 + 1)).complete;
        break;
      default: {
        const auto feed = static_cast<Feed>(random() % kFeeds);
        Resume(feed, clients[feed][random() % 4], static_cast<std::int64_t>(random() % 6 + 1));
      }
    }
  }
  std::size_t told = 0;
  for (int feed = 0; feed < kFeeds; ++feed) {
    for (Client& client : clients[static_cast<std::size_t>(feed)]) {
      for (int page = 0; page < 300; ++page) Resume(static_cast<Feed>(feed), client, 50);
      const auto& rows = existed[static_cast<std::size_t>(feed)];
      for (const Cursor cursor : rows) {
        ASSERT_TRUE(client.got.contains(cursor) || client.WasTold(cursor)) << feed << " " << cursor;
        told += client.WasTold(cursor) ? 1 : 0;
      }
      for (const Cursor cursor : client.got) ASSERT_EQ(std::count(rows.begin(), rows.end(), cursor), 1);
    }
  }
  EXPECT_GT(told, 100U);
}

TEST_F(ResumeOverCuts, ThatEndAtTheEdgeOrBehindItKnowNoGap) {
  Store(60, kNow);
  const Cursor kept = Store(61, kNow + kDay);
  CutBefore(kNow + kHour);
  const Cursor edge = retention_.Edge().cursor;
  Client at_edge{edge, {}, {}};
  Resume(kAll, at_edge, 10);
  EXPECT_TRUE(at_edge.gaps.empty());
  EXPECT_EQ(at_edge.got, std::set<Cursor>{kept});
  Client before{edge - 1, {}, {}};
  Resume(kAll, before, 10);
  EXPECT_EQ(before.gaps.size(), 1U);
}

// The bus asks for numbers that Redis did not bring.
TEST_F(ResumeOverCuts, HolesAreFilledWithCommitsThatSayThatTheyWereCut) {
  Store(60, kNow);
  chat_.Add("salle1", {1, "demo"}, "bonjour", kNow);
  Store(61, kNow + kDay);
  chat_.Add("salle1", {1, "demo"}, "bonsoir", kNow + kDay);
  CommitLog log(database_);
  const CutEdge plan = retention_.Plan(kNow + kHour);
  retention_.Cut(plan, 1);  // the first row only: what is left of those behind the edge is not given out either
  const std::vector<CommitPtr> commits = log.Load(1, 10);
  ASSERT_EQ(commits.size(), 4U);
  for (std::size_t i = 0; i < commits.size(); ++i) {
    EXPECT_EQ(commits[i]->number, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(commits[i]->cut, i < 2);
    EXPECT_EQ(commits[i]->messages.size(), i == 2 ? 1U : 0U);
    EXPECT_EQ(commits[i]->chat_messages.size(), i == 3 ? 1U : 0U);
  }
}

class RetentionInBackground : public RetentionContract {
 protected:
  static RetentionOptions Days(std::int64_t days, std::string owner = {}) {
    RetentionOptions options;
    options.days = days;
    options.owner = std::move(owner);
    options.every = std::chrono::milliseconds(50);
    options.now = [] { return kNow; };
    return options;
  }
  void StoreMany(int commits) {
    std::vector<RowSpec> rows;
    for (int i = 0; i < 100; ++i)
      rows.push_back({.device_id = device_, .patient_id = one_, .measured_at = kNow - 2 * kDay});
    std::int64_t last = 0;
    for (int i = 0; i < commits; ++i) last = StoreRows(database_, rows);
    Evaluate(MakeCursor(last + 1, -1));
  }
};

TEST_F(RetentionInBackground, CutsAllThatIsTooOldAndCountsIt) {
  StoreMany(20);
  Store(60, kNow);
  const std::int64_t directory = database_.directory_generation();
  Retention cutting(database_, Days(1));
  EXPECT_TRUE(testing::Eventually([&] { return cutting.rounds() > 1; }));
  EXPECT_EQ(readings_.List({}, {}).count, 1);
  std::string page;
  cutting.AppendMetrics(page);
  EXPECT_NE(page.find("fajma_retention_cut_total{table=\"donneescapteursiot\"} 2000\n"), std::string::npos) << page;
  EXPECT_NE(page.find("fajma_retention_cut_total{table=\"commit\"} 20\n"), std::string::npos) << page;
  EXPECT_GT(database_.directory_generation(), directory) << "answers that are kept must not outlive their rows";
}

// Both lock series, rollups and the commit number: a circle of them would end one with an error.
TEST_F(RetentionInBackground, IngestGoesOnMeanwhileAndNothingIsMiscounted) {
  const Micros old = kNow - 2 * kDay;
  for (int i = 0; i < 150; ++i) {
    Store(60, old + i, {.device = i % 2 == 0 ? device_ : third_});
    Store(36, old + i, {.measure = MeasureId::kTemperature});
  }
  Retention cutting(database_, Days(1));
  int stored = 0;
  while (cutting.rounds() < 2 && stored < 3000) {
    const bool late = ++stored % 3 == 0;
    Store(61, late ? old + stored : kNow + stored,
          {.device = stored % 2 == 0 ? device_ : third_, .late = late, .stored_at = kNow + stored});
  }
  EXPECT_TRUE(testing::Eventually([&] { return cutting.rounds() > 1; }));
  EXPECT_EQ(Series(), SeriesAnew());
  EXPECT_EQ(readings_.List({}, {}).count, stored);
  EXPECT_EQ(Count("fajma_commit"), stored);
}

TEST_F(RetentionInBackground, WithoutDaysNothingIsCut) {
  StoreMany(1);
  { const Retention none(database_, Days(0)); }
  EXPECT_EQ(readings_.List({}, {}).count, 100);
}

TEST_F(RetentionInBackground, EndsWithinOneTransactionAndGoesOnLater) {
  StoreMany(60);
  {
    Retention cutting(database_, Days(1));
    ASSERT_TRUE(testing::Eventually([&] { return retention_.Edge().cursor > 0; }));
    const auto begin = std::chrono::steady_clock::now();
    { const Retention ended(database_, Days(1)); }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  }
  EXPECT_EQ(Count("fajma_donneescapteursiot"), readings_.List({}, {}).count);
  Retention cutting(database_, Days(1));
  EXPECT_TRUE(testing::Eventually([&] { return cutting.rounds() > 0; }));
  EXPECT_EQ(readings_.List({}, {}).count, 0);
}

TEST_F(RetentionInBackground, OfSeveralProcessesOneCutsAtATimeAndAllOfItIsCutOnce) {
  StoreMany(20);
  Database elsewhere(Options());
  Retention here(database_, Days(1, "here"));
  Retention there(elsewhere, Days(1, "there"));
  EXPECT_TRUE(testing::Eventually([&] { return here.rounds() + there.rounds() > 2; }));
  const auto cut = [](const Retention& one) {
    std::string page;
    one.AppendMetrics(page);
    const std::string key = "{table=\"donneescapteursiot\"} ";
    return std::stoll(page.substr(page.find(key) + key.size()));
  };
  EXPECT_EQ(cut(here) + cut(there), 2000);
}

}  // namespace
}  // namespace fajma::test
