// The log: one line an event, text or JSON. Never patients' data, tokens or payloads.
#pragma once

#include <string>
#include <string_view>

namespace fajma::log {

enum class Format { kText, kJson };

// Before the first thread. Lines go to standard error.
void Configure(Format format);

// Any thread. `event` is a short stable phrase; `detail` names what it is about (topic, table, address).
void Info(std::string_view event, std::string_view detail = {});
void Warn(std::string_view event, std::string_view detail = {});
void Error(std::string_view event, std::string_view detail = {});

}  // namespace fajma::log
