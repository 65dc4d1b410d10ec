// The files of the page, read once at the start and served from memory: no path of a request ever meets the disk.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace fajma::rest {

inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

class StaticFiles {
 public:
  // Reads all regular files under `folder`; an empty path or a folder that is missing has none. Links out of the folder
  // are not followed. Throws std::runtime_error when a file cannot be read.
  explicit StaticFiles(const std::filesystem::path& folder);

  // The answer to a path, "/" being index.html: 200, 304, or 405 for anything but GET and HEAD. Absent: no such file.
  std::optional<http::Response> Serve(const http::Request& request) const;

 private:
  struct File {
    std::shared_ptr<const std::string> content;
    std::string_view type;
    std::string etag;
    bool hashed_name = false;  // the build put the content's hash into the name: may be kept for ever
  };
  std::map<std::string, File, std::less<>> files_;  // "/assets/index-Zfs0mtUD.js"
};

}  // namespace fajma::rest
