#include "cli/app_metrics.h"

#include <algorithm>

#include "core/runtime/metrics.h"

namespace fajma::cli {

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

void AppendSockets(std::string& out, const ws::LoopStatistics& ws, std::uint64_t overruns, std::uint64_t own) {
  AppendOne(out, "fajma_ws_sockets", "gauge", "Open WebSockets of clients.", ws.open - std::min(ws.open, own));
  AppendOne(out, "fajma_ws_opened_total", "counter", "WebSockets opened.", ws.opened);
  AppendOne(out, "fajma_ws_opened_with_deflate_total", "counter", "WebSockets opened with permessage-deflate.",
            ws.opened_with_deflate);
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
  AppendOne(out, "fajma_ws_compressions_total", "counter", "Messages compressed, once for all who get them.",
            ws.compressions);
  AppendOne(out, "fajma_ws_overruns_total", "counter", "WebSockets closed because the loop was behind.", overruns);
}

void AppendHandshakes(std::string& out, const ws::Handshake& handshake) {
  using Limit = ws::SocketPlaces::Limit;
  using Refusal = ws::Handshake::Refusal;
  const std::pair<std::string_view, std::uint64_t> reasons[] = {
      {"unknown_route", handshake.refused(Refusal::kUnknownRoute)},
      {"forbidden", handshake.refused(Refusal::kForbidden)},
      {"unavailable", handshake.refused(Refusal::kUnavailable)},
      {"in_all", handshake.refused(Limit::kInAll)},
      {"per_user", handshake.refused(Limit::kPerUser)},
      {"per_address", handshake.refused(Limit::kPerAddress)},
  };
  AppendMetricType(out, "fajma_ws_refused_total", "counter", "WebSocket handshakes refused, by reason.");
  for (const auto& [reason, count] : reasons) {
    AppendMetric(out, "fajma_ws_refused_total", "reason=\"" + std::string(reason) + "\"", count);
  }
}

void AppendSocketErrors(std::string& out, const ws::SocketErrors& errors) {
  AppendMetricType(out, "fajma_ws_errors_total", "counter", "Answers `error` on WebSockets, by route and code.");
  for (std::size_t route = 0; route < ws::kSocketRouteNames.size(); ++route) {
    for (std::size_t code = 0; code < ws::kSocketErrorCodes.size(); ++code) {
      AppendMetric(out, "fajma_ws_errors_total",
                   "route=\"" + std::string(ws::kSocketRouteNames[route]) + "\",code=\"" +
                       std::string(ws::kSocketErrorCodes[code]) + "\"",
                   errors.Get(route, code));
    }
  }
}

void AppendJournal(std::string& out, const Journal& journal, Door door) {
  const std::string label = "door=\"" + std::string(kDoorNames[static_cast<std::size_t>(door)]) + "\"";
  AppendMetricType(out, "fajma_journal_backlog", "gauge", "Records in the journal that ingest has not read.");
  AppendMetric(out, "fajma_journal_backlog", label, static_cast<std::uint64_t>(journal.backlog()));
  AppendMetricType(out, "fajma_journal_damaged_total", "counter", "Records that were found damaged.");
  AppendMetric(out, "fajma_journal_damaged_total", label, static_cast<std::uint64_t>(journal.damaged()));
}

}  // namespace fajma::cli
