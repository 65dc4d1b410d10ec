// Bad input: each has its word, its counter, its row or its answer; good readings in between are stored.
#include <atomic>
#include <random>
#include <thread>

#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

using namespace std::string_view_literals;

struct Bad {
  std::string payload;
  const char* code;
};

std::vector<Bad> BadPayloads() {
  return {
      {"", "empty"},
      {"{", "invalid_json"},
      {std::string("\0\1", 2), "invalid_json"},
      {std::string("{\"heart_rate\":75}\0{}", 20), "invalid_json"},
      {"{\"x\":\"\xC3\x28\",\"heart_rate\":75}", "invalid_json"},
      {R"({"heart_rate":NaN})", "invalid_json"},
      {R"({"heart_rate":Infinity})", "invalid_json"},
      {R"({"heart_rate":1e999})", "invalid_json"},
      {std::string(50'000, '['), "invalid_json"},
      {std::string(10 << 20, 'x'), "too_large"},
      {"7", "invalid_message"},
      {"[]", "invalid_message"},
      {R"({"type":"x"})", "unknown_type"},
      {R"({"heart_rate":"75"})", "invalid_data"},
      {R"({"heart_rate":75,"heart_rate":75})", "duplicate_key"},
      {R"({"heart_rate":301})", "out_of_range"},
      {R"({"inconnu":1})", "no_measure"},
      {R"([{"n":"temperature","u":"K","v":310}])", "wrong_unit"},
      {Documented(R"({"heart_rate":75,"timestamp":"\udc00"})"), "invalid_json"},
  };
}

TEST_F(IngestContract, ADischargedPatientsDeviceIsQuarantinedUntilItIsGivenToAnother) {
  Start();
  Give(R"({"heart_rate":75})");
  ASSERT_TRUE(PatientStore(run_->database).Delete(patient_, SystemNow()));
  Give(R"({"heart_rate":76})");
  EXPECT_EQ(Readings(), 1);
  const auto page = QuarantineStore(run_->database).List(device_, {});
  ASSERT_EQ(page.count, 1);
  EXPECT_EQ(page.rows[0].code, "no_patient");
  EXPECT_EQ(page.rows[0].content, R"({"heart_rate":76})");
  DevicePatch patch;
  patch.patient_id = other_patient_;
  DeviceStore(run_->database).Update(device_, patch, SystemNow());
  Give(R"({"heart_rate":77})");
  EXPECT_EQ(Readings(), 2);
  EXPECT_EQ(Count("fajma_donneescapteursiot", "patient_id = " + std::to_string(other_patient_)), 1);
}

TEST_F(IngestContract, BadPayloadsAreQuarantinedAndGoodOnesStored) {
  Start();
  const auto bad = BadPayloads();
  for (const Bad& one : bad) {
    ASSERT_TRUE(Send(one.payload));
    ASSERT_TRUE(Send(R"({"heart_rate":75})"));
  }
  Drain();
  EXPECT_EQ(Settled()[0], bad.size());
  EXPECT_EQ(Settled()[2], bad.size());
  EXPECT_EQ(Readings(), static_cast<std::int64_t>(bad.size()));
  const auto page = QuarantineStore(run_->database).List(device_, {});
  ASSERT_EQ(Count("fajma_quarantaine"), static_cast<std::int64_t>(bad.size()));
  for (std::size_t i = 0; i < page.rows.size(); ++i) {
    const Bad& one = bad[bad.size() - 1 - i];  // newest first
    EXPECT_EQ(page.rows[i].code, one.code) << one.payload.substr(0, 60);
    EXPECT_EQ(page.rows[i].door, "mqtt");
    EXPECT_LE(page.rows[i].content.size(), 8192U);
  }
}

TEST_F(IngestContract, AQuarantinedPayloadCanBeReadBack) {
  Start();
  Give("plain text");
  Give("\x00\x01\xFF"sv);
  Give("été");
  const auto page = QuarantineStore(run_->database).List(device_, {});
  ASSERT_EQ(page.rows.size(), 3U);
  EXPECT_EQ(page.rows[2].encoding, "utf8");
  EXPECT_EQ(page.rows[2].content, "plain text");
  EXPECT_EQ(page.rows[1].encoding, "hex");
  EXPECT_EQ(page.rows[1].content, "0001ff");
  EXPECT_EQ(page.rows[0].content, page.rows[0].encoding == "hex" ? "c3a974c3a9" : "été");
}

TEST_F(IngestContract, WhatConcernsNoKnownDeviceIsRefusedAndLeavesNoRow) {
  Start();
  Send(R"({"heart_rate":75})", 0xAABBCCFFFFFF);
  Send("{", 0xAABBCCFFFFFF);
  Send(R"({"heart_rate":75})", kMac, kRetained);
  SendKind(RawKind::kUnroutable, R"({"heart_rate":75})");
  SendKind(RawKind::kStatus, R"({"status":"online"})", 0xAABBCCFFFFFF);
  Send(Documented(R"({"heart_rate":75})", kOtherMac));  // another device's MAC in this device's topic
  Drain();
  EXPECT_EQ(Settled()[3], 6U);
  EXPECT_EQ(Settled()[0] + Settled()[1] + Settled()[2], 0U);
  EXPECT_EQ(Readings(), 0);
  EXPECT_EQ(Count("fajma_quarantaine"), 0);
  std::string metrics;
  run_->counters.AppendTo(metrics);
  for (const char* code : {"unknown_device", "retained", "unknown_topic", "forbidden_device"}) {
    EXPECT_NE(metrics.find(code), std::string::npos) << metrics;
  }
}

TEST_F(IngestContract, SocketsAreAnsweredAsDocumented) {
  Start();
  const std::pair<std::string, std::string> dialogue[] = {
      {"{", R"({"type":"error","code":"invalid_json","message":"JSON invalide."})"},
      {"[1]", R"({"type":"error","code":"invalid_message","message":"Un objet JSON est attendu."})"},
      {std::string("\0\1", 2), R"({"type":"error","code":"invalid_json","message":"JSON invalide."})"},
      {R"({"type": "x"})", R"({"type":"error","code":"unknown_type","message":"Type de message inconnu."})"},
      {R"({"data": {}})", R"({"type":"error","code":"unknown_type","message":"Type de message inconnu."})"},
      {R"({"type": "sensor_data"})",
       R"({"type":"error","code":"invalid_data","message":"Données invalides.","errors":{"device_mac":["This field is required."],"data":["This field is required."]}})"},
      {R"({"type": "sensor_data", "device_mac": "zz", "data": {"temperature": "36"}})",
       R"({"type":"error","code":"invalid_data","message":"Données invalides.","errors":{"device_mac":["Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF)."],"data":{"temperature":["A valid number is required."]}}})"},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"temperature": 99, "heart_rate": 75}})",
       R"({"type":"error","code":"invalid_data","message":"Données invalides.","errors":{"data":{"temperature":["Valeur hors plage (25 à 45 °C)."]}}})"},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"inconnu": 1}})",
       R"({"type":"error","code":"invalid_data","message":"Données invalides.","errors":{"data":{"non_field_errors":["Aucune mesure reconnue."]}}})"},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": [1]})",
       R"({"type":"error","code":"invalid_data","message":"Données invalides.","errors":{"data":["Expected a dictionary."]}})"},
      {R"({"type": "sensor_data", "device_mac": "00:00:00:00:00:00", "data": {"heart_rate": 75}})",
       R"({"type":"error","code":"unknown_device","message":"Dispositif inconnu.","device_mac":"00:00:00:00:00:00"})"},
      {R"({"type": "sensor_data", "device_mac": "aa:bb:cc:00:00:02", "data": {"heart_rate": 75}})",
       R"({"type":"error","code":"forbidden_device","message":"Ce dispositif n'appartient pas à cette connexion.","device_mac":"AA:BB:CC:00:00:02"})"},
  };
  for (const auto& [text, answer] : dialogue) SendSocket(text, patient_);
  SendSocket(Documented(R"({"heart_rate":75})"), patient_, other_device_);
  Drain();
  const auto outcomes = collected_.outcomes();
  ASSERT_EQ(outcomes.size(), std::size(dialogue) + 1);
  for (std::size_t i = 0; i < std::size(dialogue); ++i) {
    EXPECT_EQ(outcomes[i].error_frame, dialogue[i].second) << dialogue[i].first;
    EXPECT_EQ(outcomes[i].origin.id, 9U);
  }
  EXPECT_EQ(outcomes.back().rejection->code, "forbidden_device") << "a device's token is for that device";
  EXPECT_EQ(Readings(), 0);
}

// While both doors fill and ingest works, the counters add up at each look.
TEST_F(IngestContract, TheCountersAddUpAtAnyMoment) {
  Start();
  std::atomic<bool> done{false};
  const auto bad = BadPayloads();
  std::jthread mqtt([&] {
    std::mt19937 random(1);
    for (std::uint64_t i = 1; i <= 1'500; ++i) {
      switch (random() % 5) {
        case 0:
          Send(bad[random() % 9].payload);
          break;
        case 1:
          Send(Native(3, i / 2 + 1));
          break;
        case 2:
          Send(R"([{"heart_rate":75},{"heart_rate":"x"},{"heart_rate":76}])");
          break;
        case 3:
          Send(R"({"heart_rate":75})", random() % 2 == 0 ? kMac : 0xABCDEF);
          break;
        default:
          Send(R"({"heart_rate":75})");
      }
    }
    done = true;
  });
  std::uint64_t looks = 0;
  do {
    for (const Door door : {Door::kMqtt, Door::kApi}) {
      const MessageCounters::Snapshot now = run_->counters.Get(door);
      ASSERT_EQ(now.received, now.settled[0] + now.settled[1] + now.settled[2] + now.settled[3] + now.in_flight);
      ASSERT_LT(now.in_flight, 1ULL << 40) << "below zero";
    }
    ++looks;
  } while (!done);
  mqtt.join();
  Drain();
  const SettledTally settled = Settled();
  EXPECT_EQ(run_->counters.Get(Door::kMqtt).received, settled[0] + settled[1] + settled[2] + settled[3]);
  EXPECT_GT(settled[0], 0U);
  EXPECT_GT(settled[1], 0U);
  EXPECT_GT(settled[2], 0U);
  EXPECT_GT(settled[3], 0U);
  EXPECT_EQ(Readings(), static_cast<std::int64_t>(settled[0]));
  EXPECT_GT(looks, 10U);
}

}  // namespace
}  // namespace fajma::test
