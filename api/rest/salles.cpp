#include <algorithm>
#include <utility>

#include "api/rest/account_fields.h"
#include "api/rest/lists.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"
#include "core/store/room_store.h"

namespace fajma::rest {
namespace {

void AppendRoom(std::string& out, const Room& room) {
  json::ObjectWriter writer(out);
  writer.Integer("id", room.id);
  writer.String("nom", room.name);
  writer.Integer("patients", room.patients);
  writer.End();
}

http::Response Show(int status, const Room& room) {
  std::string body;
  AppendRoom(body, room);
  return Json(status, std::move(body));
}

// The rooms that the caller may see; absent: all.
std::optional<std::vector<std::string>> VisibleRooms(const Call& call) {
  if ((call.identity->role & kRoomRoles) == 0) return std::nullopt;
  return call.identity->user.rooms;
}

std::optional<Room> FindVisibleRoom(const Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  std::optional<Room> room = id ? RoomStore(call.app.database).Find(*id) : std::nullopt;
  const auto visible = VisibleRooms(call);
  if (room && visible && std::find(visible->begin(), visible->end(), room->name) == visible->end()) room.reset();
  return room;
}

http::Response Answer(RoomResult result, int status) {
  switch (result.outcome) {
    case RoomOutcome::kUnknown:
      return NotFound();
    case RoomOutcome::kNotEmpty:
      return Detail(409, "The room has patients.");
    case RoomOutcome::kNameTaken: {
      FieldErrors errors;
      errors.Add("nom", "This field must be unique.");
      return BadFields(errors);
    }
    case RoomOutcome::kDone:
      break;
  }
  return status == 204 ? NoContent() : Show(status, *result.room);
}

http::Response Rename(const Call& call, bool partial) {
  const std::optional<Room> room = FindVisibleRoom(call);
  if (!room) return NotFound();
  auto read = ReadValues(call, RoomFields(), RoomLookups(call, room->id), partial);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const auto name = std::get<Values>(read).Text("nom");
  if (!name) return Show(200, *room);
  RoomResult result = RoomStore(call.app.database).Rename(room->id, *name);
  if (result.outcome == RoomOutcome::kDone) {
    EndSessions(call, {.reason = auth::SessionEndReason::kRoomsChanged, .login = {}});
  }
  return Answer(std::move(result), 200);
}

}  // namespace

http::Response ListRooms(Call& call) {
  RoomStore rooms(call.app.database);
  return AnswerPage(
      call, [&](PageRequest page) { return rooms.List(VisibleRooms(call), page); }, AppendRoom);
}

http::Response CreateRoom(Call& call) {
  auto read = ReadValues(call, RoomFields(), RoomLookups(call, 0));
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  return Answer(RoomStore(call.app.database).Create(*std::get<Values>(read).Text("nom")), 201);
}

http::Response ShowRoom(Call& call) {
  const std::optional<Room> room = FindVisibleRoom(call);
  return room ? Show(200, *room) : NotFound();
}

http::Response ReplaceRoom(Call& call) { return Rename(call, false); }

http::Response ChangeRoom(Call& call) { return Rename(call, true); }

http::Response DeleteRoom(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id) return NotFound();
  RoomResult result = RoomStore(call.app.database).Delete(*id);
  if (result.outcome == RoomOutcome::kDone) {
    EndSessions(call, {.reason = auth::SessionEndReason::kAccessChanged, .login = {}, .rooms = {result.room->name}});
  }
  return Answer(std::move(result), 204);
}

}  // namespace fajma::rest
