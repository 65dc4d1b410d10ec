#include "api/http/counters.h"

namespace fajma::http {

Statistics Snapshot(const Counters& counters, std::size_t connections_open) {
  Statistics statistics;
  statistics.connections_accepted = counters.connections_accepted.Get();
  statistics.connections_refused = counters.connections_refused.Get();
  statistics.connections_open = connections_open;
  statistics.connections_detached = counters.connections_detached.Get();
  statistics.requests = counters.requests.Get();
  for (std::size_t i = 0; i < counters.responses_by_class.size(); ++i) {
    statistics.responses_by_class[i] = counters.responses_by_class[i].Get();
  }
  statistics.refused_bad_request = counters.refused_bad_request.Get();
  statistics.refused_head_too_large = counters.refused_head_too_large.Get();
  statistics.refused_body_too_large = counters.refused_body_too_large.Get();
  statistics.refused_other = counters.refused_other.Get();
  statistics.timeouts = counters.timeouts.Get();
  statistics.slow_readers = counters.slow_readers.Get();
  statistics.handler_errors = counters.handler_errors.Get();
  return statistics;
}

}  // namespace fajma::http
