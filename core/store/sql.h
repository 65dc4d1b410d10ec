// SQL through SOCI: prepared statements of a lease, and SOCI's errors as ours. Included only by this folder's .cpp
// files.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/store/array_text.h"
#include "core/store/database.h"

namespace soci {

// A column that may be NULL.
template <typename T>
struct type_conversion<std::optional<T>> {
  using base_type = T;
  static void from_base(const T& in, indicator ind, std::optional<T>& out) {
    if (ind == i_null) {
      out.reset();
    } else {
      out = in;
    }
  }
  static void to_base(const std::optional<T>& in, T& out, indicator& ind) {
    out = in.value_or(T());
    ind = in ? i_ok : i_null;
  }
};

// A truth value is 0 or 1 in the database.
template <>
struct type_conversion<bool> {
  using base_type = int;
  static void from_base(const int& in, indicator, bool& out) { out = in != 0; }
  static void to_base(const bool& in, int& out, indicator& ind) {
    out = in ? 1 : 0;
    ind = i_ok;
  }
};

}  // namespace soci

namespace fajma {

// The database said that a row would break a unique key or another constraint. Never transient.
class ConstraintError : public DatabaseError {
 public:
  explicit ConstraintError(const std::string& what) : DatabaseError(what, false) {}
};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};

// One session. Used by the thread that holds its lease, and by the pool under its lock.
struct Lease::Slot {
  struct Prepared {
    explicit Prepared(soci::session& session) : statement(session) {}
    soci::statement statement;
    bool in_use = false;
  };

  bool writes = false;
  bool broken = false;  // throw the session away when it is given back
  std::unique_ptr<soci::session> session;
  // By their SQL; at most kMaxPrepared, then all are prepared anew.
  std::unordered_map<std::string, std::unique_ptr<Prepared>, StringHash, std::equal_to<>> prepared;
  std::chrono::milliseconds statement_timeout{0};
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();  // SQLite

  static constexpr std::size_t kMaxPrepared = 128;
  void Close();
};

// Opens slot.session as its pool needs it. Throws DatabaseError.
void OpenSession(Lease::Slot& slot, const DatabaseOptions& options, Dialect dialect);
// Without asking the server: false when the session is known to be of no use any more.
bool LooksAlive(Lease::Slot& slot);
// Whether the open transaction has failed already, so that a COMMIT would be a ROLLBACK.
bool TransactionFailed(Lease::Slot& slot);

// Inside a catch block for a SOCI exception: throws it on as DatabaseError or ConstraintError. `sql` is told, values
// never.
[[noreturn]] void RethrowAsDatabaseError(Lease::Slot& slot, std::string_view sql);

// Runs `use`, which calls SOCI itself, with SOCI's exceptions translated.
template <typename Use>
decltype(auto) Translated(Lease& lease, std::string_view what, Use&& use) {
  try {
    return std::forward<Use>(use)();
  } catch (const soci::soci_error&) {
    RethrowAsDatabaseError(lease.slot(), what);
  }
}

// One run of a prepared statement, which stays prepared in the session under its text. Parameters are bound by name
// (":id" in the text, Bind("id", …)) and copied; columns go to the variables named by Into, which must outlive it.
//   Statement query(lease, "SELECT id, nom FROM fajma_patient WHERE salle = :salle ORDER BY id");
//   query.Bind("salle", room).Into(id, name);
//   while (query.Next()) …
// A NULL needs a std::optional<T>. Not thread-safe; at its end the session holds no cursor and no read lock for it.
class Statement {
 public:
  Statement(Lease& lease, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <std::integral T>
  Statement& Bind(std::string_view name, T value) {
    return BindInteger(name, static_cast<long long>(value), false);
  }
  Statement& Bind(std::string_view name, double value);
  // Throws DatabaseError when it holds a NUL: PostgreSQL would cut it there.
  Statement& Bind(std::string_view name, std::string_view value);
  Statement& Bind(std::string_view name, const std::string& value) { return Bind(name, std::string_view(value)); }
  Statement& Bind(std::string_view name, const char* value) { return Bind(name, std::string_view(value)); }
  template <typename T>
  Statement& Bind(std::string_view name, const std::optional<T>& value) {
    if (value) return Bind(name, *value);
    if constexpr (std::integral<T>)
      return BindInteger(name, 0, true);
    else
      return BindNullText(name);
  }

  // Many rows, a vector for each column; all are equally long and outlive it. `nulls` is empty, or has one for each
  // value. On SQLite the statement is run for each row (VALUES (:id, …)), on PostgreSQL all are one round trip
  // (unnest(CAST(:id AS BIGINT[]), …)).
  template <typename T>
  Statement& BindColumn(std::string_view name, std::vector<T>& values, std::vector<soci::indicator>& nulls) {
    if (dialect_ == Dialect::kPostgres) return Bind(name, ArrayText(values, nulls));
    exchange().exchange(soci::use(values, nulls, std::string(name)));
    return *this;
  }
  template <typename T>
  Statement& BindColumn(std::string_view name, std::vector<T>& values) {
    if (dialect_ == Dialect::kPostgres) return Bind(name, ArrayText(values));
    exchange().exchange(soci::use(values, std::string(name)));
    return *this;
  }

  template <typename... Columns>
  Statement& Into(Columns&... columns) {
    (exchange().exchange(soci::into(columns)), ...);
    return *this;
  }

  // The first call runs it. True while there is a row, which then stands in the variables.
  bool Next();
  // Runs a statement that has no rows to give; returns how many it changed.
  std::int64_t Run();

 private:
  struct Value {
    long long integer = 0;
    double real = 0;
    std::string text;
    soci::indicator indicator = soci::i_ok;
  };

  soci::statement& exchange() { return prepared_->statement; }
  Statement& BindInteger(std::string_view name, long long value, bool null);
  Statement& BindNullText(std::string_view name);
  bool Execute();

  Lease::Slot& slot_;
  Dialect dialect_;
  std::string sql_;
  Lease::Slot::Prepared* prepared_ = nullptr;
  std::unique_ptr<Lease::Slot::Prepared> own_;  // when the session's one is in use further up
  std::deque<Value> values_;
  bool executed_ = false;
};

// The text for this database, where the two differ.
constexpr std::string_view For(Dialect dialect, std::string_view sqlite, std::string_view postgres) {
  return dialect == Dialect::kSqlite ? sqlite : postgres;
}

// Runs statements without parameters and rows.
void Execute(Lease& lease, std::string_view sql);

}  // namespace fajma
