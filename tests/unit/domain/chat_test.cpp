#include "core/domain/chat.h"

#include <gtest/gtest.h>

namespace fajma {
namespace {

std::string TextOf(std::string_view text) {
  const auto parsed = ParseChatText(text);
  const auto* stored = std::get_if<std::string>(&parsed);
  return stored != nullptr ? *stored : "refused";
}

bool IsRefusedFor(ChatTextFault fault, std::string_view text) {
  const auto parsed = ParseChatText(text);
  const auto* found = std::get_if<ChatTextFault>(&parsed);
  return found != nullptr && *found == fault;
}

std::string Repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(ParseChatText, TakesTheWhiteSpaceFromBothEnds) {
  EXPECT_EQ(TextOf(" \t\r\n Bonjour, é \n"), "Bonjour, é");
  EXPECT_EQ(TextOf("\u00A0\u3000a\u2003\u0085"), "a") << "also Unicode's";
  EXPECT_EQ(TextOf("a\n\tb"), "a\n\tb");
}

TEST(ParseChatText, RefusesWhatIsEmptyThen) {
  for (const char* text : {"", " ", "\n\t \r", "\u00A0\u2028"}) {
    EXPECT_TRUE(IsRefusedFor(ChatTextFault::kLength, text)) << text;
  }
}

TEST(ParseChatText, CountsCodePoints) {
  for (const char* one : {"a", "é", "漢", "😀"}) {
    EXPECT_EQ(TextOf(Repeated(one, 2000)), Repeated(one, 2000));
    EXPECT_EQ(TextOf("  " + Repeated(one, 2000) + " "), Repeated(one, 2000));
    EXPECT_TRUE(IsRefusedFor(ChatTextFault::kLength, Repeated(one, 2001)));
  }
}

TEST(ParseChatText, RefusesControlCharactersButLinesAndTabs) {
  for (int code = 0; code < 0x20; ++code) {
    const std::string text = std::string("a") + static_cast<char>(code) + "b";
    if (code == '\t' || code == '\n' || code == '\r') {
      EXPECT_EQ(TextOf(text), text);
    } else {
      EXPECT_TRUE(IsRefusedFor(ChatTextFault::kControlCharacter, text)) << code;
    }
  }
  for (const char* text : {"a\x7F", "a\u0080b", "a\u009Fb", "a\u0085b"}) {
    EXPECT_TRUE(IsRefusedFor(ChatTextFault::kControlCharacter, text)) << text;
  }
  EXPECT_EQ(TextOf("a\u00A0b"), "a\u00A0b");
}

TEST(ParseChatText, TakesMarkupAsItIs) {
  for (const char* text : {"<b>&amp;</b>", "<script>alert('x')</script>", "'; DROP TABLE fajma_messagechat; --"}) {
    EXPECT_EQ(TextOf(text), text);
  }
}

}  // namespace
}  // namespace fajma
