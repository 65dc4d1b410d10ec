#include "core/runtime/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace fajma::log {
namespace {

// Text in a JSON line: what could end the string or the line is replaced.
std::string Escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else {
      out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
  }
  return out;
}

bool json_lines = false;  // set by Configure, before the first thread

void Write(spdlog::level::level_enum level, std::string_view event, std::string_view detail) {
  if (json_lines) {
    spdlog::log(level, R"("event":"{}","detail":"{}")", Escape(event), Escape(detail));
  } else if (detail.empty()) {
    spdlog::log(level, "{}", Escape(event));
  } else {
    spdlog::log(level, "{}: {}", Escape(event), Escape(detail));
  }
}

}  // namespace

void Configure(Format format) {
  json_lines = format == Format::kJson;
  auto logger = std::make_shared<spdlog::logger>("fajma", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern(
      json_lines ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
      spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void Info(std::string_view event, std::string_view detail) { Write(spdlog::level::info, event, detail); }
void Warn(std::string_view event, std::string_view detail) { Write(spdlog::level::warn, event, detail); }
void Error(std::string_view event, std::string_view detail) { Write(spdlog::level::err, event, detail); }

}  // namespace fajma::log
