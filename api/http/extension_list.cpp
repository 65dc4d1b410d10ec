#include "api/http/extension_list.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/http/head_parser.h"
#include "api/http/message.h"

namespace fajma::http {
namespace {

// Reads from the front of a header's value; blanks between its parts mean nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { SkipBlanks(); }

  bool AtEnd() const { return text_.empty(); }

  bool Take(char sign) {
    if (!text_.starts_with(sign)) return false;
    text_.remove_prefix(1);
    SkipBlanks();
    return true;
  }

  // "" when there is none.
  std::string TakeToken() {
    const auto end = std::find_if_not(text_.begin(), text_.end(), IsTokenCharacter);
    std::string token(text_.begin(), end);
    text_.remove_prefix(token.size());
    SkipBlanks();
    return token;
  }

  // What stands in quotes must be a token too; "" when it is none.
  std::string TakeValue() {
    if (!text_.starts_with('"')) return TakeToken();
    text_.remove_prefix(1);
    std::string value;
    while (!text_.empty() && text_.front() != '"') {
      if (text_.front() == '\\') text_.remove_prefix(1);
      if (text_.empty() || !IsTokenCharacter(text_.front())) return {};
      value += text_.front();
      text_.remove_prefix(1);
    }
    return Take('"') ? value : std::string();
  }

 private:
  void SkipBlanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t"), text_.size())); }

  std::string_view text_;
};

bool ReadParameters(Scanner& scanner, Extension& extension) {
  while (scanner.Take(';')) {
    ExtensionParameter parameter{scanner.TakeToken(), std::nullopt};
    if (parameter.name.empty()) return false;
    if (scanner.Take('=')) {
      parameter.value = scanner.TakeValue();
      if (parameter.value->empty()) return false;
    }
    extension.parameters.push_back(std::move(parameter));
  }
  return true;
}

}  // namespace

std::optional<std::vector<Extension>> ParseExtensions(std::string_view list) {
  std::vector<Extension> extensions;
  Scanner scanner(list);
  while (!scanner.AtEnd()) {
    if (scanner.Take(',')) continue;
    Extension extension{scanner.TakeToken(), {}};
    if (extension.name.empty() || !ReadParameters(scanner, extension)) return std::nullopt;
    extensions.push_back(std::move(extension));
    if (!scanner.AtEnd() && !scanner.Take(',')) return std::nullopt;
  }
  if (extensions.empty()) return std::nullopt;
  return extensions;
}

std::optional<std::vector<Extension>> OfferedExtensions(const Request& request) {
  std::vector<Extension> all;
  for (const auto& [name, value] : request.headers) {
    if (!EqualsIgnoringCase(name, "Sec-WebSocket-Extensions")) continue;
    std::optional<std::vector<Extension>> some = ParseExtensions(value);
    if (!some) return std::nullopt;
    std::move(some->begin(), some->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace fajma::http
