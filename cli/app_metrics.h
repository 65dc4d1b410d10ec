// How the parts' figures are written on /metrics.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/server.h"
#include "api/ws/handshake.h"
#include "api/ws/loop/loop.h"
#include "api/ws/socket_errors.h"
#include "core/domain/raw_message.h"
#include "core/journal/journal.h"

namespace fajma::cli {

void AppendOne(std::string& out, std::string_view name, std::string_view type, std::string_view help,
               std::uint64_t value);
void AppendHttp(std::string& out, const http::Statistics& http);
void AppendHandshakes(std::string& out, const ws::Handshake& handshake);
void AppendSocketErrors(std::string& out, const ws::SocketErrors& errors);
// `own`: sockets of the server itself, no client's.
void AppendSockets(std::string& out, const ws::LoopStatistics& ws, std::uint64_t overruns, std::uint64_t own);
// Of one door; both write the same metrics, each with its label.
void AppendJournal(std::string& out, const Journal& journal, Door door);

}  // namespace fajma::cli
