#include <algorithm>
#include <array>
#include <utility>

#include "api/rest/routes.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

// Whether `path` is of this pattern; `match` gets what stands for its places.
bool Fits(std::string_view pattern, std::string_view path, Match& match) {
  std::string_view* places[] = {&match.id, &match.sub_id};
  for (std::string_view* place : places) {
    const std::size_t begin = pattern.find('{');
    if (begin == std::string_view::npos) break;
    if (!path.starts_with(pattern.substr(0, begin))) return false;
    const std::size_t end = path.find_first_of("/.", begin);
    if (end == std::string_view::npos || end == begin) return false;
    *place = path.substr(begin, end - begin);
    path.remove_prefix(end);
    pattern.remove_prefix(pattern.find('}') + 1);
  }
  return path == pattern;
}

std::string AllowOf(const std::vector<const Route*>& routes) {
  constexpr std::array<std::string_view, 5> kOrder = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  const auto has = [&](std::string_view method) {
    return std::any_of(routes.begin(), routes.end(), [&](const Route* route) { return route->method == method; });
  };
  std::string allow;
  for (const std::string_view method : kOrder) {
    if (has(method)) allow.append(method).append(", ");
  }
  if (has("GET")) allow += "HEAD, ";
  return allow + "OPTIONS";
}

// "/api/iot/dispositifs/{id}/latest-data/" → "Latest Data"
std::string TitleOf(std::string_view pattern) {
  std::string title;
  std::size_t end = pattern.size();
  while (title.empty() && end > 1) {
    const std::size_t begin = pattern.rfind('/', end - 2) + 1;
    const std::string_view segment = pattern.substr(begin, end - 1 - begin);
    if (!segment.starts_with('{')) title = segment;
    end = begin;
  }
  bool at_begin = true;
  for (char& c : title) {
    if (at_begin && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    at_begin = c == '-';
    if (at_begin) c = ' ';
  }
  return title;
}

}  // namespace

Resource::Resource(std::string_view pattern, std::vector<const Route*> routes)
    : pattern_(pattern), routes_(std::move(routes)), allow_(AllowOf(routes_)) {}

const Route* Resource::Find(std::string_view method) const {
  const std::string_view meant = method == "HEAD" ? std::string_view("GET") : method;
  const auto found =
      std::find_if(routes_.begin(), routes_.end(), [&](const Route* route) { return route->method == meant; });
  return found == routes_.end() ? nullptr : *found;
}

std::string Resource::Describe() const {
  std::string out;
  json::ObjectWriter writer(out);
  writer.String("name", TitleOf(pattern_));
  writer.String("description", "");
  writer.Raw("renders", R"(["application/json"])");
  writer.Raw("parses", R"(["application/json","application/x-www-form-urlencoded"])");
  std::string actions;
  json::ObjectWriter action_writer(actions);
  for (const Route* route : routes_) {
    if (!route->fields.empty() && (route->method == "POST" || route->method == "PUT")) {
      action_writer.Raw(route->method, DescribeFields(route->fields));
    }
  }
  action_writer.End();
  if (actions != "{}") writer.Raw("actions", actions);
  writer.End();
  return out;
}

Router::Router(std::span<const Route> routes) {
  std::vector<std::pair<std::string_view, std::vector<const Route*>>> groups;
  for (const Route& route : routes) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == route.pattern; });
    if (group == groups.end()) group = groups.insert(groups.end(), {route.pattern, {}});
    group->second.push_back(&route);
  }
  resources_.reserve(groups.size());
  for (auto& [pattern, members] : groups) resources_.emplace_back(pattern, std::move(members));
}

std::optional<Match> Router::Find(std::string_view path) const {
  for (const Resource& resource : resources_) {
    Match match{&resource, {}, {}};
    if (Fits(resource.pattern(), path, match)) return match;
  }
  return std::nullopt;
}

}  // namespace fajma::rest
