// Replays wire_examples.md against the REST door: status, headers and body of each, with ids of readings, dates and
// tokens normalised.
#include <gtest/gtest.h>
#include <regex.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

struct Example {
  std::string title;
  Ask ask;
  bool anonymous = false;
  int status = 0;
  std::vector<http::Header> headers;
  std::string body;  // as in the file
};

std::string FencedBlock(std::ifstream& file) {
  std::string line;
  std::string block;
  while (std::getline(file, line) && line != "```") block += line + "\n";
  if (!block.empty()) block.pop_back();
  return block;
}

// The texts between backticks.
std::vector<std::string> Quoted(const std::string& line) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; (at = line.find('`', at)) != std::string::npos;) {
    const std::size_t end = line.find('`', at + 1);
    texts.push_back(line.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return texts;
}

// "-> **200**  `Content-Type: application/json`; `Allow: GET`"
void ReadAnswerLine(const std::string& line, Example& example) {
  example.status = std::stoi(line.substr(5));
  for (const std::string& header : Quoted(line)) {
    const std::size_t colon = header.find(':');
    example.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
  }
}

// "`GET /api/demo/` (no token)"
void ReadRequestLine(const std::string& line, Example& example) {
  const std::string request = Quoted(line).at(0);
  example.ask.method = request.substr(0, request.find(' '));
  example.ask.target = request.substr(request.find(' ') + 1);
  example.anonymous = line.ends_with("(no token)");
}

std::vector<Example> ReadExamples() {
  std::ifstream file(std::string(FAJMA_TEST_FOLDER) + "/wire_examples.md");
  std::vector<Example> examples;
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("### ")) {
      examples.push_back({line.substr(4), {}, false, 0, {}, {}});
    } else if (line.starts_with("`") && !line.starts_with("```")) {
      ReadRequestLine(line, examples.back());
    } else if (line.starts_with("-> **")) {
      ReadAnswerLine(line, examples.back());
    } else if (line.starts_with("```")) {
      std::string block = FencedBlock(file);
      (examples.back().status == 0 ? examples.back().ask.body : examples.back().body) = std::move(block);
    }
  }
  return examples;
}

// A long list of objects as the file shows it: its first, and how many more.
std::string Shortened(const std::string& text) {
  const Result<json::Document> document = json::Document::Parse(text);
  if (!document) return text;
  const auto results = document.value().root().Find("results");
  if (!results || results->size() < 3) return Compact(document.value().root());
  const std::string rows = Compact(*results);
  const std::string first = Compact((*results->begin()).value);
  std::string whole = Compact(document.value().root());
  whole.replace(whole.find(rows), rows.size(),
                "[" + first + ",\"... " + std::to_string(results->size() - 1) + " more\"]");
  return whole;
}

std::string Replaced(const std::string& text, const char* pattern, const std::string& by) {
  regex_t compiled;
  if (regcomp(&compiled, pattern, REG_EXTENDED) != 0) throw std::runtime_error(pattern);
  std::string out;
  const char* rest = text.c_str();
  for (regmatch_t match; regexec(&compiled, rest, 1, &match, 0) == 0; rest += match.rm_eo) {
    out.append(rest, static_cast<std::size_t>(match.rm_so)).append(by);
  }
  regfree(&compiled);
  return out + rest;
}

std::string Normalised(std::string text) {
  text = Replaced(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z", "<date>");
  text = Replaced(text, "eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+", "<JWT>");
  text = Replaced(text, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>");
  return Replaced(text, "\"id\":[0-9]+,\"type_donnee\"", "\"id\":<id>,\"type_donnee\"");
}

// What we tell besides, behind the documented members.
std::string WithoutAdded(std::string text) {
  text = Replaced(text, ",\"nature\":\"[a-z]+\"", "");
  return Replaced(text, ",\"intervalle_attendu\":(null|[0-9]+)", "");
}

class WireReplay : public RestFixture {
 protected:
  // What the file says in words only.
  Ask Completed(const Example& example) const {
    Ask ask = example.ask;
    const auto replace = [&](const std::string& what, const std::string& by) {
      if (const std::size_t at = ask.body.find(what); at != std::string::npos) ask.body.replace(at, what.size(), by);
    };
    replace("<password>", example.title == "Token" ? "demo" : "wrong");
    const bool of_one_login = example.title.find("lacklist") != std::string::npos;
    if (of_one_login) replace("<JWT>", logged_out_);
    replace("<JWT>",
            example.title == "Refresh, an access token" ? TokenOf("demo") : tokens_.IssueLogin(1, SystemNow()).refresh);
    if (example.title == "Unsupported media type") ask.headers.emplace_back("Content-Type", "text/plain");
    if (example.title.starts_with("CORS")) ask.headers.emplace_back("Origin", "http://localhost:3000");
    if (example.title == "CORS preflight") ask.headers.emplace_back("Access-Control-Request-Method", "POST");
    return ask;
  }

  std::string AuthorizationOf(const Example& example) const {
    const std::map<std::string, std::string> special = {
        {"Bad access token", "Bearer abc"},
        {"A device token on REST", "Bearer " + tokens_.IssueDevice(1, SystemNow())},
        {"Bad Authorization header", "Bearer"},
        {"Another scheme", "Basic ZGVtbzpkZW1v"},
    };
    if (const auto found = special.find(example.title); found != special.end()) return found->second;
    return example.anonymous ? "" : "Bearer " + TokenOf("demo");
  }

  const std::string logged_out_ = tokens_.IssueLogin(1, SystemNow()).refresh;

  void Replay(const Example& example) {
    const http::Response response = api_->Handle(MakeRequest(Completed(example), AuthorizationOf(example)));
    EXPECT_EQ(response.status, example.status) << response.BodyView();
    for (const auto& [name, value] : example.headers) EXPECT_EQ(HeaderOf(response, name), value) << name;
    const std::string body(response.BodyView());
    if (HeaderOf(response, "Content-Type") == "application/json") {
      EXPECT_EQ(body, Compact(json::Document::Parse(body).value().root()));
      EXPECT_EQ(WithoutAdded(Normalised(Shortened(body))), Normalised(Shortened(example.body)));
    } else if (example.body == "(empty body)") {
      EXPECT_EQ(body, "");
    } else {
      EXPECT_EQ(body, example.body);
    }
  }
};

TEST_F(WireReplay, AnswersAsTheDocumentedServer) {
  int replayed = 0;
  for (const Example& example : ReadExamples()) {
    SCOPED_TRACE(example.title);
    Replay(example);
    ++replayed;
  }
  std::printf("%d examples replayed\n", replayed);
  EXPECT_EQ(replayed, 64);
}

}  // namespace
}  // namespace fajma::rest
