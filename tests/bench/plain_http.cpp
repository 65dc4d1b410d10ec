// The least that Pistache can do: one JSON answer, whatever is asked. fajma_plain_http PORT; prints a line when it
// listens, ends with its standard input.
#include <pistache/endpoint.h>
#include <pistache/http.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

constexpr int kWorkers = 2;  // as many as `fajma serve` has

class PlainHandler : public Pistache::Http::Handler {
 public:
  HTTP_PROTOTYPE(PlainHandler)

  void onRequest(const Pistache::Http::Request&, Pistache::Http::ResponseWriter response) override {
    response.send(Pistache::Http::Code::Ok, R"({"status":"ok"})", MIME(Application, Json));
  }
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: fajma_plain_http PORT\n");
    return 2;
  }
  const Pistache::Port port(static_cast<std::uint16_t>(std::atoi(arguments[1])));
  Pistache::Http::Endpoint endpoint(Pistache::Address(Pistache::Ipv4::loopback(), port));
  endpoint.init(Pistache::Http::Endpoint::options().threads(kWorkers).flags(Pistache::Tcp::Options::ReuseAddr |
                                                                            Pistache::Tcp::Options::NoDelay));
  endpoint.setHandler(Pistache::Http::make_handler<PlainHandler>());
  endpoint.serveThreaded();
  std::printf("listening\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  endpoint.shutdown();
  return 0;
}
