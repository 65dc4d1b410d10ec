#include "api/auth/secret_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

namespace fajma::auth {
namespace {

class SecretKeyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "fajma-key-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string ErrorOf(const std::string& content) {
    std::ofstream(folder_ / "key") << content;
    try {
      LoadSecretKey(folder_ / "key", WhenAbsent::kCreate);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "accepted";
  }

  std::filesystem::path folder_;
};

TEST_F(SecretKeyTest, CreatesAPrivateFileOnce) {
  const SecretKey first = LoadSecretKey(folder_ / "key", WhenAbsent::kCreate);
  EXPECT_EQ(first.bytes().size(), 64u);
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_EQ(LoadSecretKey(folder_ / "key", WhenAbsent::kCreate).bytes(), first.bytes());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(SecretKeyTest, FailsOnAMissingFileUnlessAllowed) {
  EXPECT_THROW(LoadSecretKey(folder_ / "key", WhenAbsent::kFail), std::runtime_error);
  EXPECT_THROW(LoadSecretKey(folder_ / "none" / "key", WhenAbsent::kCreate), std::runtime_error);
}

TEST_F(SecretKeyTest, RefusesAShortKey) {
  const std::string secret(31, 'k');
  const std::string error = ErrorOf(secret + "\n");
  EXPECT_NE(error.find("at least 32 bytes"), std::string::npos) << error;
  EXPECT_EQ(error.find(secret), std::string::npos);
  EXPECT_EQ(ErrorOf(secret + "k\r\n"), "accepted");
  EXPECT_NE(ErrorOf(""), "accepted");
}

}  // namespace
}  // namespace fajma::auth
