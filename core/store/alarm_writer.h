// Alarms in the database: each input takes the alert's row through the one table of core/alerts. Included only by this
// folder's .cpp files.
#pragma once

#include <optional>
#include <vector>

#include "core/alerts/alert_request.h"
#include "core/store/alert_events.h"

namespace fajma {

// The open alert of a condition, its row locked until the end of the transaction.
std::optional<Alert> LockOpenAlert(Lease& lease, RefCache& refs, std::int64_t patient_id, const std::string& condition);

// Within one transaction.
class AlarmWriter {
 public:
  AlarmWriter(Lease& lease, RefCache& refs, const EscalationDelays& delays)
      : lease_(lease), refs_(refs), delays_(delays), events_(lease) {}

  // Of the engine: on the open alert of the condition, or a new one.
  void Give(const AlertRequest& request);
  // On an alert whose row is locked. False: it changes nothing.
  bool Give(Alert& alert, const AlarmInput& input, Micros at, const AlertAuthor& author = {});
  // A new alert, made by a person.
  void Make(const AlertRequest& request, const AlertAuthor& author);

  EventWriter& events() { return events_; }
  Lease& lease() { return lease_; }

 private:
  struct Context {
    const AlertRequest* request = nullptr;
    AlertAuthor author;
  };
  bool Take(Alert& alert, const AlarmInput& input, Micros at, const Context& context);
  void Take(Alert& alert, const AlarmStep& step, const Context& context);

  Lease& lease_;
  RefCache& refs_;
  const EscalationDelays& delays_;
  EventWriter events_;
};

// Writes all that may change of an alert.
void WriteAlert(Lease& lease, const Alert& alert);

}  // namespace fajma
