// The numbered SQL files of migrations/, as they were at build time.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/database.h"

namespace fajma {

struct Migration {
  int number;
  std::string_view name;  // "0001_initial"
  std::string_view sql;
};

// By number, from 1 without a hole.
std::span<const Migration> EmbeddedMigrations();

// The statements of a migration's text for one database: see the head of 0001_initial.sql for its notation.
std::vector<std::string> StatementsOf(std::string_view text, Dialect dialect);

}  // namespace fajma
