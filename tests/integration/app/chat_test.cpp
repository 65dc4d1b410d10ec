// ws/chat/<room>/: messages, history, presence, typing.
#include "core/store/user_store.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr std::uint16_t kSessionEnded = 4401;
const std::string kEmptyHistory = R"({"type":"chat_history","room_name":"equipe","messages":[]})";

std::string Presence(const std::string& type, int id, const std::string& name, const std::string& users) {
  return R"({"type":")" + type + R"(","room_name":"equipe","user_id":)" + std::to_string(id) + R"(,"username":")" +
         name + R"(","users":[)" + users + "]}";
}

class Chat : public AppTest {
 protected:
  void LetSee(const std::string& user, const std::vector<std::string>& rooms) {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database database(options);
    UserStore users(database);
    users.SetRooms(users.FindByName(user)->id, rooms);
  }
  int Status(const std::string& path, const std::string& user) const {
    return HandshakeStatus(path + "?token=" + UserToken(user));
  }
  // In the room: past the history and its own coming.
  WsClient Enter(const std::string& user, const std::string& room = "equipe") {
    WsClient socket = Open("/ws/chat/" + room + "/", UserToken(user));
    NextOf(socket, "user_joined");
    return socket;
  }
  static void Say(WsClient& socket, const std::string& message) {
    socket.SendText(R"({"type":"chat_message","message":")" + message + "\"}");
  }
  // The texts of the next chat_message frames, whose cursors rise.
  static std::vector<std::string> Hear(WsClient& socket, std::size_t count, Cursor* last = nullptr) {
    std::vector<std::string> texts;
    Cursor cursor = 0;
    while (texts.size() < count) {
      const std::string frame = NextOf(socket, "chat_message");
      texts.push_back(TextIn(frame, "message"));
      EXPECT_GT(NumberIn(frame, "cursor"), cursor) << frame;
      cursor = NumberIn(frame, "cursor");
    }
    if (last != nullptr) *last = cursor;
    return texts;
  }
};

TEST_F(Chat, GoesAsDocumented) {
  Start();
  WsClient demo = Open("/ws/chat/equipe/", UserToken());
  EXPECT_EQ(demo.ReceiveText(), kEmptyHistory);
  EXPECT_EQ(demo.ReceiveText(), Presence("user_joined", 1, "demo", "\"demo\""));
  demo.SendText(R"({"type": "chat_message", "message": " Bonjour, é "})");
  const std::string said = demo.ReceiveText();
  const std::string members =
      R"("id":1,"room_name":"equipe","user_id":1,"username":"demo","message":"Bonjour, é","timestamp":<time>,)"
      R"("cursor":<n>})";
  EXPECT_EQ(Normalize(said), R"({"type":"chat_message",)" + members);
  demo.SendText(R"({"type": "chat_message", "message": "  "})");
  EXPECT_EQ(demo.ReceiveText(),
            R"({"type":"error","code":"invalid_data","message":"Message requis (1 à 2000 caractères)."})");
  demo.SendText(R"({"type": "typing"})");
  EXPECT_EQ(demo.ReceiveText(), R"({"type":"typing","room_name":"equipe","username":"demo"})");
  demo.SendText(R"({"type": "history", "limit": 1})");
  EXPECT_EQ(Normalize(demo.ReceiveText()),
            R"({"type":"chat_history","room_name":"equipe","messages":[{)" + members + "]}");
  demo.SendText(R"({"type": "ping"})");
  EXPECT_NE(demo.ReceiveText().find("pong"), std::string::npos);

  WsClient nurse = Open("/ws/chat/equipe", UserToken("infirmier"));
  EXPECT_EQ(Normalize(nurse.ReceiveText()),
            R"({"type":"chat_history","room_name":"equipe","messages":[{)" + members + "]}");
  const std::string joined = Presence("user_joined", 3, "infirmier", R"("demo","infirmier")");
  EXPECT_EQ(nurse.ReceiveText(), joined);
  EXPECT_EQ(demo.ReceiveText(), joined);
  nurse.SendClose(1000);
  EXPECT_EQ(demo.ReceiveText(), Presence("user_left", 3, "infirmier", "\"demo\""));
}

TEST_F(Chat, SeveralTabsAreOnePresence) {
  Start();
  WsClient demo = Enter("demo");
  WsClient first = Enter("infirmier");
  EXPECT_NE(demo.ReceiveText().find("user_joined"), std::string::npos);
  {
    WsClient second = Enter("infirmier");
    Say(second, "from the second");
    EXPECT_EQ(Hear(demo, 1), std::vector<std::string>{"from the second"});
    EXPECT_EQ(Hear(first, 1), std::vector<std::string>{"from the second"});
    second.SendClose(1000);
    EXPECT_TRUE(Eventually([&] { return NumberIn(Ask("GET", "/api/iot/sessions/active/").body, "count") == 2; }));
  }
  Say(demo, "still two");
  EXPECT_NE(demo.ReceiveText().find("still two"), std::string::npos) << "nobody left";
  first.SendClose(1000);
  EXPECT_EQ(demo.ReceiveText(), Presence("user_left", 3, "infirmier", "\"demo\""));
}

TEST_F(Chat, IsHeardInItsRoomOnly) {
  Start();
  WsClient here = Enter("demo");
  WsClient there = Enter("medecin", "salle1");
  Say(here, "here");
  here.SendText(R"({"type":"typing"})");
  EXPECT_EQ(Hear(here, 1), std::vector<std::string>{"here"});
  NextOf(here, "typing");
  there.SendText(R"({"type":"ping"})");
  EXPECT_NE(there.ReceiveText().find("pong"), std::string::npos);
  there.SendText(R"({"type":"history"})");
  EXPECT_EQ(there.ReceiveText(), R"({"type":"chat_history","room_name":"salle1","messages":[]})");
}

TEST_F(Chat, IsResumedWithoutGapOrRepeat) {
  Start();
  WsClient demo = Enter("demo");
  std::vector<std::string> all;
  Cursor after = 0;
  {
    WsClient nurse = Enter("infirmier");
    Say(demo, "seen");
    Hear(nurse, 1, &after);
  }
  for (int i = 0; i < 15; ++i) {
    Say(demo, std::to_string(i));
    all.push_back(std::to_string(i));
  }
  Hear(demo, 16);
  const std::string path = "/ws/chat/equipe/?apres=" + std::to_string(after);
  WsClient back = Open(path, UserToken("infirmier"));
  EXPECT_EQ(Hear(back, 15), all);
  Say(back, "live");
  EXPECT_EQ(Hear(back, 1), std::vector<std::string>{"live"});
  all.push_back("live");
  Stop();  // nothing is remembered then: it is read from the database
  Start();
  WsClient later = Open(path, UserToken("infirmier"));
  EXPECT_EQ(Hear(later, 16), all);
  WsClient history = Open("/ws/chat/equipe/", UserToken());
  const std::string shown = history.ReceiveText();
  EXPECT_NE(shown.find(R"("message":"seen")"), std::string::npos);
  EXPECT_NE(shown.find(R"("message":"live")"), std::string::npos);
  Say(later, "once");
  EXPECT_EQ(Hear(history, 1), std::vector<std::string>{"once"}) << "nothing of the history comes again";
}

TEST_F(Chat, PagesBackThroughItsHistory) {
  Start();
  WsClient demo = Enter("demo");
  for (int i = 1; i <= 5; ++i) Say(demo, "message " + std::to_string(i));
  Hear(demo, 5);
  demo.SendText(R"({"type":"history","before":4,"limit":2})");
  const std::string page = NextOf(demo, "chat_history");
  EXPECT_TRUE(page.starts_with(R"({"type":"chat_history","room_name":"equipe","before":4,"messages":[{"id":2,)"))
      << page;
  EXPECT_NE(page.find(R"("message":"message 3")"), std::string::npos);
  EXPECT_EQ(page.find(R"("message":"message 4")"), std::string::npos);
  demo.SendText(R"({"type":"history","before":1})");
  EXPECT_EQ(demo.ReceiveText(), R"({"type":"chat_history","room_name":"equipe","before":1,"messages":[]})");
}

TEST_F(Chat, TakesNamesFromTheTokenAlone) {
  Start();
  WsClient demo = Enter("demo");
  WsClient nurse = Enter("infirmier");
  NextOf(demo, "user_joined");
  nurse.SendText(R"({"type":"chat_message","message":"x","username":"demo","user_id":1,"room_name":"salle1","id":9})");
  const std::string said = demo.ReceiveText();
  EXPECT_NE(said.find(R"("room_name":"equipe","user_id":3,"username":"infirmier")"), std::string::npos) << said;
  nurse.SendText(R"({"type":"typing","username":"demo","room_name":"salle1"})");
  EXPECT_EQ(demo.ReceiveText(), R"({"type":"typing","room_name":"equipe","username":"infirmier"})");
}

TEST_F(Chat, LimitsEachUserOverAllTheirSockets) {
  Start();
  WsClient first = Enter("demo");
  WsClient second = Enter("demo");
  WsClient nurse = Enter("infirmier");
  std::string refused;
  for (int i = 0; i < 60 && refused.empty(); ++i) {
    WsClient& socket = i % 2 == 0 ? first : second;
    Say(socket, "x");
    for (std::string frame; refused.empty() && frame.find("\"chat_message\"") == std::string::npos;) {
      frame = socket.ReceiveText();
      if (frame.find("\"error\"") != std::string::npos) refused = frame;
    }
  }
  EXPECT_EQ(refused,
            R"({"type":"error","code":"rate_limited","message":"Trop de messages, réessayez dans un instant."})");
  Say(nurse, "not limited");
  for (std::string text; text != "not limited"; text = Hear(nurse, 1).front()) {
  }
  for (int i = 0; i < 5; ++i) nurse.SendText(R"({"type":"typing"})");
  Say(nurse, "after typing");
  NextOf(nurse, "typing");
  EXPECT_NE(nurse.ReceiveText().find("after typing"), std::string::npos) << "typing is told once a second";
}

TEST_F(Chat, AdmitsCarersAndTheirRooms) {
  LetSee("infirmier", {"salle2"});
  Start();
  const struct {
    const char* path;
    const char* user;
    int status;
  } rows[] = {
      {"/ws/chat/equipe/", "demo", 101},
      {"/ws/chat/equipe/", "medecin", 101},
      {"/ws/chat/equipe/", "infirmier", 101},
      {"/ws/chat/equipe/", "technicien", 403},
      {"/ws/chat/equipe/", "integrateur", 403},
      {"/ws/chat/salle1/", "medecin", 101},
      {"/ws/chat/salle1/", "infirmier", 403},
      {"/ws/chat/salle2/", "infirmier", 101},
      {"/ws/chat/salle1/", "demo", 101},
      {"/ws/chat/salle-1/", "demo", 404},
      {"/ws/chat/", "demo", 404},
      {"/ws/chat/a%20b/", "demo", 404},
      {"/ws/chat/%C3%A9/", "demo", 404},
      {"/ws/chat/salle1/x/", "demo", 404},
  };
  for (const auto& row : rows) EXPECT_EQ(Status(row.path, row.user), row.status) << row.path << " " << row.user;
  EXPECT_EQ(Status("/ws/chat/" + std::string(50, 'a') + "/", "demo"), 101);
  EXPECT_EQ(Status("/ws/chat/" + std::string(51, 'a') + "/", "demo"), 404);
  EXPECT_EQ(HandshakeStatus("/ws/chat/equipe/"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/chat/equipe/?token=" + DeviceToken(kMac)), 403);
}

TEST_F(Chat, OfALostRoomEnds) {
  Start();
  WsClient lost = Enter("infirmier", "salle2");
  WsClient kept = Enter("infirmier", "salle1");
  WsClient team = Enter("infirmier");
  WsClient other = Enter("medecin", "salle2");
  ASSERT_EQ(Ask("PATCH", "/api/utilisateurs/3/", R"({"salles":["salle1"]})").status, 200);
  EXPECT_EQ(lost.ReceiveClose(), kSessionEnded);
  NextOf(other, "user_left");
  Say(kept, "here");
  EXPECT_EQ(Hear(kept, 1), std::vector<std::string>{"here"});
  Say(team, "here");
  EXPECT_EQ(Hear(team, 1), std::vector<std::string>{"here"});
  ASSERT_EQ(Ask("PATCH", "/api/utilisateurs/3/", R"({"role":"technicien"})").status, 200);
  EXPECT_EQ(team.ReceiveClose(), kSessionEnded);
}

TEST_F(Chat, OfARenamedRoomBeginsAgainUnderItsNewName) {
  Start();
  WsClient demo = Enter("demo", "salle2");
  Say(demo, "before");
  Hear(demo, 1);
  const std::string rooms = Ask("GET", "/api/salles/").body;
  const std::size_t at = rooms.rfind("{\"id\":", rooms.find(R"("nom":"salle2")")) + 6;
  const std::string id = rooms.substr(at, rooms.find(',', at) - at);
  ASSERT_EQ(Ask("PATCH", "/api/salles/" + id + "/", R"({"nom":"salle22"})").status, 200);
  EXPECT_EQ(demo.ReceiveClose(), 1013);
  EXPECT_EQ(Open("/ws/chat/salle2/", UserToken()).ReceiveText(),
            R"({"type":"chat_history","room_name":"salle2","messages":[]})");
  EXPECT_NE(Open("/ws/chat/salle22/", UserToken("medecin")).ReceiveText().find(R"("message":"before")"),
            std::string::npos);
}

TEST_F(Chat, IsAmongTheSessions) {
  Start();
  WsClient chat = Enter("infirmier");
  ASSERT_TRUE(Eventually([&] {
    return Ask("GET", "/api/iot/sessions/active/").body.find(R"("room_name":"chat_equipe","type_connexion":"chat")") !=
           std::string::npos;
  }));
}

TEST_F(Chat, AnswersBadMessagesAndStays) {
  Start();
  WsClient demo = Enter("demo");
  const auto message = [](const std::string& json) { return R"({"type":"chat_message","message":)" + json + "}"; };
  const std::pair<std::string, const char*> rows[] = {
      {"{", "invalid_json"},
      {"[]", "invalid_message"},
      {"1", "invalid_message"},
      {"{}", "unknown_type"},
      {R"({"type":"acknowledge","alert_id":1})", "unknown_type"},
      {R"({"type":{"a":1}})", "unknown_type"},
      {R"({"type":"chat_message"})", "invalid_data"},
      {message("null"), "invalid_data"},
      {message("5"), "invalid_data"},
      {message("[\"x\"]"), "invalid_data"},
      {message("{}"), "invalid_data"},
      {message("\"\""), "invalid_data"},
      {message("\"\\n \\t\""), "invalid_data"},
      {message("\"" + std::string(2001, 'x') + "\""), "invalid_data"},
      {message(R"("a\u0000b")"), "invalid_data"},
      {message(R"("a\u0007b")"), "invalid_data"},
      {message(R"("a\u009fb")"), "invalid_data"},
      {message(R"("\ud800")"), "invalid_json"},
      {R"({"type":"history","before":"x"})", "invalid_data"},
      {R"({"type":"history","before":0})", "invalid_data"},
      {R"({"type":"history","before":-5})", "invalid_data"},
      {R"({"type":"history","before":1.5})", "invalid_data"},
      {R"({"type":"history","before":null})", "invalid_data"},
      {R"({"type":"history","before":123456789012345678901234567890})", "invalid_data"},
      {R"({"type":"history","limit":0})", "invalid_data"},
      {R"({"type":"history","limit":101})", "invalid_data"},
      {R"({"type":"history","limit":"1"})", "invalid_data"},
  };
  for (const auto& [text, code] : rows) {
    demo.SendText(text);
    const std::string answer = demo.ReceiveText();
    EXPECT_TRUE(answer.starts_with(std::string(R"({"type":"error","code":")") + code + "\"")) << text << answer;
  }
  demo.SendFrame(testing::kBinaryFrame, std::string("\xFF\0", 2));
  EXPECT_NE(demo.ReceiveText().find("invalid_json"), std::string::npos);
  demo.SendText(message(R"("<script>alert(1)</script> \" \\ \u2028 \u0009")"));
  EXPECT_NE(demo.ReceiveText().find(R"("message":"<script>alert(1)</script> \" \\")"), std::string::npos);
  demo.SendText(message("\"" + std::string(2000, 'x') + "\""));
  EXPECT_NE(demo.ReceiveText().find(std::string(2000, 'x')), std::string::npos);
  demo.SendText(std::string((64 << 10) + 1, ' '));
  EXPECT_EQ(demo.ReceiveClose(), 1009);
}

TEST_F(Chat, RefusesCursorsThatAreNone) {
  Start();
  for (const char* cursor : {"x", "-1", "1.5", "123456789012345678901234567890"}) {
    WsClient socket = Open(std::string("/ws/chat/equipe/?apres=") + cursor, UserToken());
    EXPECT_NE(socket.ReceiveText().find("invalid_cursor"), std::string::npos) << cursor;
    EXPECT_EQ(socket.ReceiveText(), kEmptyHistory) << "as without one";
  }
  WsClient future = Open("/ws/chat/equipe/?apres=9000000000", UserToken());
  NextOf(future, "gap");
  Say(future, "live");
  EXPECT_EQ(Hear(future, 1), std::vector<std::string>{"live"});
}

}  // namespace
}  // namespace fajma::test
