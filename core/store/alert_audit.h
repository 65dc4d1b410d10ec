// What was done to alerts, by whom and when: append-only, each row holding the hash of the one before, so that a row
// that was changed, added or taken out is found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/alert.h"
#include "core/store/database.h"

namespace fajma {

struct AuditEntry {
  std::int64_t id = 0;  // from 1 on, without a hole
  std::int64_t alert_id = 0;
  std::int64_t patient_id = 0;
  Micros at = 0;
  std::string what;  // "raised", "escalated", "acknowledged", … (kAlarmNewsNames), "assigned", "commented", "changed"
  AlertLevel level = AlertLevel::kInfo;  // of the alert after it
  std::optional<std::int64_t> user_id;   // absent: the server
  std::string detail;                    // a comment; whom it was assigned to; until when it is silent
};

// Inside a writer's transaction, near its end: other writers of alerts wait here until it ends.
void AppendAudit(Lease& lease, const std::vector<AuditEntry>& entries);

// Thread-safe; throws DatabaseError.
class AlertAudit {
 public:
  explicit AlertAudit(Database& database) : database_(database) {}

  // Oldest first, at most kMaxPageRows.
  std::vector<AuditEntry> Of(std::int64_t alert_id);

  struct Check {
    std::int64_t rows = 0;
    std::string fault;  // empty: each row is as it was written, and none is missing
  };
  Check Verify();

 private:
  Database& database_;
};

}  // namespace fajma
