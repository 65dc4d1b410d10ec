// A request that is refused, and the exact answer.
#pragma once

namespace fajma::rest {

inline constexpr char kJsonType[] = "application/json";
inline constexpr char kFormType[] = "application/x-www-form-urlencoded";

struct BadRequest {
  const char* method;
  const char* target;
  const char* body;
  int status;
  const char* answer;
  const char* content_type = kJsonType;
  const char* user = "demo";  // "": no credentials
};

inline constexpr char kNoCredentials[] = R"({"detail":"Authentication credentials were not provided."})";
inline constexpr char kForbidden[] = R"({"detail":"You do not have permission to perform this action."})";
inline constexpr char kNotFound[] = R"({"detail":"Not found."})";
inline constexpr char kInvalidPage[] = R"({"detail":"Invalid page."})";

}  // namespace fajma::rest
