#include <string_view>

#include "api/rest/resources.h"
#include "api/rest/static_files.h"

namespace fajma::rest {
namespace {

// Paths are relative, so that a proxy may put the server below a prefix. The build of web/ puts the scripts there.
constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>FAJMA API</title>
    <link rel="icon" href="../../favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="../../swagger-ui/swagger-ui.css">
  </head>
  <body>
    <p><a href="../schema/">The OpenAPI document</a></p>
    <div id="api"></div>
    <script src="../../swagger-ui/swagger-ui-bundle.js"></script>
    <script src="../../swagger-ui/start.js"></script>
  </body>
</html>
)html";

}  // namespace

http::Response ShowDocs(Call&) {
  http::Response response;
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
  response.body = kPage;
  return response;
}

}  // namespace fajma::rest
