// A broker, a journal folder, and what tests of the link need again and again.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bridge/mqtt_link.h"
#include "bridge/mqtt_probe.h"
#include "tests/support/mosquitto.h"

namespace fajma {

// What a journal held, the payload copied.
struct Journaled {
  RawMessage message;
  std::string payload;
};

class LinkFixture : public ::testing::Test {
 protected:
  LinkFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "fajma-link-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~LinkFixture() override { std::filesystem::remove_all(folder_); }

  static constexpr const char* kData = "fajma/v1/devices/aabbccddeeff/data";

  JournalOptions JournalAt() const {
    JournalOptions options;
    options.folder = folder_;
    options.segment_bytes = 256 << 10;
    return options;
  }

  static MqttLinkOptions LinkTo(const std::string& url) {
    MqttLinkOptions options;
    options.address = ParseMqttUrl(url).value();
    options.version = "1.2.3";
    options.retry_first = std::chrono::milliseconds(50);
    options.retry_longest = std::chrono::milliseconds(500);
    return options;
  }

  static bool WaitUntil(const std::function<bool()>& condition,
                        std::chrono::seconds patience = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      ::poll(nullptr, 0, 2);
    }
    return true;
  }

  static std::vector<OutgoingMessage> Numbered(int from, int to, int qos = 1) {
    std::vector<OutgoingMessage> messages;
    for (int i = from; i < to; ++i) {
      OutgoingMessage message;
      message.topic = kData;
      message.payload = std::to_string(i);
      message.qos = qos;
      messages.push_back(message);
    }
    return messages;
  }

  // Returns when the broker has acknowledged them.
  static void Publish(const std::string& url, const std::vector<OutgoingMessage>& messages) {
    MqttProbe publisher(ParseMqttUrl(url).value(), {.client_id = RandomClientId("publisher")});
    publisher.Connect();
    publisher.Publish(messages);
    publisher.Disconnect();
  }

  static std::vector<Journaled> ReadAll(Journal& journal) {
    std::vector<RawMessage> records;
    while (journal.Read(1'000, records) > 0) {
    }
    std::vector<Journaled> all;
    for (const RawMessage& record : records) all.push_back({record, std::string(record.payload)});
    return all;
  }

  // Reads until each number from 0 was there at least once; what came meanwhile.
  static std::vector<Journaled> ReadUntilEach(Journal& journal, int numbers) {
    std::vector<Journaled> all;
    std::set<std::string> seen;
    WaitUntil([&] {
      for (Journaled& record : ReadAll(journal)) {
        seen.insert(record.payload);
        all.push_back(std::move(record));
      }
      return seen.size() >= static_cast<std::size_t>(numbers);
    });
    return all;
  }

  // Every number from 0 is there; what is there again is flagged, and nothing else is.
  static void ExpectEachAndRepeatsFlagged(const std::vector<Journaled>& all, int numbers) {
    std::vector<int> seen(static_cast<std::size_t>(numbers), 0);
    int wrongly_flagged = 0;
    int unflagged = 0;
    for (const Journaled& record : all) {
      if (record.payload.find_first_not_of("0123456789") != std::string::npos) continue;
      const auto number = static_cast<std::size_t>(std::stoi(record.payload));
      const bool flagged = (record.message.flags & kRedelivered) != 0;
      ASSERT_LT(number, seen.size());
      if (flagged && seen[number] == 0) ++wrongly_flagged;
      if (!flagged && seen[number] > 0) ++unflagged;
      ++seen[number];
    }
    EXPECT_EQ(std::ranges::count(seen, 0), 0) << "lost";
    EXPECT_EQ(wrongly_flagged, 0);
    EXPECT_EQ(unflagged, 0);
  }

  std::filesystem::path folder_;
};

}  // namespace fajma
