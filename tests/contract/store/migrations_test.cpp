#include <atomic>
#include <thread>

#include "core/domain/measure.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

DatabaseOptions EmptyOptions() {
  DatabaseOptions options;
  options.url = NewEmptyDatabase();
  return options;
}

TEST(Migrations, BringAnEmptyDatabaseUpToDateOnce) {
  Database database(EmptyOptions());
  EXPECT_NE(database.DescribeMigrationState(), "");
  EXPECT_GE(database.Migrate(), 1);
  EXPECT_EQ(database.DescribeMigrationState(), "");
  EXPECT_EQ(database.Migrate(), 0);
}

TEST(Migrations, GiveADatabaseItsEpochOnce) {
  Database database(EmptyOptions());
  database.Migrate();
  const DatabaseState first = ReadDatabaseState(*std::make_unique<Lease>(database.Read()));
  database.Migrate();
  const DatabaseState second = ReadDatabaseState(*std::make_unique<Lease>(database.Read()));
  EXPECT_EQ(first.epoch.size(), 32U);
  EXPECT_EQ(first.epoch, second.epoch);
  EXPECT_EQ(first.last_commit, 0);
}

TEST(Migrations, GiveEachDatabaseItsOwnEpoch) {
  Database one(EmptyOptions());
  Database other(EmptyOptions());
  one.Migrate();
  other.Migrate();
  Lease of_one = one.Read();
  Lease of_other = other.Read();
  EXPECT_NE(ReadDatabaseState(of_one).epoch, ReadDatabaseState(of_other).epoch);
}

TEST(Migrations, RefuseANewerDatabase) {
  const DatabaseOptions options = EmptyOptions();
  Database database(options);
  database.Migrate();
  {
    Lease lease = database.Write();
    RunSql(lease, "INSERT INTO fajma_migration (numero, applique) VALUES (9999, 0)");
  }
  EXPECT_THROW(database.Migrate(), DatabaseError);
  EXPECT_NE(database.DescribeMigrationState().find("newer"), std::string::npos);
}

TEST(Migrations, RunOnceWhenSeveralProcessesStart) {
  const DatabaseOptions options = EmptyOptions();
  std::atomic<int> applied = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&options, &applied] { applied += Database(options).Migrate(); });
    }
  }
  Database database(options);
  EXPECT_EQ(database.DescribeMigrationState(), "");
  Lease lease = database.Read();
  EXPECT_EQ(std::to_string(applied), QueryText(lease, "SELECT CAST(COUNT(*) AS VARCHAR(9)) FROM fajma_migration"));
}

TEST(Migrations, MendTheCatalogueOfMeasures) {
  Database database(EmptyOptions());
  database.Migrate();
  {
    Lease lease = database.Write();
    RunSql(lease, "UPDATE fajma_type_donnee SET unite = 'old' WHERE id = 2");
  }
  database.Migrate();
  TypeCatalogue types(database);
  Lease lease = database.Read();
  for (const Measure& measure : Measures()) {
    const ReadingType type = types.Get(lease, static_cast<TypeId>(measure.id));
    EXPECT_EQ(type.name, measure.name);
    EXPECT_EQ(type.unit, measure.unit);
  }
}

TEST(Migrations, AreNeededBeforeAnythingElse) {
  Database database(EmptyOptions());
  DeviceStore devices(database);
  EXPECT_THROW(devices.Find(1), DatabaseError);
}

}  // namespace
}  // namespace fajma::test
