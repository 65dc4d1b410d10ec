// /metrics and /health on an address of their own, apart from what patients' data goes over.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/http/server.h"
#include "cli/foundation.h"

namespace fajma::cli {

class StatusServer {
 public:
  // `find_fault`: a sentence when the process cannot serve; `find_defects`: what is not right though it serves, a word
  // for each. Any thread. Throws std::runtime_error when the address cannot be used.
  StatusServer(const std::string& address, Foundation& foundation, std::function<std::string()> find_fault,
               std::function<std::vector<std::string>()> find_defects);
  std::uint16_t port() const { return server_.port(); }

 private:
  http::Server server_;
};

}  // namespace fajma::cli
