#include "cli/app_metrics.h"

namespace fajma::cli {
namespace {

void AppendOne(std::string& out, std::string_view name, std::string_view type, std::string_view help,
               std::uint64_t value) {
  AppendMetricType(out, name, type, help);
  AppendMetric(out, name, "", value);
}

void AppendHttp(std::string& out, const http::Statistics& http) {
  AppendOne(out, "fajma_http_connections", "gauge", "Open connections, WebSockets included.", http.connections_open);
  AppendOne(out, "fajma_http_requests_total", "counter", "Requests that were handled.", http.requests);
  AppendMetricType(out, "fajma_http_responses_total", "counter", "Answers, by the first digit of their status.");
  for (std::size_t kind = 1; kind <= 5; ++kind) {
    AppendMetric(out, "fajma_http_responses_total", "class=\"" + std::to_string(kind) + "xx\"",
                 http.responses_by_class[kind]);
  }
  AppendMetricType(out, "fajma_http_refused_total", "counter", "Requests and connections refused by the door.");
  AppendMetric(out, "fajma_http_refused_total", "reason=\"bad_request\"", http.refused_bad_request);
  AppendMetric(out, "fajma_http_refused_total", "reason=\"head_too_large\"", http.refused_head_too_large);
  AppendMetric(out, "fajma_http_refused_total", "reason=\"body_too_large\"", http.refused_body_too_large);
  AppendMetric(out, "fajma_http_refused_total", "reason=\"other\"", http.refused_other);
  AppendMetric(out, "fajma_http_refused_total", "reason=\"timeout\"", http.timeouts);
  AppendMetric(out, "fajma_http_refused_total", "reason=\"slow_reader\"", http.slow_readers);
  AppendMetric(out, "fajma_http_refused_total", "reason=\"connections\"", http.connections_refused);
  AppendOne(out, "fajma_http_handler_errors_total", "counter", "Requests that failed inside.", http.handler_errors);
}

void AppendSockets(std::string& out, const ws::LoopStatistics& ws, std::uint64_t overruns) {
  AppendOne(out, "fajma_ws_sockets", "gauge", "Open WebSockets.", ws.open);
  AppendOne(out, "fajma_ws_opened_total", "counter", "WebSockets opened.", ws.opened);
  AppendMetricType(out, "fajma_ws_closed_total", "counter", "WebSockets closed, by cause.");
  const std::pair<std::string_view, std::uint64_t> causes[] = {
      {"peer", ws.closed_by_peer},
      {"session", ws.closed_by_session},
      {"lost", ws.closed_lost},
      {"protocol_error", ws.closed_protocol_error},
      {"bad_payload", ws.closed_bad_payload},
      {"too_big", ws.closed_too_big},
      {"slow", ws.closed_slow},
      {"idle", ws.closed_idle},
      {"error", ws.closed_error},
      {"stopping", ws.closed_stopping},
  };
  for (const auto& [cause, count] : causes) {
    AppendMetric(out, "fajma_ws_closed_total", "cause=\"" + std::string(cause) + "\"", count);
  }
  AppendOne(out, "fajma_ws_frames_in_total", "counter", "Frames received.", ws.frames_in);
  AppendOne(out, "fajma_ws_frames_out_total", "counter", "Frames sent.", ws.frames_out);
  AppendOne(out, "fajma_ws_overruns_total", "counter", "WebSockets closed because the loop was behind.", overruns);
}

void AppendJournals(std::string& out, const MeasuredParts& parts) {
  AppendMetricType(out, "fajma_journal_backlog", "gauge", "Records in the journal that ingest has not read.");
  AppendMetric(out, "fajma_journal_backlog", "door=\"mqtt\"", static_cast<std::uint64_t>(parts.mqtt_journal.backlog()));
  AppendMetric(out, "fajma_journal_backlog", "door=\"api\"", static_cast<std::uint64_t>(parts.api_journal.backlog()));
  AppendMetricType(out, "fajma_journal_damaged_total", "counter", "Records that were found damaged.");
  AppendMetric(out, "fajma_journal_damaged_total", "door=\"mqtt\"",
               static_cast<std::uint64_t>(parts.mqtt_journal.damaged()));
  AppendMetric(out, "fajma_journal_damaged_total", "door=\"api\"",
               static_cast<std::uint64_t>(parts.api_journal.damaged()));
}

}  // namespace

void RegisterMetrics(MetricsPage& page, const MeasuredParts& parts) {
  page.Register([parts](std::string& out) {
    parts.counters.AppendTo(out);
    parts.ingest.AppendMetrics(out);
    AppendJournals(out, parts);
    AppendOne(out, "fajma_mqtt_connected", "gauge", "1: connected and subscribed.", parts.link.connected() ? 1 : 0);
    AppendOne(out, "fajma_mqtt_connections_total", "counter", "Connections to the broker.", parts.link.connections());
    AppendOne(out, "fajma_mqtt_redelivered_total", "counter", "Messages the broker sent again though journaled.",
              parts.link.redelivered());
    AppendHttp(out, parts.server.GetStatistics());
    AppendOne(out, "fajma_access_journal_lost_total", "counter", "Reads of patients' data that were not noted.",
              parts.access_journal.lost());
    AppendSockets(out, parts.loop.GetStatistics(), parts.hub.overruns());
  });
}

}  // namespace fajma::cli
