#include "api/ws/catch_up.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "core/json/frames.h"
#include "core/store/chat_store.h"
#include "core/store/patient_store.h"
#include "core/store/retention_store.h"

namespace fajma::ws {
namespace {

constexpr std::int64_t kPageRows = 500;

struct Missed {
  Cursor cursor;
  std::string frame;
};

// One page of what a topic is about, in cursor order.
struct MissedPage {
  std::vector<Missed> events;
  Cursor next = 0;
};

template <typename Event>
void Add(MissedPage& page, const Topic& topic, const FeedPage<Event>& events, std::string (*encode)(const Event&)) {
  for (const Event& event : events.rows) {
    if (topic.Wants(event)) page.events.push_back({event.cursor, encode(event)});
  }
  if (!events.complete) page.next = std::min(page.next, events.next);
}

FeedPage<StoredMessage> LoadMessages(const Services& services, const Topic& topic, Cursor after, Cursor up_to) {
  using Kind = Topic::Kind;
  if (topic.kind == Kind::kPatient) {
    return services.readings.MessagesAfter(topic.patient_id, after, kPageRows, up_to);
  }
  if (topic.kind == Kind::kAllRooms && topic.rooms == nullptr) {
    return services.readings.MessagesAfter(std::nullopt, after, kPageRows, up_to);
  }
  const std::vector<std::int64_t> ids =
      PatientStore(services.database).IdsInRooms(topic.kind == Kind::kRoom ? std::vector{topic.room} : *topic.rooms);
  return services.readings.MessagesOfPatientsAfter(ids, after, kPageRows, up_to);
}

// Events up to `next` only: beyond it one of the kinds was cut off by the page's limit.
MissedPage LoadPage(const Services& services, const Topic& topic, Cursor after, Cursor up_to) {
  MissedPage page;
  page.next = up_to;
  if (topic.kind == Topic::Kind::kChat) {
    Add(page, topic, ChatStore(services.database).After(topic.room, after, kPageRows, up_to), ChatMessageFrame);
    return page;
  }
  const bool readings = topic.kind != Topic::Kind::kAlerts && topic.carries == Topic::Carries::kEverything;
  const bool patient = topic.kind == Topic::Kind::kPatient;
  if (readings) Add(page, topic, LoadMessages(services, topic, after, up_to), SensorDataFrame);
  const std::optional<std::int64_t> patient_id = patient ? std::optional(topic.patient_id) : std::nullopt;
  Add(page, topic, services.alerts.EventsAfter(after, kPageRows, patient_id, up_to), AlertFrame);
  std::erase_if(page.events, [&](const Missed& missed) { return missed.cursor > page.next; });
  std::sort(page.events.begin(), page.events.end(), [](auto& a, auto& b) { return a.cursor < b.cursor; });
  return page;
}

void SendPage(const Services& services, ConnectionId id, const Topic& topic, const MissedPage& page) {
  Connection* connection = services.loop.Find(id);
  if (connection == nullptr) return;
  for (const Missed& missed : page.events) {
    if (!connection->Send(EncodeTextFrame(missed.frame))) return;  // too slow: it comes back
  }
  CatchUp(services, id, topic, page.next);
}

// What the cursor asks for has been cut up to `edge`.
void SendGap(const Services& services, ConnectionId id, const Topic& topic, Cursor after, Cursor edge) {
  Connection* connection = services.loop.Find(id);
  if (connection == nullptr || !connection->SendText(GapFrame(after, edge))) return;
  CatchUp(services, id, topic, edge);
}

void GiveUp(const Services& services, ConnectionId id) {
  services.loop.Post([services, id] {
    if (Connection* connection = services.loop.Find(id)) connection->Close(kCloseTryAgainLater, "try again later");
  });
}

// A cursor that this process has not heard of may come from another one: the database knows.
void AskDatabase(const Services& services, ConnectionId id, const Topic& topic, Cursor after) {
  try {
    Lease lease = services.database.Read();
    services.database.NoteCommit(ReadDatabaseState(lease).last_commit);
  } catch (const DatabaseError&) {
    return GiveUp(services, id);
  }
  services.loop.Post([services, id, topic, after] {
    const Cursor end = MakeCursor(services.database.last_commit() + 1, -1);
    Connection* connection = services.loop.Find(id);
    if (connection != nullptr && after > end) connection->SendText(GapFrame(after, end));
    CatchUp(services, id, topic, std::min(after, end));
  });
}

}  // namespace

void CatchUp(const Services& services, ConnectionId id, const Topic& topic, Cursor after) {
  Connection* connection = services.loop.Find(id);
  if (connection == nullptr || connection->closing()) return;
  const std::int64_t newest = services.database.last_commit();
  const Cursor end = MakeCursor(newest + 1, -1);
  if (after <= end && services.hub.FollowFrom(*connection, topic, after, newest)) return;
  const bool taken = services.background.Submit([services, id, topic, after, end] {
    if (after > end) return AskDatabase(services, id, topic, after);
    try {
      const MissedPage page = LoadPage(services, topic, after, end);
      // Read after the page: what is missing in it was cut behind its cursor.
      const Cursor edge = RetentionStore(services.database).Edge().cursor;
      services.loop.Post([services, id, topic, after, page, edge] {
        after < edge ? SendGap(services, id, topic, after, edge) : SendPage(services, id, topic, page);
      });
    } catch (const DatabaseError&) {
      GiveUp(services, id);
    }
  });
  if (!taken) connection->Close(kCloseTryAgainLater, "try again later");
}

void FollowOrCatchUp(const Services& services, const SocketContext& context, Connection& connection,
                     const Topic& topic) {
  if (!context.after) return services.hub.Follow(connection, topic);
  if (const auto cursor = ParseCursor(*context.after)) return CatchUp(services, connection.id(), topic, *cursor);
  SendError(services, context.route, connection, ErrorFrame("invalid_cursor", "Curseur invalide."));
  services.hub.Follow(connection, topic);
}

std::optional<Cursor> ParseCursor(std::string_view text) {
  Cursor cursor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && cursor >= 0 ? std::optional(cursor) : std::nullopt;
}

}  // namespace fajma::ws
