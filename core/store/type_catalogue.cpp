#include "core/store/type_catalogue.h"

#include <mutex>

#include "core/store/sql.h"

namespace fajma {

void TypeCatalogue::Load(Lease& lease) {
  std::unordered_map<TypeId, ReadingType> types;
  Statement query(lease, "SELECT id, type_donnee, unite FROM fajma_type_donnee");
  int id = 0;
  ReadingType row;
  query.Into(id, row.name, row.unit);
  while (query.Next()) {
    row.id = static_cast<TypeId>(id);
    types.emplace(row.id, row);
  }
  std::unique_lock lock(mutex_);
  types_.swap(types);
}

ReadingType TypeCatalogue::Get(Lease& lease, TypeId id) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      std::shared_lock lock(mutex_);
      if (const auto known = types_.find(id); known != types_.end()) return known->second;
    }
    if (attempt == 0) Load(lease);
  }
  return {id, {}, {}};
}

std::vector<TypeId> TypeCatalogue::FindByName(Lease& lease, std::string_view name) {
  std::vector<TypeId> found;
  Statement query(lease, "SELECT id FROM fajma_type_donnee WHERE type_donnee = :type ORDER BY id");
  int id = 0;
  query.Bind("type", name).Into(id);
  while (query.Next()) found.push_back(static_cast<TypeId>(id));
  return found;
}

std::optional<TypeId> TypeCatalogue::FindKnown(std::string_view name, std::string_view unit) const {
  std::shared_lock lock(mutex_);
  std::optional<TypeId> found;  // a measure before a free type of the same name
  for (const auto& [id, type] : types_) {
    if (type.name == name && type.unit == unit && (!found || id < *found)) found = id;
  }
  return found;
}

std::optional<TypeId> TypeCatalogue::Ensure(const std::string& name, const std::string& unit) {
  if (const auto known = FindKnown(name, unit)) return known;
  {
    Lease reader = database_.Read();
    Load(reader);
  }
  if (const auto known = FindKnown(name, unit)) return known;
  Lease writer = database_.Write();
  writer.Begin();
  const std::optional<TypeId> id = Ensure(writer, name, unit);
  writer.Commit();
  return id;
}

// Nothing that a writer reads is kept: what it has made itself may be rolled back.
std::optional<TypeId> TypeCatalogue::Ensure(Lease& writer, const std::string& name, const std::string& unit) {
  if (const auto known = FindKnown(name, unit)) return known;
  if (writer.dialect() == Dialect::kPostgres) {
    Execute(writer, "LOCK TABLE fajma_type_donnee IN SHARE ROW EXCLUSIVE MODE");  // one at a time makes a number
  }
  int id = 0;
  Statement find(writer, "SELECT id FROM fajma_type_donnee WHERE type_donnee = :type AND unite = :unite ORDER BY id");
  if (find.Bind("type", name).Bind("unite", unit).Into(id).Next()) return static_cast<TypeId>(id);

  int free_types = 0;
  Statement(writer, "SELECT COUNT(*) FROM fajma_type_donnee WHERE mesure IS NULL").Into(free_types).Next();
  if (free_types >= static_cast<int>(kMaxFreeTypes)) return std::nullopt;
  id = kFirstFreeType + free_types;  // they are never removed
  Statement(writer, "INSERT INTO fajma_type_donnee (id, type_donnee, unite) VALUES (:id, :type, :unite)")
      .Bind("id", id)
      .Bind("type", name)
      .Bind("unite", unit)
      .Run();
  return static_cast<TypeId>(id);
}

}  // namespace fajma
