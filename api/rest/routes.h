// The table of routes: one line adds a route.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/rest/access.h"
#include "api/rest/fields.h"

namespace fajma::rest {

struct Call;

struct Route {
  std::string_view method;   // GET answers HEAD too; OPTIONS is answered for all
  std::string_view pattern;  // "{id}", "{sub_id}": one segment without '.'
  http::Response (*handle)(Call& call);
  Roles roles;                      // who may; kPublic: anyone, without a token
  bool cached = false;              // the answer changes only with a commit or the directory
  std::span<const Field> fields{};  // of its body, told by OPTIONS
  bool by_minute = false;           // a cached answer that changes with each minute of the clock too
};

std::span<const Route> Routes();

// All routes of one pattern.
class Resource {
 public:
  Resource(std::string_view pattern, std::vector<const Route*> routes);

  std::string_view pattern() const { return pattern_; }
  // "GET, POST, HEAD, OPTIONS"
  const std::string& allow() const { return allow_; }
  bool is_public() const { return routes_.front()->roles == kPublic; }
  // HEAD is taken for GET. Null: not allowed.
  const Route* Find(std::string_view method) const;
  // The body of an answer to OPTIONS.
  std::string Describe() const;

 private:
  std::string_view pattern_;
  std::vector<const Route*> routes_;
  std::string allow_;
};

struct Match {
  const Resource* resource;
  std::string_view id;      // what stands for {id}; points into the path
  std::string_view sub_id;  // for {sub_id}
};

class Router {
 public:
  explicit Router(std::span<const Route> routes);
  // The first pattern of the table that fits.
  std::optional<Match> Find(std::string_view path) const;

 private:
  std::vector<Resource> resources_;
};

}  // namespace fajma::rest
