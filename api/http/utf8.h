// Is it UTF-8? For bytes that come in pieces.
#pragma once

#include <string_view>

namespace fajma::http {

// Checks by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
class Utf8Validator {
 public:
  // False at the first wrong byte; from then on the object is of no more use.
  bool Feed(std::string_view bytes);
  // Whether the last character is whole.
  bool Complete() const { return missing_ == 0; }

 private:
  int missing_ = 0;           // bytes that the current character still needs
  unsigned char low_ = 0x80;  // the bounds of the next of them
  unsigned char high_ = 0xBF;
};

bool IsValidUtf8(std::string_view text);

}  // namespace fajma::http
