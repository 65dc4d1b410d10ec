#include "core/store/ingest_boots.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/store/sql.h"

namespace fajma {
namespace {

constexpr std::size_t kMaxBoots = 16;

// Columns of fajma_demarrage as they are read.
struct BootRow {
  explicit BootRow(Statement& query) {
    query.Into(device_id, boot.number, durable, runs, boot.anchor, boot.last_uptime, boot.seen_at);
  }
  BootState Get() {
    boot.ledger = BootLedger(static_cast<std::uint64_t>(durable), runs);
    return boot;
  }
  std::int64_t device_id = 0;
  BootState boot;
  std::int64_t durable = 0;
  std::string runs;
};
constexpr std::string_view kSelectBoots =
    "SELECT dispositif_id, boot, durable, epars, ancre, dernier_uptime, vu FROM fajma_demarrage WHERE ";

constexpr std::string_view kInsertBoots =
    "INSERT INTO fajma_demarrage (dispositif_id, boot, durable, epars, ancre, dernier_uptime, vu) ";
constexpr std::string_view kBootValues = "VALUES (:dispositif, :boot, :durable, :epars, :ancre, :uptime, :vu) ";
constexpr std::string_view kBootArrays =
    "SELECT * FROM unnest(CAST(:dispositif AS BIGINT[]), CAST(:boot AS BIGINT[]), CAST(:durable AS BIGINT[]), "
    "CAST(:epars AS TEXT[]), CAST(:ancre AS BIGINT[]), CAST(:uptime AS BIGINT[]), CAST(:vu AS BIGINT[])) ";
constexpr std::string_view kOnBootConflict =
    "ON CONFLICT (dispositif_id, boot) DO UPDATE SET durable = excluded.durable, epars = excluded.epars, "
    "ancre = excluded.ancre, dernier_uptime = excluded.dernier_uptime, vu = excluded.vu";

// The oldest starts are forgotten in the database; those in memory go when the cache does.
void PruneBoots(Lease& lease, std::int64_t device_id) {
  Statement(lease,
            "DELETE FROM fajma_demarrage WHERE dispositif_id = :dispositif AND vu < (SELECT vu FROM fajma_demarrage "
            "WHERE dispositif_id = :dispositif2 ORDER BY vu DESC LIMIT 1 OFFSET " +
                std::to_string(kMaxBoots - 1) + ")")
      .Bind("dispositif", device_id)
      .Bind("dispositif2", device_id)
      .Run();
}

// Rows of fajma_demarrage, a vector for each column.
class BootRows {
 public:
  void Add(std::int64_t device_id, BootState& boot, Micros now) {
    if (boot.seen_at == 0) with_new_.push_back(device_id);
    boot.seen_at = now;
    boot.changed = false;
    device_.push_back(device_id);
    number_.push_back(boot.number);
    durable_.push_back(static_cast<long long>(boot.ledger.durable()));
    runs_.push_back(boot.ledger.FormatRuns());
    anchor_.push_back(boot.anchor.value_or(0));
    anchor_null_.push_back(boot.anchor ? soci::i_ok : soci::i_null);
    uptime_.push_back(boot.last_uptime);
    seen_.push_back(now);
  }

  void Write(Lease& lease) {
    if (device_.empty()) return;
    Statement(lease, std::string(kInsertBoots) + std::string(For(lease.dialect(), kBootValues, kBootArrays)) +
                         std::string(kOnBootConflict))
        .BindColumn("dispositif", device_)
        .BindColumn("boot", number_)
        .BindColumn("durable", durable_)
        .BindColumn("epars", runs_)
        .BindColumn("ancre", anchor_, anchor_null_)
        .BindColumn("uptime", uptime_)
        .BindColumn("vu", seen_)
        .Run();
    for (const std::int64_t device_id : with_new_) PruneBoots(lease, device_id);
  }

 private:
  std::vector<long long> device_, number_, durable_, anchor_, uptime_, seen_;
  std::vector<std::string> runs_;
  std::vector<soci::indicator> anchor_null_;
  std::vector<std::int64_t> with_new_;
};

BootState Unknown(std::int64_t number) {
  BootState boot;
  boot.number = number;
  return boot;
}

BootState Load(Lease& lease, std::int64_t device_id, std::int64_t number) {
  Statement query(lease, std::string(kSelectBoots) + "dispositif_id = :dispositif AND boot = :boot");
  query.Bind("dispositif", device_id).Bind("boot", number);
  BootRow row(query);
  return query.Next() ? row.Get() : Unknown(number);
}

}  // namespace

void LoadBoots(Lease& lease, const std::vector<BootOfDevice>& wanted) {
  std::map<std::int64_t, DeviceState*> devices;
  std::vector<long long> ids;
  std::vector<long long> numbers;
  for (const auto& [device, number] : wanted) {
    if (device->boots.size() >= kMaxBoots) continue;
    devices[device->ref.id] = device;
    device->boots.push_back(Unknown(number));
    ids.push_back(device->ref.id);
    numbers.push_back(number);
  }
  if (ids.empty()) return;
  Statement query(lease, std::string(kSelectBoots) +
                             "(dispositif_id, boot) IN (SELECT * FROM unnest(CAST(:dispositifs AS BIGINT[]), "
                             "CAST(:boots AS BIGINT[])))");
  query.Bind("dispositifs", ArrayText(ids)).Bind("boots", ArrayText(numbers));
  BootRow row(query);
  while (query.Next()) {
    std::vector<BootState>& boots = devices.at(row.device_id)->boots;
    std::replace_if(
        boots.begin(), boots.end(), [&](const BootState& each) { return each.number == row.boot.number; }, row.Get());
  }
}

BootState& GetBootState(Lease& lease, DeviceState& device, std::int64_t number) {
  for (BootState& boot : device.boots) {
    if (boot.number == number) return boot;
  }
  BootState loaded = Load(lease, device.ref.id, number);
  if (device.boots.size() >= kMaxBoots) {  // the oldest makes room
    const auto oldest = std::min_element(device.boots.begin(), device.boots.end(),
                                         [](const auto& a, const auto& b) { return a.seen_at < b.seen_at; });
    if (oldest->changed) {
      BootRows rows;
      rows.Add(device.ref.id, *oldest, device.seen_at);
      rows.Write(lease);
    }
    device.boots.erase(oldest);
  }
  return device.boots.emplace_back(std::move(loaded));
}

BootState* FindInferredBootState(Lease& lease, DeviceState& device) {
  std::int64_t lowest = 0;
  for (const BootState& boot : device.boots) lowest = std::min(lowest, boot.number);
  if (lowest == 0) {
    std::optional<std::int64_t> stored;
    Statement query(lease, "SELECT MIN(boot) FROM fajma_demarrage WHERE dispositif_id = :dispositif");
    query.Bind("dispositif", device.ref.id).Into(stored);
    if (query.Next() && stored) lowest = std::min<std::int64_t>(lowest, *stored);
  }
  return lowest < 0 ? &GetBootState(lease, device, lowest) : nullptr;
}

void WriteBoots(Lease& lease, const std::vector<DeviceState*>& devices, Micros now) {
  BootRows rows;
  for (DeviceState* device : devices) {
    for (BootState& boot : device->boots) {
      if (boot.changed) rows.Add(device->ref.id, boot, now);
    }
  }
  rows.Write(lease);
}

}  // namespace fajma
