#include "api/ws/loop/deflate_offer.h"

#include <array>
#include <string_view>

namespace fajma::ws {
namespace {

enum class Value { kNone, kBits, kBitsOrNone };

struct KnownParameter {
  std::string_view name;
  Value value;
};

constexpr std::string_view kServerMaxWindowBits = "server_max_window_bits";
constexpr std::array<KnownParameter, 4> kKnown{{
    {"server_no_context_takeover", Value::kNone},
    {"client_no_context_takeover", Value::kNone},
    {kServerMaxWindowBits, Value::kBits},
    {"client_max_window_bits", Value::kBitsOrNone},
}};

// "8" to "15", without leading zeros; 0: it is none of these.
int WindowBits(std::string_view digits) {
  if (digits.size() == 1 && (digits[0] == '8' || digits[0] == '9')) return digits[0] - '0';
  if (digits.size() == 2 && digits[0] == '1' && digits[1] >= '0' && digits[1] <= '5') return 10 + digits[1] - '0';
  return 0;
}

bool IsValid(const http::ExtensionParameter& parameter, Value expected) {
  if (!parameter.value) return expected != Value::kBits;
  return expected != Value::kNone && WindowBits(*parameter.value) != 0;
}

std::optional<DeflateAgreement> Accept(const http::Extension& offer) {
  DeflateAgreement agreement;
  agreement.answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  std::array<bool, kKnown.size()> seen{};
  for (const http::ExtensionParameter& parameter : offer.parameters) {
    std::size_t which = 0;
    while (which < kKnown.size() && kKnown[which].name != parameter.name) ++which;
    if (which == kKnown.size() || seen[which] || !IsValid(parameter, kKnown[which].value)) return std::nullopt;
    seen[which] = true;
    if (parameter.name != kServerMaxWindowBits) continue;
    agreement.server_max_window_bits = WindowBits(*parameter.value);
    agreement.answer += "; server_max_window_bits=" + *parameter.value;
  }
  return agreement;
}

}  // namespace

std::optional<DeflateAgreement> AgreeOnDeflate(const std::vector<http::Extension>& offers) {
  for (const http::Extension& offer : offers) {
    if (offer.name != "permessage-deflate") continue;
    if (std::optional<DeflateAgreement> agreement = Accept(offer)) return agreement;
  }
  return std::nullopt;
}

}  // namespace fajma::ws
