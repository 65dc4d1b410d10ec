// What a reading is (`type_donnee`, `unite`): the measures, and the free types that REST made.
#pragma once

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/store/database.h"

namespace fajma {

using TypeId = std::int16_t;  // a measure's number, or from kFirstFreeType on

inline constexpr TypeId kFirstFreeType = 100;
inline constexpr std::size_t kMaxFreeTypes = 1000;

struct ReadingType {
  TypeId id = 0;
  std::string name;  // `type_donnee`, at most 50 characters
  std::string unit;  // `unite`, at most 20
};

// Thread-safe. Types are never removed, so that what was read once stays true.
class TypeCatalogue {
 public:
  explicit TypeCatalogue(Database& database) : database_(database) {}

  // The type of that number; with an empty name when there is none.
  ReadingType Get(Lease& lease, TypeId id);
  // All types of that name, whatever their unit.
  std::vector<TypeId> FindByName(Lease& lease, std::string_view name);

  // Makes the type if it is new. Absent when it would be one more than kMaxFreeTypes. Takes a writer of the database:
  // who holds one already calls the second form, inside its transaction.
  std::optional<TypeId> Ensure(const std::string& name, const std::string& unit);
  std::optional<TypeId> Ensure(Lease& writer, const std::string& name, const std::string& unit);

 private:
  std::optional<TypeId> FindKnown(std::string_view name, std::string_view unit) const;
  void Load(Lease& lease);

  Database& database_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<TypeId, ReadingType> types_;  // guarded by mutex_
};

}  // namespace fajma
