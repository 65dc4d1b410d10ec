#include "core/store/command_store.h"

#include <algorithm>

#include "core/store/sql.h"

namespace fajma {
namespace {

constexpr std::string_view kSelect =
    "SELECT c.uuid, c.dispositif_id, d.adresse_mac, c.utilisateur_id, c.commande, c.params, c.date_creation,"
    " c.date_expiration, c.envois, c.date_envoi, c.date_reponse, c.etat, c.detail"
    " FROM fajma_commande c JOIN fajma_dispositivesiot d ON d.id = c.dispositif_id";

constexpr std::string_view kOpen = " c.date_reponse IS NULL AND c.date_expiration > :maintenant";

// One row of kSelect.
class CommandRow {
 public:
  explicit CommandRow(Statement& query) {
    query.Into(command_.id, command_.device_id, mac_, command_.user_id, command_.name, command_.params,
               command_.created_at, command_.expires_at, command_.sends, command_.sent_at, command_.answered_at, state_,
               command_.detail);
  }
  DeviceCommand Get(Micros now) {
    const auto name = std::find(kCommandStateNames.begin(), kCommandStateNames.end(), state_);
    command_.state = static_cast<CommandState>(name - kCommandStateNames.begin());
    if (!command_.answered_at && command_.expires_at <= now) command_.state = CommandState::kExpired;
    command_.mac = Mac::ParseColons(mac_).value_or(Mac());
    return command_;
  }

 private:
  DeviceCommand command_;
  std::string mac_;
  std::string state_;
};

}  // namespace

bool CommandStore::Create(const DeviceCommand& command) {
  Lease lease = database_.Write();
  lease.Begin();
  std::int64_t open = 0;
  Statement(lease, "SELECT COUNT(*) FROM fajma_commande c WHERE c.dispositif_id = :dispositif AND" + std::string(kOpen))
      .Bind("dispositif", command.device_id)
      .Bind("maintenant", command.created_at)
      .Into(open)
      .Next();
  if (open >= kMaxOpenCommands) return false;
  Statement(lease,
            "INSERT INTO fajma_commande (uuid, dispositif_id, utilisateur_id, commande, params, date_creation,"
            " date_expiration, envois, etat, detail) VALUES (:uuid, :dispositif, :utilisateur, :commande, :params,"
            " :creation, :expiration, 0, 'queued', '')")
      .Bind("uuid", command.id)
      .Bind("dispositif", command.device_id)
      .Bind("utilisateur", command.user_id)
      .Bind("commande", command.name)
      .Bind("params", command.params)
      .Bind("creation", command.created_at)
      .Bind("expiration", command.expires_at)
      .Run();
  lease.Commit();
  return true;
}

std::optional<DeviceCommand> CommandStore::Find(const std::string& id, Micros now) {
  Lease lease = database_.Read();
  Statement query(lease, std::string(kSelect) + " WHERE c.uuid = :uuid");
  query.Bind("uuid", id);
  CommandRow row(query);
  return query.Next() ? std::optional(row.Get(now)) : std::nullopt;
}

Page<DeviceCommand> CommandStore::List(std::int64_t device_id, PageRequest page, Micros now) {
  Lease lease = database_.Read();
  Page<DeviceCommand> result;
  Statement(lease, "SELECT COUNT(*) FROM fajma_commande WHERE dispositif_id = :dispositif")
      .Bind("dispositif", device_id)
      .Into(result.count)
      .Next();
  Statement query(lease, std::string(kSelect) +
                             " WHERE c.dispositif_id = :dispositif ORDER BY c.id DESC LIMIT :limit OFFSET :offset");
  query.Bind("dispositif", device_id).Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  CommandRow row(query);
  while (query.Next()) result.rows.push_back(row.Get(now));
  return result;
}

std::vector<DeviceCommand> CommandStore::Pending(Mac mac, Micros now) {
  Lease lease = database_.Read();
  Statement query(lease, std::string(kSelect) + " WHERE d.adresse_mac = :mac AND d.supprime_le IS NULL AND" +
                             std::string(kOpen) + " AND c.envois < :envois ORDER BY c.id");
  query.Bind("mac", mac.ToColons()).Bind("maintenant", now).Bind("envois", kMaxCommandSends);
  CommandRow row(query);
  std::vector<DeviceCommand> pending;
  while (query.Next()) pending.push_back(row.Get(now));
  return pending;
}

std::vector<WaitingDevice> CommandStore::WaitingDevices(Micros made_by, Micros now, std::int64_t after,
                                                        std::int64_t limit) {
  Lease lease = database_.Read();
  Statement query(lease,
                  "SELECT DISTINCT d.id, d.adresse_mac FROM fajma_commande c"
                  " JOIN fajma_dispositivesiot d ON d.id = c.dispositif_id"
                  " WHERE c.envois = 0 AND c.date_creation <= :jusque AND d.supprime_le IS NULL AND d.id > :apres AND" +
                      std::string(kOpen) + " ORDER BY d.id LIMIT :limit");
  query.Bind("jusque", made_by).Bind("apres", after).Bind("maintenant", now).Bind("limit", limit);
  WaitingDevice device;
  std::string mac;
  query.Into(device.id, mac);
  std::vector<WaitingDevice> waiting;
  while (query.Next()) {
    device.mac = Mac::ParseColons(mac).value_or(Mac());
    waiting.push_back(device);
  }
  return waiting;
}

void CommandStore::MarkSent(const std::string& id, Micros at, bool for_good) {
  Lease lease = database_.Write();
  lease.Begin();
  Statement(lease,
            "UPDATE fajma_commande SET envois = CASE WHEN :fini = 1 THEN :envois ELSE envois + 1 END, date_envoi = :at,"
            " etat = CASE WHEN etat = 'queued' THEN 'sent' ELSE etat END WHERE uuid = :uuid")
      .Bind("fini", for_good ? 1 : 0)
      .Bind("envois", kMaxCommandSends)
      .Bind("at", at)
      .Bind("uuid", id)
      .Run();
  lease.Commit();
}

}  // namespace fajma
