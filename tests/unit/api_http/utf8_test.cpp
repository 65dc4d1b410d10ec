#include "api/http/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace fajma::http {
namespace {

TEST(Utf8, AcceptsEveryLengthAtItsBounds) {
  for (const std::string_view text :
       {"", "abc", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "tempé 36,5 °C ✓ 🩺"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
}

TEST(Utf8, RefusesOverlongSurrogatesAndWhatIsTooLarge) {
  for (const std::string_view text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "a\xC3(", "12345678\xFF", "1234567\xC3"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << text;
  }
}

TEST(Utf8, IsTheSameInPiecesOfAnySize) {
  const std::string text = "0123456789 é ✓ 🩺 plus ASCII at the end";
  for (std::size_t size = 1; size < text.size(); ++size) {
    Utf8Validator validator;
    for (std::size_t at = 0; at < text.size(); at += size) {
      ASSERT_TRUE(validator.Feed(std::string_view(text).substr(at, size)));
    }
    EXPECT_TRUE(validator.Complete());
  }
}

TEST(Utf8, IsIncompleteInsideACharacter) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.Feed("\xF0\x9F\xA9"));
  EXPECT_FALSE(validator.Complete());
  EXPECT_TRUE(validator.Feed("\xBA"));
  EXPECT_TRUE(validator.Complete());
}

}  // namespace
}  // namespace fajma::http
