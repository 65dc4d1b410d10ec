#include "api/ws/socket_errors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "core/json/frames.h"

namespace fajma::ws {
namespace {

std::size_t PlaceOf(std::string_view code) {
  return static_cast<std::size_t>(std::find(kSocketErrorCodes.begin(), kSocketErrorCodes.end(), code) -
                                  kSocketErrorCodes.begin());
}

TEST(SocketErrors, AreCountedByRouteAndCode) {
  SocketErrors errors;
  for (int i = 0; i < 3; ++i) errors.Count(SocketRoute::kAlerts, "not_found");
  errors.Count(SocketRoute::kChat, "not_found");
  EXPECT_EQ(errors.Get(static_cast<std::size_t>(SocketRoute::kAlerts), PlaceOf("not_found")), 3U);
  EXPECT_EQ(errors.Get(static_cast<std::size_t>(SocketRoute::kChat), PlaceOf("not_found")), 1U);
  EXPECT_EQ(errors.Get(static_cast<std::size_t>(SocketRoute::kChat), PlaceOf("forbidden")), 0U);
}

TEST(SocketErrors, WhatTheTableLacksIsOneOther) {
  SocketErrors errors;
  for (const char* code : {"", "anything a client says", "other"}) errors.Count(SocketRoute::kIot, code);
  EXPECT_EQ(errors.Get(0, PlaceOf("other")), 3U);
}

TEST(SocketErrors, HaveTheCodesOfTheirFrames) {
  EXPECT_EQ(ErrorCodeOf(ErrorFrame("not_found", "Alerte inconnue.", "alert_id", "7")), "not_found");
  EXPECT_EQ(ErrorCodeOf(R"({"type":"pong"})"), "");
}

// The messages whose type is `error`, as the document lists their codes.
TEST(SocketErrors, TheTableHasEveryDocumentedCode) {
  std::ifstream file(FAJMA_ASYNCAPI);
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  const std::regex error(R"(type: \{const: error\}\s+code: \{(?:enum: \[([^\]]*)\]|const: (\w+))\})");
  const std::regex word(R"(\w+)");
  int messages = 0;
  for (std::sregex_iterator found(document.begin(), document.end(), error), end; found != end; ++found, ++messages) {
    const std::string codes = (*found)[1].str() + (*found)[2].str();
    for (std::sregex_iterator code(codes.begin(), codes.end(), word); code != std::sregex_iterator(); ++code) {
      EXPECT_LT(PlaceOf(code->str()), kSocketErrorCodes.size() - 1) << code->str();
    }
  }
  EXPECT_GE(messages, 6);
}

}  // namespace
}  // namespace fajma::ws
