#include "api/rest/rest_api.h"

#include <random>
#include <utility>

#include "api/rest/call.h"
#include "api/rest/etag.h"
#include "api/rest/hosts.h"
#include "api/rest/list_cache.h"
#include "api/rest/rate_limit.h"
#include "api/rest/routes.h"
#include "api/rest/static_files.h"
#include "core/runtime/log.h"

namespace fajma::rest {
namespace {

bool IsProbe(std::string_view path) { return path == "/metrics" || path.starts_with("/health/"); }

// Where the path with a slash behind it is one of ours, clients are sent there.
http::Response RedirectToSlash(const http::Request& request) {
  http::Response response;
  response.status = 301;
  std::string location = request.path + "/";
  if (const std::size_t query = request.raw_target.find('?'); query != std::string::npos) {
    location += request.raw_target.substr(query);
  }
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

std::string CacheKey(const Call& call) {
  std::string key = call.identity->scope_key;
  for (const std::string_view part : {std::string_view(call.scheme), std::string_view(call.request.host),
                                      std::string_view(call.request.raw_target)}) {
    key += '\0';
    key += part;
  }
  return key;
}

void AddCommonHeaders(const CorsPolicy& cors, const http::Request& request, std::string allow,
                      http::Response& response) {
  const bool of_api = !allow.empty();
  if (of_api && response.status != 304) response.headers.emplace_back("Allow", std::move(allow));
  if (of_api) response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Vary", of_api ? "Accept, Origin" : "Origin");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "same-origin");
  if (!CorsPolicy::IsPreflight(request)) cors.Mark(request, response);
}

}  // namespace

struct RestApi::State {
  State(RestDependencies dependencies, RestOptions rest_options)
      : app(std::move(dependencies)),
        options(std::move(rest_options)),
        router(Routes()),
        hosts(options.allowed_hosts),
        cors(options.cors_origins),
        page(options.page_folder),
        users(app.users, app.patients, app.database),
        logins(options.login_limits, options.shared_limits),
        lists(options.cache_entries, options.cache_bytes),
        address_rate({.per_second = options.requests_per_second}, auth::LimitKind::kRestAddress, options.shared_limits),
        user_rate({.per_second = options.requests_per_second}, auth::LimitKind::kRestUser, options.shared_limits) {}

  // Seconds to wait for whoever asks too often; 0: none.
  std::int64_t TakeOfAddress(const http::Request& request);
  http::Response Answer(const http::Request& request, const Match& match);
  http::Response Run(Call& call, const Route& route);
  http::Response RunCached(Call& call, const Route& route);

  RestDependencies app;
  RestOptions options;
  Router router;
  AllowedHosts hosts;
  CorsPolicy cors;
  StaticFiles page;
  UserCache users;
  auth::LoginLimiter logins;
  ListCache lists;
  RateLimiter address_rate;
  RateLimiter user_rate;
  const std::uint64_t instance = std::uint64_t{std::random_device()()} << 32 | std::random_device()();
};

RestApi::RestApi(RestDependencies dependencies, RestOptions options)
    : state_(std::make_unique<State>(std::move(dependencies), std::move(options))) {}

RestApi::~RestApi() = default;

http::Response RestApi::Handle(const http::Request& request) {
  std::string allow;
  http::Response response;
  try {
    response = Dispatch(request, allow);
  } catch (const DatabaseError& error) {
    log::Warn("database unavailable", error.what());
    response = Unavailable();
  }
  AddCommonHeaders(state_->cors, request, std::move(allow), response);
  return response;
}

void RestApi::TakeNews(auth::LimitNewsList& news) {
  state_->logins.TakeNews(news);
  state_->address_rate.TakeNews(news);
  state_->user_rate.TakeNews(news);
}

void RestApi::Hear(const auth::LimitNewsList& news) {
  const Micros now = state_->app.now();
  for (const auth::LimitNews& one : news) {
    state_->logins.Hear(one, now);
    state_->address_rate.Hear(one, now);
    state_->user_rate.Hear(one, now);
  }
}

http::Response RestApi::Dispatch(const http::Request& request, std::string& allow) {
  if (CorsPolicy::IsPreflight(request)) return state_->cors.AnswerPreflight(request);
  if (!IsProbe(request.path) && !state_->hosts.Allows(request.host)) return ErrorPage(400, "Bad Request (400)", "");
  if (auto file = state_->page.Serve(request)) return std::move(*file);
  if (const std::int64_t wait = state_->TakeOfAddress(request); wait > 0) return Throttled(wait);
  const std::optional<Match> match = state_->router.Find(request.path);
  if (match) {
    allow = match->resource->allow();
    return state_->Answer(request, *match);
  }
  if (!request.path.ends_with('/') && state_->router.Find(request.path + "/")) return RedirectToSlash(request);
  return UnknownPath();
}

std::int64_t RestApi::State::TakeOfAddress(const http::Request& request) {
  if (!address_rate.limits() || IsProbe(request.path)) return 0;
  return address_rate.Take(ClientOfAddress(ClientAddressOf(request, options.is_trusted_proxy)), app.now());
}

// 401, then 429, 405 and 403; 404 and 400 are the handler's.
http::Response RestApi::State::Answer(const http::Request& request, const Match& match) {
  Call call{request, app, options, SchemeOf(request, options.is_trusted_proxy), match.id, match.sub_id, logins};
  call.directory_generation = app.database.directory_generation();
  if (!match.resource->is_public()) {
    auto who = Authenticate(request, app.tokens, users, call.directory_generation, app.now());
    if (auto* refusal = std::get_if<http::Response>(&who)) return std::move(*refusal);
    call.identity = std::move(std::get<std::shared_ptr<const Identity>>(who));
    if (user_rate.limits()) {
      const std::int64_t wait = user_rate.Take(std::to_string(call.identity->user.id), app.now());
      if (wait > 0) return Throttled(wait);
    }
  }
  if (request.method == "OPTIONS") return Json(200, match.resource->Describe());
  const Route* route = match.resource->Find(request.method);
  if (route == nullptr) return Detail(405, "Method \"" + request.method + "\" not allowed.");
  if (call.identity && (route->roles & call.identity->role) == 0) {
    return Detail(403, "You do not have permission to perform this action.");
  }
  return Run(call, *route);
}

http::Response RestApi::State::Run(Call& call, const Route& route) {
  http::Response response = RunCached(call, route);
  const bool shown = response.status == 200 || response.status == 304;
  if (call.read_patient && shown && app.access_journal != nullptr) {
    app.access_journal->Note(call.identity->user.id, *call.read_patient, route.pattern, app.now());
  }
  return response;
}

http::Response RestApi::State::RunCached(Call& call, const Route& route) {
  // While a commit is under way, its rows may be seen by others already: no kept answer is good enough, and none is
  // kept.
  if (!route.cached || !options.cache_lists || app.database.commit_in_progress()) return route.handle(call);
  const Stamp stamp{app.database.last_commit(), call.directory_generation,
                    route.by_minute ? app.now() / kMicrosPerMinute : 0};
  std::string key = CacheKey(call);
  std::string tag = TagOf(key, stamp, instance);
  auto body = lists.Find(key, stamp, &call.read_patient);
  http::Response response = body ? SharedJson(std::move(body)) : route.handle(call);
  if (response.status != 200) return response;
  if (!response.shared_body) {
    response.shared_body = std::make_shared<const std::string>(std::move(response.body));
    lists.Put(std::move(key), stamp, response.shared_body, call.read_patient);
  }
  AnswerTagged(call.request, std::move(tag), response);
  return response;
}

}  // namespace fajma::rest
