#include <soci/sqlite3/soci-sqlite3.h>

#include "core/store/sql.h"

namespace fajma {
namespace {

std::unique_ptr<Lease::Slot::Prepared> Prepare(Lease::Slot& slot, const std::string& sql) {
  auto prepared = std::make_unique<Lease::Slot::Prepared>(*slot.session);
  try {
    prepared->statement.alloc();
    prepared->statement.prepare(sql);
  } catch (const soci::soci_error&) {
    RethrowAsDatabaseError(slot, sql);
  }
  return prepared;
}

Lease::Slot::Prepared& FindOrPrepare(Lease::Slot& slot, const std::string& sql) {
  if (const auto found = slot.prepared.find(sql); found != slot.prepared.end()) return *found->second;
  if (slot.prepared.size() >= Lease::Slot::kMaxPrepared) {
    std::erase_if(slot.prepared, [](const auto& entry) { return !entry.second->in_use; });
  }
  return *slot.prepared.emplace(sql, Prepare(slot, sql)).first->second;
}

}  // namespace

Statement::Statement(Lease& lease, std::string_view sql) : slot_(lease.slot()), dialect_(lease.dialect()), sql_(sql) {
  prepared_ = &FindOrPrepare(slot_, sql_);
  if (prepared_->in_use) {
    own_ = Prepare(slot_, sql_);
    prepared_ = own_.get();
  }
  prepared_->in_use = true;
}

Statement::~Statement() {
  if (dialect_ == Dialect::kSqlite) {
    auto* backend = static_cast<soci::sqlite3_statement_backend*>(exchange().get_backend());
    sqlite_api::sqlite3_reset(backend->stmt_);
    backend->databaseReady_ = true;
  }
  exchange().bind_clean_up();
  prepared_->in_use = false;
}

Statement& Statement::BindInteger(std::string_view name, long long value, bool null) {
  Value& kept = values_.emplace_back();
  kept.integer = value;
  kept.indicator = null ? soci::i_null : soci::i_ok;
  exchange().exchange(soci::use(kept.integer, kept.indicator, std::string(name)));
  return *this;
}

Statement& Statement::BindNullText(std::string_view name) {
  Value& kept = values_.emplace_back();
  kept.indicator = soci::i_null;
  exchange().exchange(soci::use(kept.text, kept.indicator, std::string(name)));
  return *this;
}

Statement& Statement::Bind(std::string_view name, double value) {
  Value& kept = values_.emplace_back();
  kept.real = value;
  exchange().exchange(soci::use(kept.real, std::string(name)));
  return *this;
}

Statement& Statement::Bind(std::string_view name, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) throw DatabaseError("a text holds a NUL", false);
  Value& kept = values_.emplace_back();
  kept.text = value;
  exchange().exchange(soci::use(kept.text, std::string(name)));
  return *this;
}

bool Statement::Execute() {
  executed_ = true;
  slot_.deadline = std::chrono::steady_clock::now() + slot_.statement_timeout;
  exchange().define_and_bind();
  return exchange().execute(true);
}

bool Statement::Next() {
  try {
    return executed_ ? exchange().fetch() : Execute();
  } catch (const soci::soci_error&) {
    RethrowAsDatabaseError(slot_, sql_);
  }
}

std::int64_t Statement::Run() {
  try {
    Execute();
    return exchange().get_affected_rows();
  } catch (const soci::soci_error&) {
    RethrowAsDatabaseError(slot_, sql_);
  }
}

void Execute(Lease& lease, std::string_view sql) {
  Translated(lease, sql, [&] { lease.sql() << std::string(sql); });
}

}  // namespace fajma
