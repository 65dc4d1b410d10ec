#include "core/store/alert_audit.h"

#include <openssl/evp.h>

#include <array>

#include "core/store/page.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

constexpr std::string_view kHead = "alertes";
constexpr std::string_view kColumns = "id, alerte_id, patient_id, fait_le, fait, niveau, utilisateur_id, detail";

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw DatabaseError("SHA-256 failed", false);
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 15U];
  }
  return hex;
}

// Each field with its length before it: no two rows have one text.
std::string HashOf(const std::string& before, const AuditEntry& entry) {
  std::string text = before;
  const auto add = [&text](const std::string& field) { text += std::to_string(field.size()) + ":" + field; };
  for (const std::int64_t number : {entry.id, entry.alert_id, entry.patient_id, entry.at}) add(std::to_string(number));
  add(entry.what);
  add(std::string(NameOf(entry.level)));
  add(entry.user_id ? std::to_string(*entry.user_id) : "");
  add(entry.detail);
  return Sha256Hex(text);
}

struct Head {
  std::int64_t last_id = 0;
  std::string hash;
};

Head ReadHead(Lease& lease, std::string_view lock = "") {
  Head head;
  Statement query(lease,
                  "SELECT dernier_id, empreinte FROM fajma_alerte_audit_tete WHERE nom = :nom" + std::string(lock));
  query.Bind("nom", kHead).Into(head.last_id, head.hash);
  if (!query.Next()) throw DatabaseError("the head of the alerts' audit is missing", false);
  return head;
}

class AuditRow {
 public:
  template <typename... Last>
  explicit AuditRow(Statement& query, Last&... last) {
    query.Into(row_.id, row_.alert_id, row_.patient_id, row_.at, row_.what, level_, row_.user_id, row_.detail, last...);
  }
  AuditEntry Get() const {
    AuditEntry row = row_;
    row.level = FindAlertLevel(level_).value_or(AlertLevel::kInfo);
    return row;
  }

 private:
  AuditEntry row_;
  std::string level_;
};

}  // namespace

void AppendAudit(Lease& lease, const std::vector<AuditEntry>& entries) {
  if (entries.empty()) return;
  Head head = ReadHead(lease, For(lease.dialect(), "", " FOR UPDATE"));
  for (AuditEntry entry : entries) {
    entry.id = ++head.last_id;
    head.hash = HashOf(head.hash, entry);
    Statement(lease, "INSERT INTO fajma_alerte_audit (" + std::string(kColumns) +
                         ", empreinte) VALUES (:id, :alerte, :patient, :le, :fait, :niveau, :par, :detail, :empreinte)")
        .Bind("id", entry.id)
        .Bind("alerte", entry.alert_id)
        .Bind("patient", entry.patient_id)
        .Bind("le", entry.at)
        .Bind("fait", entry.what)
        .Bind("niveau", NameOf(entry.level))
        .Bind("par", entry.user_id)
        .Bind("detail", entry.detail)
        .Bind("empreinte", head.hash)
        .Run();
  }
  Statement(lease, "UPDATE fajma_alerte_audit_tete SET dernier_id = :id, empreinte = :empreinte WHERE nom = :nom")
      .Bind("id", head.last_id)
      .Bind("empreinte", head.hash)
      .Bind("nom", kHead)
      .Run();
}

std::vector<AuditEntry> AlertAudit::Of(std::int64_t alert_id) {
  Lease lease = database_.Read();
  Statement query(lease, "SELECT " + std::string(kColumns) +
                             " FROM fajma_alerte_audit WHERE alerte_id = :alerte ORDER BY id LIMIT :limit");
  query.Bind("alerte", alert_id).Bind("limit", kMaxPageRows);
  AuditRow row(query);
  std::vector<AuditEntry> entries;
  while (query.Next()) entries.push_back(row.Get());
  return entries;
}

AlertAudit::Check AlertAudit::Verify() {
  Check check;
  Lease lease = database_.Read();
  lease.Begin();
  const Head head = ReadHead(lease);
  std::string hash(64, '0');
  for (bool more = true; more;) {
    Statement query(lease, "SELECT " + std::string(kColumns) +
                               ", empreinte FROM fajma_alerte_audit WHERE id > :id ORDER BY id LIMIT :limit");
    query.Bind("id", check.rows).Bind("limit", kMaxPageRows);
    std::string stored;
    AuditRow row(query, stored);
    more = false;
    while (query.Next()) {
      const AuditEntry entry = row.Get();
      hash = HashOf(hash, entry);
      if (entry.id != check.rows + 1 || hash != stored) {
        check.fault = "row " + std::to_string(check.rows + 1) + " is missing, or is not as it was written";
        return check;
      }
      ++check.rows;
      more = true;
    }
  }
  if (check.rows != head.last_id || hash != head.hash) check.fault = "rows at the end are missing";
  return check;
}

}  // namespace fajma
