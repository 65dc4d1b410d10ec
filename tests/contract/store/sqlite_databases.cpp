// The suite's databases: files in a temporary folder.
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

namespace fs = std::filesystem;

// Removed with all its databases when the program ends. The space is there on purpose.
class Folder {
 public:
  Folder() : path_((fs::temp_directory_path() / "fajma store XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path NextFile() { return fs::path(path_) / (std::to_string(++files_) + ".db"); }

 private:
  std::string path_;
  int files_ = 0;
};

Folder& SharedFolder() {
  static Folder folder;
  return folder;
}

std::string UrlOf(const fs::path& file) { return "sqlite://" + file.string(); }

fs::path MakeTemplate() {
  const fs::path file = SharedFolder().NextFile();
  DatabaseOptions options;
  options.url = UrlOf(file);
  Database(options).Migrate();
  return file;
}

}  // namespace

std::string NewEmptyDatabase() { return UrlOf(SharedFolder().NextFile()); }

std::string NewMigratedDatabase() {
  static const fs::path original = MakeTemplate();
  const fs::path file = SharedFolder().NextFile();
  fs::copy_file(original, file);
  return UrlOf(file);
}

bool BreakConnections(const std::string&) { return false; }

}  // namespace fajma::test
