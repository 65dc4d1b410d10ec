// What retention cuts, what it leaves, and that all that tells of readings is right after it.
#include "tests/contract/store/retention_fixture.h"

#include <random>

#include "core/store/access_store.h"
#include "core/store/command_store.h"
#include "core/store/ownership_store.h"

namespace fajma::test {
namespace {

using Retained = RetentionContract;

TEST_F(Retained, EverythingStaysWhenNothingIsOld) {
  Store(60, kNow);
  EXPECT_EQ(CutBefore(kNow), CutTally{});
  EXPECT_EQ(retention_.Edge().cursor, 0);
  EXPECT_EQ(readings_.CutUpTo(), 0);
  EXPECT_EQ(Count("fajma_donneescapteursiot"), 1);
}

TEST_F(Retained, TheEdgeMovesAsAWholeWithTheFirstRow) {
  for (int i = 0; i < 10; ++i) Store(60 + i, kNow + i * kSecond);
  const Cursor kept = Store(80, kNow + kDay);
  const CutEdge plan = retention_.Plan(kNow + kHour);
  EXPECT_EQ(plan.cursor, MakeCursor(CommitOf(kept), -1));
  EXPECT_EQ(retention_.Edge(), CutEdge());
  const CutStep step = retention_.Cut(plan, 3);
  EXPECT_EQ(Of(step.rows, CutTable::kReadings), 3);
  EXPECT_FALSE(step.complete);
  EXPECT_EQ(retention_.Edge(), plan);
  EXPECT_EQ(Count("fajma_donneescapteursiot"), 8);
  EXPECT_EQ(readings_.List({}, {}).count, 8);
}

TEST_F(Retained, AStepTakesNoMoreRowsThanAskedForOutOfOneCommitToo) {
  std::vector<RowSpec> rows;
  for (int i = 0; i < 50; ++i) rows.push_back({.device_id = device_, .patient_id = one_, .measured_at = kNow});
  Evaluate(MakeCursor(StoreRows(database_, rows) + 1, -1));
  const CutEdge plan = retention_.Plan(kNow + 1);
  for (int left = 50; left > 0;) {
    const CutStep step = retention_.Cut(plan, 7);
    EXPECT_LE(Of(step.rows, CutTable::kReadings), 7);
    left -= static_cast<int>(Of(step.rows, CutTable::kReadings));
    ASSERT_EQ(readings_.List({}, {}).count, left);
    EXPECT_EQ(Count("fajma_commit"), left == 0 && Of(step.rows, CutTable::kCommits) == 1 ? 0 : 1);
  }
}

TEST_F(Retained, NumbersAndCursorsGoOnWhenEverythingWasCut) {
  const Cursor before = Store(60, kNow);
  CutBefore(kNow + kDay);
  EXPECT_EQ(Count("fajma_commit"), 0);
  EXPECT_EQ(Count("fajma_serie"), 0);
  EXPECT_TRUE(readings_.LatestValues().empty());
  EXPECT_TRUE(readings_.List({}, {}).rows.empty());
  const std::int64_t old_row = last_row_;
  const Cursor after = Store(61, kNow + kDay);
  EXPECT_EQ(CommitOf(after), CommitOf(before) + 1);
  EXPECT_GT(last_row_, old_row);
  EXPECT_GT(after, retention_.Edge().cursor);
  EXPECT_EQ(Series(), SeriesAnew());
}

TEST_F(Retained, WhatWasNotJudgedForAlertsStays) {
  const Cursor judged = Store(60, kNow);
  const Cursor waiting = Store(190, kNow + 1);
  alerts_.SaveCheckpoint("another", waiting);
  Run("UPDATE fajma_consommateur SET curseur = " + std::to_string(judged) + " WHERE nom = 'alertes'");
  Store(61, kNow + 2);
  Run("UPDATE fajma_consommateur SET curseur = " + std::to_string(judged) + " WHERE nom = 'alertes'");
  CutBefore(kNow + kDay);
  EXPECT_EQ(readings_.MessagesAfter({}, judged, 10).rows.size(), 2U);
  EXPECT_EQ(Count("fajma_donneescapteursiot"), 2);
}

TEST_F(Retained, ACommitOfAClockThatWasSetBackDoesNotTakeYoungerOnesWithIt) {
  Store(60, kNow);
  Store(61, kNow + 10 * kDay);
  Store(62, kNow);  // the clock had been set back
  Store(63, kNow + 10 * kDay);
  CutBefore(kNow + kDay);
  EXPECT_EQ(readings_.List({}, {}).count, 3);
}

// Random readings of several series, live and late, cut again and again.
TEST_F(Retained, SeriesAreThoseOfTheReadingsThatAreLeft) {
  std::mt19937 random(7);
  constexpr MeasureId kMeasures[] = {MeasureId::kHeartRate, MeasureId::kTemperature};
  Micros now = kNow;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 25; ++i) {
      now += static_cast<Micros>(random() % 20) * kMicrosPerMinute;
      Given given;
      given.device = std::array{device_, second_, third_}[random() % 3];
      given.measure = kMeasures[random() % 2];
      given.late = random() % 4 == 0;
      given.stored_at = now;
      Store(60 + static_cast<double>(random() % 50), now - (given.late ? 2 * kDay : 0), given);
      if (random() % 10 == 0) readings_.Delete(last_row_);
    }
    const auto steps = random() % 4;
    const CutEdge plan = retention_.Plan(now - static_cast<Micros>(random() % 8) * kHour);
    for (std::uint32_t step = 0; step <= steps; ++step)
      retention_.Cut(plan, static_cast<std::int64_t>(random() % 9 + 1));
    ASSERT_EQ(Series(), SeriesAnew()) << round;
    ASSERT_EQ(readings_.List({}, {}).count, Count("fajma_donneescapteursiot"));
  }
  EXPECT_GT(retention_.Edge().cursor, 0);
}

TEST_F(Retained, TheBoundsOfARareSeriesHoldAlsoWhereItsRowsAreFarApart) {
  const Given rare{.measure = MeasureId::kTemperature};
  Store(36, kNow, rare);
  std::vector<RowSpec> rows;
  for (int i = 0; i < 700; ++i) rows.push_back({.device_id = device_, .patient_id = one_, .measured_at = kNow + kDay});
  StoreRows(database_, rows);
  const Cursor kept = Store(37, kNow + kDay, rare);
  CutBefore(kNow + kHour, 1000);
  ReadingFilter filter;
  filter.type = "temperature";
  filter.device_id = device_;
  const Page<Reading> page = readings_.List(filter, {});
  ASSERT_EQ(page.count, 1);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].value, 37);
  EXPECT_EQ(CommitOf(kept), 3);
}

TEST_F(Retained, PagesAreRightAfterACutAlsoWhereTheirPlacesWereKnown) {
  constexpr int kRows = 6000;
  for (int commit = 0; commit < 6; ++commit) {
    std::vector<RowSpec> rows;
    for (int i = 0; i < kRows / 6; ++i) {
      const bool first = i % 3 != 0;
      rows.push_back({.device_id = first ? device_ : third_,
                      .patient_id = first ? one_ : other_,
                      .measured_at = kNow + commit * kDay});
    }
    Evaluate(MakeCursor(StoreRows(database_, rows) + 1, -1));
  }
  Run("UPDATE fajma_base SET commit_numero = commit_numero + 100");  // so that all these lots are settled
  if (database_.dialect() == Dialect::kPostgres) Run("SELECT setval('fajma_lot_seq', 200)");
  Store(99, kNow + 6 * kDay);
  const auto expect_pages = [this] {
    for (const std::int64_t patient : {std::int64_t{0}, one_}) {
      ReadingFilter filter;
      if (patient != 0) filter.patient_id = patient;
      const std::string where = patient == 0 ? "" : " WHERE patient_id = " + std::to_string(patient);
      const std::int64_t count = Count("fajma_donneescapteursiot" + where);
      for (const std::int64_t offset : {0L, 20L, 1980L, 2000L, 2500L, 3300L, 3980L, 4900L}) {
        const Page<Reading> page = readings_.List(filter, {offset, 20});
        ASSERT_EQ(page.count, count);
        ASSERT_EQ(page.rows.size(), static_cast<std::size_t>(std::clamp<std::int64_t>(count - offset, 0, 20)));
        if (page.rows.empty()) continue;
        EXPECT_EQ(std::to_string(page.rows[0].id),
                  Text("SELECT CAST(d.id AS VARCHAR(20)) FROM fajma_donneescapteursiot d" + where +
                       " ORDER BY d.id DESC LIMIT 1 OFFSET " + std::to_string(offset)));
      }
    }
  };
  expect_pages();
  expect_pages();  // from places that are known by now
  for (int day = 1; day < 4; ++day) {
    CutBefore(kNow + day * kDay, 2000);
    expect_pages();
  }
}

TEST_F(Retained, TheNewestValueIsTheNewestOfWhatIsLeft) {
  Store(70, kNow);
  Store(71, kNow - 2 * kDay, {.late = true, .stored_at = kNow + 2 * kDay});
  EXPECT_EQ(readings_.LatestValues(one_).at(0).value, 70);
  CutBefore(kNow + kDay);
  EXPECT_TRUE(readings_.LatestValues(one_).empty()) << "a late value is never the newest";
  EXPECT_EQ(readings_.List({}, {}).count, 1);
  Store(72, kNow + 3 * kDay);
  EXPECT_EQ(readings_.LatestValues(one_).at(0).value, 72);
  EXPECT_EQ(Series(), SeriesAnew());
}

TEST_F(Retained, StatisticsOfTheHoursThatAreKeptStayWhatTheyWere) {
  const Micros midnight = kNow - kNow % kDay;
  for (int i = 0; i < 48; ++i) Store(60 + i, midnight + i * kHour / 2, {.device = i % 2 == 0 ? device_ : third_});
  const auto figures = [this](Micros since, std::optional<std::int64_t> device) {
    ReadingFilter filter;
    filter.device_id = device;
    std::string text;
    for (const ReadingStatistics& row : readings_.Statistics(filter, since, kHour)) {
      text += std::to_string(row.bucket_start) + ":" + std::to_string(row.count) + ":" + std::to_string(row.sum) + ":" +
              std::to_string(row.least) + ":" + std::to_string(row.greatest) + " ";
    }
    return text;
  };
  const Micros limit = midnight + 10 * kHour + kHour / 2;
  const std::string of_all = figures(midnight + 10 * kHour, {});
  const std::string of_one = figures(midnight + 10 * kHour, device_);
  EXPECT_GT(Of(CutBefore(limit), CutTable::kStatistics), 0);
  EXPECT_EQ(figures(midnight + 10 * kHour, {}), of_all);
  EXPECT_EQ(figures(midnight + 10 * kHour, device_), of_one);
  EXPECT_EQ(figures(0, {}), of_all) << "nothing is told of older hours";
  EXPECT_EQ(figures(0, device_), of_one);
}

TEST_F(Retained, AlertsThatArePresentOrNotAcknowledgedAreNeverCut) {
  const auto request = [this](std::string condition, AlarmInputKind kind) {
    AlertRequest wanted;
    wanted.input = {kind, AlertLevel::kCritical};
    wanted.at = kNow;
    wanted.patient = std::make_shared<const PatientRef>(PatientRef{one_, "p1", "salle1"});
    wanted.device_id = device_;
    wanted.condition = std::move(condition);
    wanted.title = "t";
    wanted.message = "m";
    wanted.trigger_reading_id = last_row_;
    return wanted;
  };
  const Cursor read = Store(150, kNow);
  alerts_.Apply({request("present", AlarmInputKind::kCondition), request("open", AlarmInputKind::kCondition),
                 request("ended", AlarmInputKind::kCondition), request("later", AlarmInputKind::kCondition)},
                read, kNow);
  alerts_.Apply({request("open", AlarmInputKind::kGone), request("ended", AlarmInputKind::kGone),
                 request("later", AlarmInputKind::kGone)},
                read, kNow);
  const std::vector<Alert> all = alerts_.List({}, {}).rows;  // newest first
  ASSERT_EQ(all.size(), 4U);
  const std::int64_t later = all[0].id, ended = all[1].id, open = all[2].id, present = all[3].id;
  alerts_.Acknowledge(present, 1, kNow);
  alerts_.Acknowledge(ended, 1, kNow);
  alerts_.Acknowledge(later, 1, kNow + 3 * kDay);
  const std::int64_t by_hand = alerts_
                                   .Create({.device_id = device_,
                                            .patient_id = one_,
                                            .level = AlertLevel::kInfo,
                                            .title = "t",
                                            .message = "m",
                                            .trigger_reading_id = {}},
                                           kNow)
                                   .alert.id;
  const CutTally cut = CutBefore(kNow + kDay, 1);
  EXPECT_EQ(Of(cut, CutTable::kAlerts), 1);
  EXPECT_EQ(Of(cut, CutTable::kAlertEvents), 3);
  EXPECT_FALSE(alerts_.Find(ended));
  for (const std::int64_t id : {present, open, later, by_hand}) {
    ASSERT_TRUE(alerts_.Find(id)) << id;
    EXPECT_FALSE(alerts_.Find(id)->trigger_reading_id) << "the reading is gone";
  }
  EXPECT_EQ(alerts_.LoadPresent().size(), 1U);
  EXPECT_EQ(alerts_.List({}, {}).count, 4);
  EXPECT_EQ(Of(CutBefore(kNow + 4 * kDay), CutTable::kAlerts), 1) << "the one acknowledged later";
  alerts_.Acknowledge(by_hand, 1, kNow + 5 * kDay);
  EXPECT_EQ(Of(CutBefore(kNow + 6 * kDay), CutTable::kAlerts), 1)
      << "what nothing resolves ends when it is acknowledged";
  EXPECT_EQ(
      Count("fajma_alerte_evenement e WHERE NOT EXISTS (SELECT 1 FROM fajma_alertesiot a WHERE a.id = alerte_id)"), 0);
}

TEST_F(Retained, QuarantineCommandsAndAccessesGoByTheirOwnAge) {
  AddQuarantined(database_, device_, "old");  // received in 1970
  AddQuarantined(database_, device_, "young");
  Run("UPDATE fajma_quarantaine SET recu = " + std::to_string(kNow) + " WHERE contenu = 'young'");
  CommandStore commands(database_);
  const auto command = [&](const std::string& id, Micros created, Micros expires) {
    DeviceCommand made;
    made.id = id;
    made.device_id = device_;
    made.name = "restart";
    made.params = "{}";
    made.created_at = created;
    made.expires_at = expires;
    ASSERT_TRUE(commands.Create(made));
  };
  command("expired", kNow - 2 * kDay, kNow - kDay - 1);
  command("waiting", kNow - 2 * kDay, kNow + kDay);
  command("answered", kNow - 2 * kDay, kNow + kDay);
  Run("UPDATE fajma_commande SET date_reponse = " + std::to_string(kNow - kDay - 1) + " WHERE uuid = 'answered'");
  command("lately", kNow - 2 * kDay, kNow - kDay + 1);
  AccessStore accesses(database_);
  accesses.Add({{0, kNow - 2 * kDay, 1, one_, "/r/", 3}, {0, kNow, 1, one_, "/r/", 4}});
  const CutTally cut = CutBefore(kNow - kDay, 1);
  EXPECT_EQ(Of(cut, CutTable::kQuarantine), 1);
  EXPECT_EQ(Of(cut, CutTable::kCommands), 2);
  EXPECT_EQ(Of(cut, CutTable::kAccesses), 1);
  EXPECT_EQ(quarantine_.List({}, {}).rows.at(0).content, "young");
  EXPECT_TRUE(commands.Find("waiting", kNow));
  EXPECT_TRUE(commands.Find("lately", kNow));
  EXPECT_EQ(commands.List(device_, {}, kNow).count, 2);
  EXPECT_EQ(accesses.List({}, {}).rows.at(0).count, 4);
}

TEST_F(Retained, OnlyTheOwnerOfTheWorkCuts) {
  Store(60, kNow);
  RetentionStore mine(database_, "mine");
  const CutEdge plan = mine.Plan(kNow + kDay);
  EXPECT_THROW(mine.Cut(plan, 10), OwnershipLost);
  OwnershipStore owners(database_);
  ASSERT_TRUE(owners.TakeOrRenew(kRetentionWork, "mine", kNow, kDay));
  EXPECT_EQ(Of(mine.Cut(plan, 10).rows, CutTable::kReadings), 1);
  RetentionStore another(database_, "another");
  Store(61, kNow);
  EXPECT_THROW(another.Cut(another.Plan(kNow + kDay), 10), OwnershipLost);
  EXPECT_EQ(Count("fajma_donneescapteursiot"), 1);
}

}  // namespace
}  // namespace fajma::test
