#include "cli/mqtt_side.h"

#include <utility>

#include "bridge/broker_check.h"
#include "bridge/command_sink.h"
#include "cli/app_metrics.h"

namespace fajma::cli {
namespace {

constexpr std::string_view kActive = "actif";
constexpr std::string_view kInactive = "inactif";
constexpr Micros kRecently = 2 * kMicrosPerMinute;

MqttAddress BrokerOf(const Settings& settings) {
  const std::optional<MqttAddress> address = ParseMqttUrl(settings.mqtt_url);
  if (!address) throw BadSetting("mqtt-url", "mqtt://[user:password@]host:port or mqtts://… is expected");
  return *address;
}

MqttLinkOptions LinkOptionsOf(const Settings& settings, const std::string& version) {
  MqttLinkOptions options;
  options.address = BrokerOf(settings);
  options.version = version;
  return options;
}

}  // namespace

MqttSide::MqttSide(const Settings& settings, const std::string& version, Foundation& foundation)
    : foundation_(foundation),
      devices_(foundation.database()),
      journal_(JournalOf(settings, Door::kMqtt)),
      link_(LinkOptionsOf(settings, version), journal_, foundation.counters),
      mirrors_(link_, BrokerOf(settings), foundation.database(), foundation.bus()) {
  foundation.metrics.Register([this](std::string& out) { AppendMetrics(out); });
  if (settings.self_test_every != 0) {
    prober_ = std::make_unique<SelfTestProber>(BrokerOf(settings), settings.self_test_every, probes_);
  }
  if (settings.broker_check) {
    broker_check_ = std::jthread([address = BrokerOf(settings)] { LogBrokerCheck(address); });
  }
}

void MqttSide::Stop() {
  link_.Stop();
  prober_.reset();
}

CommandSink MqttSide::Commands() {
  PublishFunction publish = [this](const OutgoingMessage& message, PublishDone done) {
    return link_.Publish(message, std::move(done));
  };
  return CommandsOverMqtt(std::move(publish), [this](std::int64_t device_id) { return IsThere(device_id); });
}

// A device that a person has put into maintenance is known by its messages alone.
bool MqttSide::IsThere(std::int64_t device_id) {
  const std::optional<Device> device = devices_.Find(device_id);
  if (!device || device->status == kInactive) return false;
  return device->status == kActive || SystemNow() - device->last_seen_at.value_or(0) < kRecently;
}

void MqttSide::AppendMetrics(std::string& out) const {
  AppendJournal(out, journal_, Door::kMqtt);
  AppendOne(out, "fajma_mqtt_connected", "gauge", "1: connected and subscribed.", link_.connected() ? 1 : 0);
  AppendOne(out, "fajma_mqtt_connections_total", "counter", "Connections to the broker.", link_.connections());
  AppendOne(out, "fajma_mqtt_redelivered_total", "counter", "Messages the broker sent again though journaled.",
            link_.redelivered());
  AppendOne(out, "fajma_self_test_sent_total", "counter", "Probes of the self-test that the broker has acknowledged.",
            prober_ ? prober_->sent() : 0);
}

}  // namespace fajma::cli
