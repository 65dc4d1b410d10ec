#include "core/domain/chat.h"

#include <algorithm>
#include <iterator>

namespace fajma {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};
// As Python's str.strip() has it.
constexpr Range kSpaces[] = {{0x09, 0x0D},     {0x1C, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
                             {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
constexpr Range kControls[] = {{0x00, 0x08}, {0x0B, 0x0C}, {0x0E, 0x1F}, {0x7F, 0x9F}};

template <std::size_t kCount>
bool IsIn(const Range (&ranges)[kCount], char32_t character) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [character](const Range& range) { return character >= range.first && character <= range.last; });
}

struct Character {
  char32_t code;
  std::size_t begin;
};

std::vector<Character> CharactersOf(std::string_view text) {
  std::vector<Character> characters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) == 0x80) {
      characters.back().code = characters.back().code << 6 | (byte & 0x3F);
    } else {
      const char32_t bits = byte < 0x80 ? byte : byte < 0xE0 ? byte & 0x1F : byte < 0xF0 ? byte & 0x0F : byte & 0x07;
      characters.push_back({bits, i});
    }
  }
  return characters;
}

}  // namespace

std::variant<std::string, ChatTextFault> ParseChatText(std::string_view text) {
  const std::vector<Character> all = CharactersOf(text);
  const auto is_text = [](const Character& character) { return !IsIn(kSpaces, character.code); };
  const auto first = std::find_if(all.begin(), all.end(), is_text);
  const auto last = std::find_if(all.rbegin(), all.rend(), is_text).base();
  if (first == all.end() || static_cast<std::size_t>(last - first) > kMaxChatCharacters) return ChatTextFault::kLength;
  if (std::any_of(first, last, [](const Character& character) { return IsIn(kControls, character.code); })) {
    return ChatTextFault::kControlCharacter;
  }
  const std::size_t end = last == all.end() ? text.size() : last->begin;
  return std::string(text.substr(first->begin, end - first->begin));
}

}  // namespace fajma
