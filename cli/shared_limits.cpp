#include "cli/shared_limits.h"

#include <optional>

#include "api/ws/user_rates.h"

namespace fajma::cli {

SharedLimits::SharedLimits(Foundation& foundation, rest::RestApi& rest, ws::SocketPlaces& sockets)
    : foundation_(foundation), rest_(rest), sockets_(sockets) {
  foundation.OnNotice(kLimitsNotice, [this](const std::string& payload) { Hear(payload); });
}

// What is told while Redis is away would wait in the bus' queue, and come too late.
void SharedLimits::Tell() {
  const bool away = !foundation_.connected();
  if (was_away_ && !away) sockets_.TellAll();
  was_away_ = away;
  auth::LimitNewsList news;
  rest_.TakeNews(news);
  sockets_.TakeNews(news, ws::SteadyNow());
  if (!away) foundation_.Tell(kLimitsNotice, auth::EncodeLimits(foundation_.process(), news));
}

void SharedLimits::Hear(const std::string& payload) {
  const std::optional<auth::LimitLetter> letter = auth::DecodeLimits(payload);
  if (!letter || letter->process == foundation_.process()) return;
  rest_.Hear(letter->news);
  sockets_.Hear(*letter, ws::SteadyNow());
}

}  // namespace fajma::cli
