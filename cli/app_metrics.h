#pragma once

#include "api/auth/access_journal.h"
#include "api/http/server.h"
#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"
#include "bridge/mqtt_link.h"
#include "core/ingest/ingest.h"
#include "core/journal/journal.h"
#include "core/runtime/metrics.h"

namespace fajma::cli {

// The parts whose figures /metrics shows; they outlive the page.
struct MeasuredParts {
  const MessageCounters& counters;
  const Ingest& ingest;
  const http::Server& server;
  const ws::Loop& loop;
  const ws::LiveHub& hub;
  const Journal& mqtt_journal;
  const Journal& api_journal;
  const MqttLink& link;
  const auth::AccessJournal& access_journal;
};

void RegisterMetrics(MetricsPage& page, const MeasuredParts& parts);

}  // namespace fajma::cli
