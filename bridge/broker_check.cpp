#include "bridge/broker_check.h"

#include <chrono>
#include <stdexcept>

#include "bridge/mqtt_probe.h"
#include "bridge/topics.h"
#include "core/runtime/log.h"

namespace fajma {
namespace {

constexpr std::size_t kMessages = 1'200;  // more than Mosquitto's default of 1,000
constexpr std::uint32_t kNeededPacketBytes = 65'536;
constexpr std::chrono::seconds kLeftovers{60};  // what a crash of the check leaves in the broker goes after that
constexpr std::chrono::milliseconds kQuiet{1'000};

using Findings = std::vector<Finding>;

void AddLimits(const BrokerLimits& limits, Findings& findings) {
  const auto add = [&](bool good, std::string setting, std::string detail) {
    findings.push_back({good ? Finding::Level::kGood : Finding::Level::kBad, std::move(setting), std::move(detail)});
  };
  const bool lasting = limits.expiry_seconds == kNeverExpires;
  add(lasting, "persistent_client_expiration",
      lasting ? "sessions never expire"
              : "the broker ends sessions after " + std::to_string(limits.expiry_seconds) +
                    " s, and what is queued in them is lost: remove the setting");
  add(limits.retain_available, "retain_available",
      limits.retain_available ? "retained messages are kept" : "retained messages are refused: set it to true");
  add(limits.maximum_qos > 0, "max_qos",
      limits.maximum_qos > 0 ? "QoS 1 is served" : "QoS 1 is refused, so messages can be lost: set it to 2");
  const bool roomy = limits.maximum_packet_bytes == 0 || limits.maximum_packet_bytes >= kNeededPacketBytes;
  add(roomy, "max_packet_size",
      roomy ? "large enough"
            : "only " + std::to_string(limits.maximum_packet_bytes) + " bytes: a device's backlog needs " +
                  std::to_string(kNeededPacketBytes));
}

void PublishAway(const MqttAddress& address, const std::string& topic) {
  MqttProbe publisher(address, {.client_id = RandomClientId("fajma-check")});
  publisher.Connect();
  OutgoingMessage message;
  message.topic = topic;
  message.expiry = kLeftovers;
  std::vector<OutgoingMessage> messages;
  for (std::size_t i = 0; i < kMessages; ++i) {
    message.payload = std::to_string(i);
    messages.push_back(message);
  }
  publisher.Publish(messages);
  publisher.Disconnect();
}

void AddQueue(const MqttAddress& address, const std::string& id, Findings& findings) {
  MqttProbe probe(address, {.client_id = id, .clean = false, .expiry_seconds = kNeverExpires});
  const bool present = probe.Connect().session_present;
  if (!present) {
    findings.push_back({Finding::Level::kBad, "persistent sessions",
                        "the broker forgets a session when its client goes: messages are lost while FAJMA is away"});
    probe.Disconnect(std::chrono::seconds(0));
    return;
  }
  const std::size_t count = probe.Receive([](const auto& seen) { return seen.size() >= kMessages; }, kQuiet).size();
  probe.Disconnect(std::chrono::seconds(0));
  const bool whole = count >= kMessages;
  findings.push_back({whole ? Finding::Level::kGood : Finding::Level::kBad, "max_queued_messages",
                      whole ? "the broker kept all messages for a client that was away"
                            : "the broker kept " + std::to_string(count) + " of " + std::to_string(kMessages) +
                                  " messages for a client that was away: set max_queued_messages 0"});
}

Findings Check(const MqttAddress& address) {
  Findings findings;
  const std::string id = RandomClientId("fajma-check");
  const std::string topic = CheckTopic(id);
  {
    MqttProbe probe(address, {.client_id = id, .clean = false, .expiry_seconds = kNeverExpires});
    const BrokerLimits limits = probe.Connect();
    AddLimits(limits, findings);
    if (limits.session_present) {
      // Somebody's session, perhaps FAJMA's own: leave it as it is.
      probe.Disconnect();
      findings.push_back({Finding::Level::kBad, "use_username_as_clientid",
                          "all clients of one user share one session here: give FAJMA a listener without it"});
      return findings;
    }
    probe.Subscribe(topic);
    probe.Disconnect(kLeftovers);
  }
  PublishAway(address, topic);
  AddQueue(address, id, findings);
  findings.push_back({Finding::Level::kUnknown, "persistence",
                      "cannot be seen from outside: see that mosquitto.conf says `persistence true` and a short "
                      "autosave_interval"});
  return findings;
}

}  // namespace

Findings CheckBroker(const MqttAddress& address) {
  try {
    return Check(address);
  } catch (const std::exception& error) {
    return {{Finding::Level::kBad, "broker",
             address.host + ":" + std::to_string(address.port) + " cannot be used: " + error.what()}};
  }
}

void LogBrokerCheck(const MqttAddress& address) {
  for (const Finding& finding : CheckBroker(address)) {
    if (finding.level == Finding::Level::kBad) {
      log::Warn("the MQTT broker's settings can lose messages", finding.setting + ": " + finding.detail);
    }
  }
}

}  // namespace fajma
