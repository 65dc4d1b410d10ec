// What comes in and goes out through the HTTP door, free of any library.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fajma::http {

// Equal but for the case of ASCII letters, as header names and tokens are compared.
bool EqualsIgnoringCase(std::string_view left, std::string_view right);

using Header = std::pair<std::string, std::string>;
using QueryParameter = std::pair<std::string, std::string>;

// One complete request. The door has already checked its form: `path` starts with '/' (or is "*"
// for OPTIONS), is percent-decoded, valid UTF-8 and free of NUL; names and values of the query are
// decoded ('+' is a space) and valid UTF-8 too.
struct Request {
  std::string method;      // as sent: methods are case-sensitive
  std::string raw_target;  // as sent, for signatures and logs; may carry a token in its query:
                           // never log it whole
  std::string path;
  std::vector<QueryParameter> query;  // in the order sent
  std::vector<Header> headers;        // in the order sent, values trimmed
  std::string body;
  std::string host;            // the Host header, or the authority of an absolute-form target; "" when it names none
  std::string peer_address;    // of the socket, numeric, without the port; an IPv4 peer of an IPv6
                               // socket as IPv4
  std::string scheme{"http"};  // of the socket; what a trusted proxy says of it is for the handler to judge
  int minor_version = 1;       // HTTP/1.0 or HTTP/1.1
  bool keep_alive = true;      // whether the connection stays open after the answer

  // The value of the first header of this name, or null. Valid as long as the request.
  const std::string* FindHeader(std::string_view name) const;
  // The value of the last parameter of this name, or null.
  const std::string* FindQuery(std::string_view name) const;
  // All values of one parameter, in order.
  std::vector<std::string_view> QueryValues(std::string_view name) const;
};

// An answer. The door adds Content-Length, Connection, Date and Server; it drops these from
// `headers`, and drops any header with a line break in it. For HEAD it sends the length of the
// body, not the body; 204 and 304 have none.
struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  // A body kept elsewhere (a file of the page, a schema): goes out instead of `body` without being
  // copied.
  std::shared_ptr<const std::string> shared_body;

  std::string_view BodyView() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

// `{"detail":"…"}`, the form of every error, with its Content-Type.
Response DetailResponse(int status, std::string_view detail);
// A JSON body that is already written.
Response JsonResponse(int status, std::string body);

// "Not Found" for 404; "" for a code without a name.
std::string_view ReasonPhrase(int status);

}  // namespace fajma::http
