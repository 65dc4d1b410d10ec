#include "api/rest/static_files.h"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "api/rest/answers.h"
#include "api/rest/etag.h"

namespace fajma::rest {
namespace {

struct MediaType {
  std::string_view extension;
  std::string_view type;
};

constexpr MediaType kMediaTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".mp3", "audio/mpeg"},
    {".wav", "audio/wav"},
    {".txt", "text/plain; charset=utf-8"},
};

std::string_view TypeOf(const std::filesystem::path& file) {
  for (const MediaType& known : kMediaTypes) {
    if (file.extension() == known.extension) return known.type;
  }
  return "application/octet-stream";
}

std::string ReadWhole(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(stream), {});
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  return content;
}

// FNV-1a: it must tell one build's file from another's, no more.
std::string ContentTagOf(std::string_view content) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  char tag[40];
  std::snprintf(tag, sizeof tag, "\"%zx-%016llx\"", content.size(), static_cast<unsigned long long>(hash));
  return tag;
}

}  // namespace

StaticFiles::StaticFiles(const std::filesystem::path& folder) {
  std::error_code none;
  if (folder.empty() || !std::filesystem::is_directory(folder, none)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    const std::string name = "/" + entry.path().lexically_relative(folder).generic_string();
    std::string content = ReadWhole(entry.path());
    std::string tag = ContentTagOf(content);
    files_[name] = {std::make_shared<const std::string>(std::move(content)), TypeOf(entry.path()), std::move(tag),
                    name.starts_with("/assets/")};
  }
}

std::optional<http::Response> StaticFiles::Serve(const http::Request& request) const {
  const auto found = files_.find(request.path == "/" ? std::string_view("/index.html") : request.path);
  if (found == files_.end()) return std::nullopt;
  const File& file = found->second;
  http::Response response;
  if (request.method != "GET" && request.method != "HEAD") {
    response = Detail(405, "Method \"" + request.method + "\" not allowed.");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  const std::string* known = request.FindHeader("If-None-Match");
  if (known != nullptr && MatchesTag(*known, file.etag)) {
    response.status = 304;
  } else {
    response.headers.emplace_back("Content-Type", file.type);
    response.shared_body = file.content;
  }
  response.headers.emplace_back("ETag", file.etag);
  response.headers.emplace_back("Cache-Control", file.hashed_name ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
  return response;
}

}  // namespace fajma::rest
