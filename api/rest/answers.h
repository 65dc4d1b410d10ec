// Answers that every resource gives alike.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/rest/fields.h"

namespace fajma::rest {

http::Response Json(int status, std::string body);
http::Response SharedJson(std::shared_ptr<const std::string> body);  // 200
http::Response Detail(int status, std::string_view detail);
// {"detail":…,"code":…}
http::Response DetailWithCode(int status, std::string_view detail, std::string_view code);
http::Response BadFields(const FieldErrors& errors);  // 400
http::Response NotFound();                            // 404 of an object
http::Response Unavailable();                         // 503, to be tried again
http::Response Throttled(std::int64_t seconds);       // 429
http::Response NoContent();                           // 204
// Django's plain error page: 404 of a path, 400 of a host.
http::Response ErrorPage(int status, std::string_view title, std::string_view details);
http::Response UnknownPath();

}  // namespace fajma::rest
