// Who may do what: roles as a set, one column of the table of routes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fajma::rest {

enum Roles : std::uint8_t {
  kPublic = 0,  // no authentication at all
  kAdministrateur = 1,
  kMedecin = 2,
  kInfirmier = 4,
  kTechnicien = 8,
  kIntegrateur = 16,

  kCarers = kAdministrateur | kMedecin | kInfirmier,
  kPrescribers = kAdministrateur | kMedecin,  // of thresholds
  kReaders = kCarers | kIntegrateur,          // of patients' data
  kKeepers = kAdministrateur | kTechnicien,   // of devices
  kEveryRole = kReaders | kTechnicien,
};

struct RoleName {
  Roles role;
  std::string_view name;
};

inline constexpr RoleName kRoleNames[] = {
    {kAdministrateur, "administrateur"}, {kMedecin, "medecin"},         {kInfirmier, "infirmier"},
    {kTechnicien, "technicien"},         {kIntegrateur, "integrateur"},
};

// These see the patients of their rooms only; the others, as far as they see patients, all.
inline constexpr std::uint8_t kRoomRoles = kMedecin | kInfirmier;

constexpr std::optional<Roles> FindRole(std::string_view name) {
  for (const RoleName& known : kRoleNames) {
    if (known.name == name) return known.role;
  }
  return std::nullopt;
}

}  // namespace fajma::rest
