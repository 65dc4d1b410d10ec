// The REST door over a real SQLite database in a temporary folder, asked without a socket.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/rest_api.h"
#include "core/json/document.h"
#include "core/store/ingest_store.h"
#include "core/store/room_store.h"

namespace fajma::rest {

inline constexpr char kHost[] = "127.0.0.1:21280";

// What to ask; the body is JSON unless a header says otherwise.
struct Ask {
  std::string method = "GET";
  std::string target;
  std::string body{};
  std::vector<http::Header> headers{};
};

class RestFixture : public testing::Test {
 protected:
  RestFixture();
  ~RestFixture() override;

  // A user of that role: demo, medecin (salle1), infirmier (salle2), technicien, integrateur, inactif.
  std::string TokenOf(const std::string& user) const;
  static http::Request MakeRequest(const Ask& ask, const std::string& authorization = {});
  http::Response Send(const Ask& ask, const std::string& user = "demo");
  // Without credentials.
  http::Response SendAnonymous(const Ask& ask);
  static std::string HeaderOf(const http::Response& response, std::string_view name);
  // A member of the answer's object, as it is written.
  static std::string FieldOf(const http::Response& response, std::string_view name);

  // Stores one reading as ingest does, and returns its id.
  CreatedReading Store(const NewReading& reading);
  RestDependencies Dependencies();
  void Restart(RestOptions options);

  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<DeviceStore> devices_;
  std::unique_ptr<PatientStore> patients_;
  std::unique_ptr<UserStore> users_;
  std::unique_ptr<ReadingStore> readings_;
  std::unique_ptr<AlertStore> alerts_;
  std::unique_ptr<IngestStore> ingest_;
  auth::TokenAuthority tokens_{auth::SecretKey("a key that only this test knows....")};
  auth::PasswordHasher passwords_{{.cost = auth::PasswordCost::kMinimum}};
  auth::BrokerPasswordFile broker_passwords_{folder_ / "broker-passwords"};
  MetricsPage metrics_;
  Micros now_offset_ = 0;
  std::vector<AlertEvent> published_alerts_;
  std::vector<DeviceStatusEvent> published_statuses_;
  std::vector<auth::SessionEnd> ended_sessions_;
  std::unique_ptr<RestApi> api_;
};

// The value as compact JSON, numbers as they were written.
std::string Compact(json::Value value);

}  // namespace fajma::rest
