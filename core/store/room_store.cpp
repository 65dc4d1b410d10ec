#include "core/store/room_store.h"

#include <algorithm>
#include <utility>

#include "core/store/chat_store.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

const std::string kSelect =
    "SELECT s.id, s.nom, (SELECT COUNT(*) FROM fajma_patient p WHERE p.salle = s.nom AND p.supprime_le IS NULL)"
    " FROM fajma_salle s";

std::optional<Room> FindOne(Statement& query) {
  Room room;
  query.Into(room.id, room.name, room.patients);
  if (!query.Next()) return std::nullopt;
  return room;
}

std::optional<Room> FindById(Lease& lease, std::int64_t id) {
  Statement query(lease, kSelect + " WHERE s.id = :id");
  query.Bind("id", id);
  return FindOne(query);
}

// Holds the row until the end of the transaction: nobody else renames or deletes it.
void Lock(Lease& lease, std::int64_t id) {
  if (lease.dialect() == Dialect::kSqlite) return;  // its writer is alone
  std::int64_t locked = 0;
  Statement(lease, "SELECT id FROM fajma_salle WHERE id = :id FOR UPDATE").Bind("id", id).Into(locked).Next();
}

std::vector<Room> ReadAll(Lease& lease) {
  Statement query(lease, kSelect + " ORDER BY s.nom");
  Room row;
  query.Into(row.id, row.name, row.patients);
  std::vector<Room> rooms;
  while (query.Next()) rooms.push_back(row);
  return rooms;
}

}  // namespace

std::optional<Room> RoomStore::Find(std::int64_t id) {
  Lease lease = database_.Read();
  return FindById(lease, id);
}

std::optional<Room> RoomStore::FindByName(const std::string& name) {
  Lease lease = database_.Read();
  Statement query(lease, kSelect + " WHERE s.nom = :nom");
  query.Bind("nom", name);
  return FindOne(query);
}

// A hospital has tens or hundreds of rooms: they are read whole, and sorted by the bytes of their names, which is the
// same order in every database.
Page<Room> RoomStore::List(const std::optional<std::vector<std::string>>& names, PageRequest page) {
  Lease lease = database_.Read();
  std::vector<Room> rooms = ReadAll(lease);
  if (names) {
    std::erase_if(rooms,
                  [&](const Room& room) { return std::find(names->begin(), names->end(), room.name) == names->end(); });
  }
  std::sort(rooms.begin(), rooms.end(), [](const Room& left, const Room& right) { return left.name < right.name; });
  Page<Room> result;
  result.count = static_cast<std::int64_t>(rooms.size());
  const auto first = std::min(page.bounded_offset(), result.count);
  const auto last = std::min(first + page.bounded_limit(), result.count);
  result.rows.assign(rooms.begin() + first, rooms.begin() + last);
  return result;
}

RoomResult RoomStore::Create(const std::string& name) {
  Lease lease = database_.Write();
  Room room;
  room.name = name;
  Statement insert(lease, "INSERT INTO fajma_salle (nom) VALUES (:nom) ON CONFLICT DO NOTHING RETURNING id");
  if (!insert.Bind("nom", name).Into(room.id).Next()) return {RoomOutcome::kNameTaken, std::nullopt};
  database_.BumpDirectoryGeneration();
  return {RoomOutcome::kDone, std::move(room)};
}

RoomResult RoomStore::Rename(std::int64_t id, const std::string& name) {
  Lease lease = database_.Write();
  lease.Begin();
  Lock(lease, id);
  std::optional<Room> room = FindById(lease, id);
  if (!room) return {RoomOutcome::kUnknown, std::nullopt};
  const std::string before = std::exchange(room->name, name);
  try {
    Statement(lease, "UPDATE fajma_salle SET nom = :nom WHERE id = :id").Bind("nom", name).Bind("id", id).Run();
  } catch (const ConstraintError&) {  // the only one of the table is the name's
    return {RoomOutcome::kNameTaken, std::nullopt};
  }
  for (const std::string_view table : {"fajma_patient", "fajma_utilisateur_salle"}) {
    Statement(lease, "UPDATE " + std::string(table) + " SET salle = :nom WHERE salle = :avant")
        .Bind("nom", name)
        .Bind("avant", before)
        .Run();
  }
  RenameChat(lease, before, name);
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return {RoomOutcome::kDone, std::move(room)};
}

RoomResult RoomStore::Delete(std::int64_t id) {
  Lease lease = database_.Write();
  lease.Begin();
  Lock(lease, id);
  std::optional<Room> room = FindById(lease, id);
  if (!room) return {RoomOutcome::kUnknown, std::nullopt};
  if (room->patients > 0) return {RoomOutcome::kNotEmpty, std::nullopt};
  Statement(lease, "DELETE FROM fajma_utilisateur_salle WHERE salle = :nom").Bind("nom", room->name).Run();
  Statement(lease, "DELETE FROM fajma_salle WHERE id = :id").Bind("id", id).Run();
  RenameChat(lease, room->name, room->name + "#" + std::to_string(id));
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return {RoomOutcome::kDone, std::move(room)};
}

// A room that is there is held as by a change of it: nobody deletes or renames it before this transaction ends.
void EnsureRoom(Lease& lease, const std::string& name) {
  if (name.empty()) return;
  Statement(lease, "INSERT INTO fajma_salle (nom) VALUES (:nom) ON CONFLICT (nom) DO UPDATE SET nom = excluded.nom")
      .Bind("nom", name)
      .Run();
}

}  // namespace fajma
