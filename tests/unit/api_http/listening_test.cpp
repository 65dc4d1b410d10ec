#include "api/http/listening.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <stdexcept>

namespace fajma::http {
namespace {

TEST(ResolveBindAddress, ReadsBothFamilies) {
  const BindAddress v4 = ResolveBindAddress("127.0.0.1:8000");
  EXPECT_EQ(v4.socket_address.ss_family, AF_INET);
  EXPECT_EQ(v4.port, 8000);
  const BindAddress v6 = ResolveBindAddress("[::1]:0");
  EXPECT_EQ(v6.socket_address.ss_family, AF_INET6);
  EXPECT_EQ(v6.port, 0);
}

TEST(ResolveBindAddress, NamesTheAddressThatIsNone) {
  for (const char* address : {"", ":", "8000", "127.0.0.1", ":8000", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:80 ",
                              "127.0.0.1:65536", "127.0.0.1:-1"}) {
    try {
      ResolveBindAddress(address);
      ADD_FAILURE() << address;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(address), std::string::npos);
    }
  }
}

TEST(PlainAddress, UnwrapsMappedIpv4Only) {
  EXPECT_EQ(PlainAddress("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(PlainAddress("::ffff:1"), "::ffff:1");
  EXPECT_EQ(PlainAddress("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(PlainAddress("192.0.2.1"), "192.0.2.1");
}

}  // namespace
}  // namespace fajma::http
