// What a device answers to a command.
#include <algorithm>

#include "core/json/message_decoder.h"
#include "core/json/message_parser.h"

namespace fajma {
namespace {

using json_internal::Value;

struct AnswerWord {
  std::string_view word;
  CommandState state;
};
constexpr AnswerWord kAnswers[] = {
    {"done", CommandState::kDone}, {"failed", CommandState::kFailed}, {"refused", CommandState::kRefused}};

constexpr std::size_t kMaxDetailBytes = 200;

// Not in the middle of a character; a NUL ends it.
std::string CutDetail(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  std::size_t size = std::min(text.size(), kMaxDetailBytes);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return std::string(text.substr(0, size));
}

}  // namespace

Result<CommandAnswer> MessageDecoder::DecodeCommandResult(std::string_view payload) {
  const std::size_t end = payload.find('\n');
  if (end == std::string_view::npos) return Rejection{rejection::kInvalidMessage, "not what EncodeCommandResult wrote"};
  const std::string_view json = payload.substr(end + 1);
  if (json.empty()) return Rejection{rejection::kEmpty, "the payload is empty"};
  if (json.size() > kMaxPayloadBytes) return Rejection{rejection::kTooLarge, "over 64 KiB"};
  const Value* root = parser_->Parse(json);
  if (root == nullptr) return Rejection{rejection::kInvalidJson, parser_->error()};
  if (!root->IsObject()) return Rejection{rejection::kInvalidMessage, "an object is expected"};
  const Value* status = json_internal::Find(*root, "status");
  const std::string_view word = status != nullptr && status->IsString() ? json_internal::TextOf(*status) : "";
  const auto known = std::find_if(std::begin(kAnswers), std::end(kAnswers),
                                  [word](const AnswerWord& answer) { return answer.word == word; });
  if (known == std::end(kAnswers)) return Rejection{rejection::kInvalidData, "status is done, failed or refused"};
  CommandAnswer answer{std::string(payload.substr(0, end)), known->state, {}};
  const Value* detail = json_internal::Find(*root, "detail");
  if (detail != nullptr && detail->IsString()) answer.detail = CutDetail(json_internal::TextOf(*detail));
  return answer;
}

std::string EncodeCommandResult(std::string_view command_id, std::string_view json) {
  std::string payload(command_id);
  return payload.append("\n").append(json);
}

}  // namespace fajma
