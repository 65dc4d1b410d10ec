// The suite's databases: on one private server.
#include "tests/contract/store/store_contract.h"
#include "tests/support/postgres.h"

namespace fajma::test {

std::string NewEmptyDatabase() { return PostgresServer::Shared().CreateDatabase(); }

std::string NewMigratedDatabase() {
  static const std::string original = [] {
    DatabaseOptions options;
    options.url = PostgresServer::Shared().CreateDatabase();
    Database(options).Migrate();
    return options.url;
  }();
  static std::string last;  // of the test before, which has ended
  if (!last.empty()) PostgresServer::Shared().DropDatabase(last);
  last = PostgresServer::Shared().CreateDatabase(PostgresServer::NameOf(original));
  return last;
}

bool BreakConnections(const std::string& url) {
  PostgresServer::Shared().Execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" +
                                   PostgresServer::NameOf(url) + "'");
  return true;
}

}  // namespace fajma::test
