// What a request pays for being someone's: its token and its user, as the REST door looks at them.
// fajma_token_check DATABASE_URL USER; prints a line of JSON.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "api/rest/identity.h"
#include "core/store/database.h"

namespace fajma {
namespace {

constexpr int kChecks = 20'000;
constexpr int kRounds = 9;

double MicrosOfACheck(const http::Request& request, const auth::TokenAuthority& tokens, rest::UserCache& users) {
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < kChecks; ++i) {
    const auto who = rest::Authenticate(request, tokens, users, 0, SystemNow());
    if (!std::holds_alternative<std::shared_ptr<const rest::Identity>>(who)) throw std::runtime_error("refused");
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun;
  return took.count() / kChecks;
}

void MeasureChecks(const std::string& url, const std::string& name) {
  Database database(DatabaseOptions{.url = url});
  UserStore store(database);
  PatientStore patients(database);
  rest::UserCache users(store, patients, database);
  const auto user = store.FindByName(name);
  if (!user) throw std::runtime_error("no such user");
  const auth::TokenAuthority tokens(auth::SecretKey("a key that only this bench knows..."));
  http::Request request;
  request.headers.emplace_back("Authorization", "Bearer " + tokens.IssueLogin(user->id, SystemNow()).access);
  std::vector<double> rounds;
  for (int i = 0; i < kRounds; ++i) rounds.push_back(MicrosOfACheck(request, tokens, users));
  std::ranges::sort(rounds);
  std::printf("{\"checks\":%d,\"token_check_us\":%.2f,\"slowest_round_us\":%.2f}\n", kChecks * kRounds,
              rounds[kRounds / 2], rounds.back());
}

}  // namespace
}  // namespace fajma

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: fajma_token_check DATABASE_URL USER\n");
    return 2;
  }
  try {
    fajma::MeasureChecks(arguments[1], arguments[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
