#include "api/auth/password.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <thread>
#include <vector>

namespace fajma::auth {
namespace {

class PasswordTest : public testing::Test {
 protected:
  PasswordHasher hasher_{{.cost = PasswordCost::kMinimum}};
};

TEST_F(PasswordTest, HashesDifferAndFit) {
  const std::string hash = hasher_.Hash("lètmein");
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$")) << hash;
  EXPECT_LT(hash.size(), 128u);
  EXPECT_NE(hash, hasher_.Hash("lètmein"));
  EXPECT_EQ(hasher_.Verify("lètmein", hash), PasswordCheck::kRight);
  EXPECT_EQ(hasher_.Verify("letmein", hash), PasswordCheck::kWrong);
  EXPECT_EQ(hasher_.Verify("", hash), PasswordCheck::kWrong);
}

TEST_F(PasswordTest, FitsDjangosHashes) {
  const std::string hash = "pbkdf2_sha256$1000$seasalt2$ABPNVLVV1vRC5OnBCpgwRvsTOJaXds28OSzNig3GR2M=";
  EXPECT_EQ(hasher_.Verify("lètmein", hash), PasswordCheck::kRight);
  EXPECT_EQ(hasher_.Verify("letmein", hash), PasswordCheck::kWrong);
  EXPECT_EQ(hasher_.Verify("lètmein", "pbkdf2_sha256$29000$seasalt$OXvcmd5X4lstJYTdn4pNJCadC+PD0daYfoJ18IQ9vb0="),
            PasswordCheck::kRight);
}

TEST_F(PasswordTest, NothingFitsABrokenHash) {
  for (const char* stored :
       {"", "!", "!abc", "demo", "pbkdf2_sha256$", "pbkdf2_sha256$1000$salt", "pbkdf2_sha256$x$salt$AAAA",
        "pbkdf2_sha256$-1$salt$AAAA", "pbkdf2_sha256$0$s$ABPNVLVV1vRC5OnBCpgwRvsTOJaXds28OSzNig3GR2M=",
        "pbkdf2_sha256$99999999999$s$ABPNVLVV1vRC5OnBCpgwRvsTOJaXds28OSzNig3GR2M=", "pbkdf2_sha1$1$s$AAAA",
        "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$"}) {
    EXPECT_EQ(hasher_.Verify("demo", stored), PasswordCheck::kWrong) << stored;
  }
  EXPECT_EQ(hasher_.Verify("demo", "$argon2id$" + std::string(500, 'a')), PasswordCheck::kWrong);
}

TEST(PasswordHasher, TakesItsTimeForAHashItDoesNotKnow) {
  PasswordHasher hasher({.cost = PasswordCost::kInteractive});
  const auto time_of = [&](const std::string& stored) {
    const std::clock_t begin = std::clock();  // of the processor: a busy machine does not count
    EXPECT_EQ(hasher.Verify("demo", stored), PasswordCheck::kWrong);
    return std::clock() - begin;
  };
  const std::clock_t known = time_of(hasher.Hash("another"));
  EXPECT_GT(time_of("!unusable"), known / 4);
}

TEST_F(PasswordTest, NobodyHasAPassword) {
  EXPECT_EQ(hasher_.VerifyNobody(""), PasswordCheck::kWrong);
  EXPECT_EQ(hasher_.VerifyNobody("demo"), PasswordCheck::kWrong);
}

TEST_F(PasswordTest, ManyThreadsShareTheSlots) {
  const std::string hash = hasher_.Hash("demo");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(hasher_.Verify("demo", hash), PasswordCheck::kRight); });
  }
}

TEST(PasswordHasher, IsBusyWithoutASlot) {
  PasswordHasher hasher({.cost = PasswordCost::kMinimum, .slots = 0, .timeout = std::chrono::milliseconds(1)});
  EXPECT_EQ(hasher.Verify("demo", "$argon2id$"), PasswordCheck::kBusy);
  EXPECT_EQ(hasher.VerifyNobody("demo"), PasswordCheck::kBusy);
  EXPECT_THROW(hasher.Hash("demo"), std::runtime_error);
}

}  // namespace
}  // namespace fajma::auth
