#include "api/auth/broker_passwords.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace fajma::auth {
namespace {

// Written by mosquitto_passwd 2.0.11.
constexpr char kTheirs[] =
    "$7$101$OOit9mG/HBnzOdFP$DpICUhhQmL27o7jqpb8EHl3oscaX2N2JUTHu9cF0pA2ccqzRUKJJPbceb6DGl/yY/HrUl8EI7b5eecfTy8WfWA==";

TEST(BrokerPassword, IsHashedAsMosquittoDoes) {
  EXPECT_TRUE(FitsBrokerPassword("correct horse", kTheirs));
  EXPECT_FALSE(FitsBrokerPassword("correct horsf", kTheirs));
  const std::string ours = HashBrokerPassword("correct horse");
  EXPECT_EQ(ours.size(), std::string(kTheirs).size());
  EXPECT_TRUE(ours.starts_with("$7$101$"));
  EXPECT_TRUE(FitsBrokerPassword("correct horse", ours));
  EXPECT_NE(ours, HashBrokerPassword("correct horse"));
}

TEST(BrokerPassword, DoesNotFitWhatIsNoHash) {
  for (const char* hash :
       {"", "$7$", "$7$101", "$7$101$OOit9mG/HBnzOdFP", "$7$x$OOit9mG/HBnzOdFP$AAAA", "$6$a$b", "$7$0$a$b"}) {
    EXPECT_FALSE(FitsBrokerPassword("correct horse", hash)) << hash;
  }
}

class BrokerPasswordFileTest : public testing::Test {
 protected:
  BrokerPasswordFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "fajma-broker-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "passwords";
  }
  ~BrokerPasswordFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Content() const {
    std::ifstream file(path_);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }
  static void Write(BrokerPasswordFile& file, BrokerPasswordFile::Lines lines) {
    file.Write([&] { return lines; });
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(BrokerPasswordFileTest, HasALineForEachDeviceAndIsPrivate) {
  BrokerPasswordFile file(path_);
  Write(file, {{"aabbcc000001", "$7$a"}, {"aabbcc000002", "$7$b"}});
  EXPECT_EQ(Content(), "aabbcc000001:$7$a\naabbcc000002:$7$b\n");
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(BrokerPasswordFileTest, KeepsThoseWhoAreNoDevices) {
  std::ofstream(path_) << "fajma:$7$server\naabbcc000009:$7$old\nAABBCC000001:$7$upper\n\naabbcc0000012:$7$long";
  BrokerPasswordFile file(path_);
  Write(file, {{"aabbcc000001", "$7$a"}});
  EXPECT_EQ(Content(), "fajma:$7$server\nAABBCC000001:$7$upper\naabbcc0000012:$7$long\naabbcc000001:$7$a\n");
  Write(file, {});
  EXPECT_EQ(Content(), "fajma:$7$server\nAABBCC000001:$7$upper\naabbcc0000012:$7$long\n");
}

TEST_F(BrokerPasswordFileTest, LeavesNoDraftBehind) {
  BrokerPasswordFile file(path_);
  Write(file, {});
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  BrokerPasswordFile nowhere(folder_ / "missing" / "passwords");
  EXPECT_THROW(Write(nowhere, {}), std::runtime_error);
  BrokerPasswordFile on_a_folder(folder_);
  EXPECT_THROW(Write(on_a_folder, {}), std::runtime_error);
}

TEST_F(BrokerPasswordFileTest, WithoutANameWritesAndReadsNothing) {
  BrokerPasswordFile file({});
  file.Write([]() -> BrokerPasswordFile::Lines { throw std::runtime_error("asked"); });
}

}  // namespace
}  // namespace fajma::auth
