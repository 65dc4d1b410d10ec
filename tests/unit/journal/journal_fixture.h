// A private folder and short names for the journal's tests.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <charconv>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/journal/journal.h"

namespace fajma {

class JournalFixture : public ::testing::Test {
 protected:
  JournalFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "fajma-journal-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~JournalFixture() override { std::filesystem::remove_all(root_); }

  JournalOptions Options() const {
    JournalOptions options;
    options.folder = root_ / "data";
    options.segment_bytes = 4096;
    options.max_bytes = 1 << 20;
    options.keep_records = 0;
    return options;
  }
  std::filesystem::path folder() const { return root_ / "data" / "mqtt"; }

  static RawMessage Message(std::string_view payload) {
    RawMessage message;
    message.payload = payload;
    return message;
  }

  // Payloads of all that can be read from here on.
  static std::vector<std::string> ReadAll(Journal& journal) {
    std::vector<RawMessage> records;
    while (journal.Read(7, records) > 0) {
    }
    std::vector<std::string> payloads;
    for (const RawMessage& record : records) payloads.emplace_back(record.payload);
    return payloads;
  }

  static std::vector<std::string> Numbers(int from, int to) {
    std::vector<std::string> numbers;
    for (int i = from; i < to; ++i) numbers.push_back(std::to_string(i));
    return numbers;
  }

  static void AppendNumbers(Journal& journal, int from, int to) {
    for (const std::string& number : Numbers(from, to)) ASSERT_TRUE(journal.Append(Message(number)));
  }

  std::vector<std::filesystem::path> SegmentFiles() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      if (entry.path().extension() == ".log") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  std::filesystem::path root_;
};

}  // namespace fajma
