#include "api/ws/room_presence.h"

#include <gtest/gtest.h>

#include "api/ws/user_rates.h"

namespace fajma::ws {
namespace {

const ChatUser kAnne{1, "anne"};
const ChatUser kBoris{2, "boris"};
constexpr Micros kNow = 1'000 * kMicrosPerSecond;
using Users = std::vector<ChatUser>;

TEST(RoomPresence, TellsWhoComesAndWhoGoes) {
  RoomPresence presence;
  RoomPresence::Change change = presence.Set({1, "equipe", {kBoris, kAnne}}, kNow);
  EXPECT_EQ(change.room, "equipe");
  EXPECT_EQ(change.joined, (Users{kAnne, kBoris})) << "by name";
  EXPECT_TRUE(change.left.empty());
  change = presence.Set({1, "equipe", {kAnne}}, kNow);
  EXPECT_TRUE(change.joined.empty());
  EXPECT_EQ(change.left, Users{kBoris});
  EXPECT_EQ(presence.UsersIn("equipe"), Users{kAnne});
  EXPECT_TRUE(presence.UsersIn("salle1").empty());
  EXPECT_EQ(presence.Set({1, "equipe", {}}, kNow).left, Users{kAnne});
  EXPECT_TRUE(presence.UsersIn("equipe").empty());
}

TEST(RoomPresence, SeesAUserInTwoProcessesOnce) {
  RoomPresence presence;
  presence.Set({1, "equipe", {kAnne}}, kNow);
  EXPECT_TRUE(presence.Set({2, "equipe", {kAnne}}, kNow).joined.empty());
  EXPECT_EQ(presence.UsersIn("equipe").size(), 1U);
  EXPECT_TRUE(presence.Set({1, "equipe", {}}, kNow).left.empty());
  EXPECT_EQ(presence.Set({2, "equipe", {}}, kNow).left, Users{kAnne});
}

TEST(RoomPresence, ForgetsAProcessThatDoesNotRepeatItself) {
  RoomPresence presence;
  presence.Set({1, "equipe", {kAnne}}, kNow);
  presence.Set({1, "salle1", {kAnne}}, kNow);
  presence.Set({2, "equipe", {kAnne, kBoris}}, kNow);
  EXPECT_TRUE(presence.Expire(kNow + RoomPresence::kForgetAfter).empty());
  presence.Set({1, "equipe", {kAnne}}, kNow + RoomPresence::kRepeatEvery);
  const auto changes = presence.Expire(kNow + RoomPresence::kForgetAfter + 1);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].room, "equipe");
  EXPECT_EQ(changes[0].left, Users{kBoris});
  EXPECT_EQ(changes[1].left, Users{kAnne});
  EXPECT_EQ(presence.UsersIn("equipe"), Users{kAnne});
  EXPECT_TRUE(presence.UsersIn("salle1").empty());
}

TEST(RoomPresence, KeepsAUserWhoIsRenamed) {
  RoomPresence presence;
  presence.Set({1, "equipe", {kAnne}}, kNow);
  const auto change = presence.Set({1, "equipe", {{1, "annette"}}}, kNow);
  EXPECT_TRUE(change.joined.empty());
  EXPECT_TRUE(change.left.empty());
  EXPECT_EQ(presence.UsersIn("equipe").at(0).name, "annette");
}

TEST(UserRates, GiveSomeAtOnceAndThenOneEachInterval) {
  UserRates rates(3, kMicrosPerSecond);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rates.Take(1, kNow));
  EXPECT_FALSE(rates.Take(1, kNow));
  EXPECT_TRUE(rates.Take(2, kNow)) << "another user";
  EXPECT_FALSE(rates.Take(1, kNow + kMicrosPerSecond - 1));
  EXPECT_TRUE(rates.Take(1, kNow + kMicrosPerSecond));
  EXPECT_FALSE(rates.Take(1, kNow + kMicrosPerSecond));
  const Micros later = kNow + kMicrosPerMinute;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rates.Take(1, later));
  EXPECT_FALSE(rates.Take(1, later));
}

TEST(UserRates, RememberWhoIsStillLimitedAmongManyUsers) {
  UserRates rates(1, kMicrosPerSecond);
  for (std::size_t user = 0; user < UserRates::kMaxUsers; ++user) {
    EXPECT_TRUE(rates.Take(static_cast<std::int64_t>(user), kNow));
  }
  EXPECT_TRUE(rates.Take(-1, kNow + kMicrosPerSecond));
  EXPECT_FALSE(rates.Take(-1, kNow + kMicrosPerSecond));
}

}  // namespace
}  // namespace fajma::ws
