#ifndef FAJMA_FIRMWARE_CORE_COMMAND_H_
#define FAJMA_FIRMWARE_CORE_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/text_writer.h"

namespace fajma::firmware {

enum class CommandKind : std::uint8_t {
  kRestart,      // "delay": seconds before the restart, 0 without it
  kSetInterval,  // "interval": seconds between samples
  kIdentify,     // "duration": seconds of blinking, 10 without it
};

enum class CommandStatus : std::uint8_t { kDone, kFailed, kRefused };

// `detail` is text with static lifetime.
struct CommandResult {
  CommandStatus status;
  std::string_view detail;
};

struct Command {
  CommandKind kind;
  std::uint32_t seconds;  // the command's one parameter, within the limits of its row
};

// A command, or the reason why it is refused.
struct CommandRequest {
  std::optional<Command> command;
  CommandResult refusal;  // meaningful without a command
};

// Parses {"command":"restart","params":{"delay":5},"expires_at":"…"}. One that has expired is refused, and so is one
// that expires while the clock is not set: a restart asked for yesterday must not interrupt today's patient.
CommandRequest ParseCommand(std::string_view payload, std::optional<std::uint64_t> wall_ms);

// {"status":"done"} or {"status":"refused","detail":"…"}.
std::string_view WriteCommandResult(const CommandResult& result, TextBuffer out);

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_COMMAND_H_
