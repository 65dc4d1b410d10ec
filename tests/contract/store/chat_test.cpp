// The chat's messages: stored with a commit number, read back in pages and by cursor.
#include "core/store/chat_store.h"

#include <set>
#include <thread>

#include "core/store/commit_log.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

class Chat : public StoreContract {
 protected:
  ChatUser AddUser(const std::string& name) {
    User user;
    user.name = name;
    user.role = "medecin";
    return {users_.Create(user).value().id, name};
  }
  ChatMessage Say(const std::string& text, const std::string& room = "equipe") {
    return chats_.Add(room, anne_, text, kNow);
  }
  static std::vector<std::string> TextsOf(const std::vector<ChatMessage>& messages) {
    std::vector<std::string> texts;
    for (const ChatMessage& message : messages) texts.push_back(message.text);
    return texts;
  }

  ChatStore chats_{database_};
  ChatUser anne_ = AddUser("anne");
};

using Texts = std::vector<std::string>;

TEST_F(Chat, KeepsAMessageAsItWasSaid) {
  const std::string text = "<b>é</b> 😀 ' \" \\ \n\t; DROP TABLE fajma_messagechat";
  const ChatMessage said = chats_.Add("equipe", anne_, text, kNow);
  EXPECT_EQ(database_.last_commit(), CommitOf(said.cursor));
  for (const ChatMessage& read :
       {chats_.Newest("equipe", {}, 10).messages.at(0), chats_.After("equipe", 0, 10).rows.at(0)}) {
    EXPECT_EQ(read.id, said.id);
    EXPECT_EQ(read.cursor, said.cursor);
    EXPECT_EQ(read.room, "equipe");
    EXPECT_EQ(read.user_id, anne_.id);
    EXPECT_EQ(read.user_name, "anne");
    EXPECT_EQ(read.text, text);
    EXPECT_EQ(read.sent_at, kNow);
  }
}

TEST_F(Chat, ShowsTheNewestAndPagesBack) {
  std::vector<std::int64_t> ids;
  for (const char* text : {"1", "2", "3", "4", "5"}) {
    ids.push_back(Say(text).id);
    Say("elsewhere", "salle1");
  }
  EXPECT_EQ(TextsOf(chats_.Newest("equipe", {}, 2).messages), (Texts{"4", "5"}));
  EXPECT_EQ(TextsOf(chats_.Newest("equipe", ids[3], 2).messages), (Texts{"2", "3"}));
  EXPECT_EQ(TextsOf(chats_.Newest("equipe", ids[1], 2).messages), (Texts{"1"}));
  EXPECT_TRUE(chats_.Newest("equipe", ids[0], 2).messages.empty());
  EXPECT_TRUE(chats_.Newest("equipe", {}, 0).messages.empty());
  EXPECT_EQ(chats_.Newest("nobody", {}, 2).as_of, MakeCursor(database_.last_commit() + 1, -1));
}

TEST_F(Chat, GoesOnBehindACursorInPages) {
  for (int i = 0; i < 20; ++i) {
    Say(std::to_string(i));
    Say("elsewhere", "salle1");
  }
  Texts texts;
  Cursor cursor = 0;
  FeedPage<ChatMessage> page;
  do {
    page = chats_.After("equipe", cursor, 3);
    for (const ChatMessage& message : page.rows) {
      EXPECT_GT(message.cursor, cursor);
      cursor = message.cursor;
      texts.push_back(message.text);
    }
    cursor = page.next;
  } while (!page.complete);
  ASSERT_EQ(texts.size(), 20U);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(texts[static_cast<std::size_t>(i)], std::to_string(i));
  const Cursor middle = chats_.After("equipe", 0, 5).next;
  EXPECT_TRUE(chats_.After("equipe", 0, 100, middle).complete);
  EXPECT_EQ(chats_.After("equipe", 0, 100, middle).rows.size(), 5U);
}

TEST_F(Chat, NumbersMessagesOfSeveralWritersDensely) {
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this] {
      for (int i = 0; i < 10; ++i) Say("x");
    });
  }
  writers.clear();
  std::set<std::int64_t> commits;
  for (const ChatMessage& message : chats_.After("equipe", 0, 100).rows) commits.insert(CommitOf(message.cursor));
  ASSERT_EQ(commits.size(), 40U);
  EXPECT_EQ(*commits.begin(), 1);
  EXPECT_EQ(*commits.rbegin(), 40);
}

TEST_F(Chat, FollowsItsRoomAndIsReadByNobodyWhenThatIsDeleted) {
  const Room room = rooms_.Create("salle1").room.value();
  Say("hello", "salle1");
  rooms_.Rename(room.id, "salle2");
  EXPECT_TRUE(chats_.Newest("salle1", {}, 10).messages.empty());
  EXPECT_EQ(TextsOf(chats_.Newest("salle2", {}, 10).messages), Texts{"hello"});
  rooms_.Delete(room.id);
  EXPECT_TRUE(chats_.Newest("salle2", {}, 10).messages.empty());
  EXPECT_EQ(chats_.Newest("salle2#" + std::to_string(room.id), {}, 10).messages.size(), 1U);
}

TEST_F(Chat, IsInTheLogOfCommits) {
  const ChatMessage first = Say("1");
  const ChatMessage second = Say("2", "salle1");
  const std::vector<CommitPtr> commits = CommitLog(database_).Load(1, 10);
  ASSERT_EQ(commits.size(), 2U);
  ASSERT_EQ(commits[1]->chat_messages.size(), 1U);
  EXPECT_EQ(commits[0]->chat_messages.at(0).cursor, first.cursor);
  EXPECT_EQ(commits[1]->chat_messages[0].cursor, second.cursor);
  EXPECT_EQ(commits[1]->chat_messages[0].room, "salle1");
}

TEST_F(Chat, ShowsTheNameThatAUserHasNow) {
  Say("hello");
  UserPatch patch;
  patch.name = "annette";
  users_.Update(anne_.id, patch, kNow);
  EXPECT_EQ(chats_.Newest("equipe", {}, 1).messages.at(0).user_name, "annette");
}

}  // namespace
}  // namespace fajma::test
