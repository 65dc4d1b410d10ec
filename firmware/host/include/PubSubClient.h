// Stand-in for PubSubClient 2.8 and the broker behind it. It keeps the two traits that bite: a message larger than the
// buffer is not published, and what a callback gets lies in the buffer that the next publish overwrites.
#ifndef FAJMA_FIRMWARE_HOST_PUBSUBCLIENT_H_
#define FAJMA_FIRMWARE_HOST_PUBSUBCLIENT_H_

#include <WiFi.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

class PubSubClient {
 public:
  using Callback = std::function<void(char*, std::uint8_t*, unsigned int)>;

  explicit PubSubClient(Client& /*socket*/) {}

  PubSubClient& setServer(const char* /*host*/, std::uint16_t /*port*/) { return *this; }
  PubSubClient& setCallback(Callback callback) {
    callback_ = std::move(callback);
    return *this;
  }
  PubSubClient& setKeepAlive(std::uint16_t /*seconds*/) { return *this; }
  PubSubClient& setSocketTimeout(std::uint16_t /*seconds*/) { return *this; }
  bool setBufferSize(std::uint16_t size) {
    buffer_.assign(size, 0);
    return true;
  }

  bool connect(const char* id, const char* user, const char* /*password*/, const char* will_topic,
               std::uint8_t will_qos, bool will_retained, const char* will, bool clean_session) {
    fajma::host::World& world = fajma::host::GetWorld();
    world.connects.push_back(
        {id, user == nullptr ? "" : user, will_topic, will, will_qos, will_retained, clean_session});
    world.session_up = world.broker_up;
    world.subscriptions.clear();
    return world.session_up;
  }
  void disconnect() { fajma::host::GetWorld().session_up = false; }
  bool connected() { return fajma::host::GetWorld().session_up; }
  bool subscribe(const char* topic, std::uint8_t /*qos*/) {
    fajma::host::GetWorld().subscriptions.emplace_back(topic);
    return connected();
  }

  bool publish(const char* topic, const std::uint8_t* payload, unsigned int size, bool retained) {
    fajma::host::World& world = fajma::host::GetWorld();
    const std::size_t topic_size = std::strlen(topic);
    if (!world.session_up || world.publish_fails || 5 + 2 + topic_size + size > buffer_.size()) {
      return false;
    }
    const std::string text(reinterpret_cast<const char*>(payload), size);
    std::fill(buffer_.begin(), buffer_.end(), std::uint8_t{0xEE});
    world.published.push_back({topic, text, retained});
    return true;
  }

  bool loop() {
    fajma::host::World& world = fajma::host::GetWorld();
    for (const fajma::host::Message& message : std::exchange(world.incoming, {})) {
      const std::size_t payload_begin = message.topic.size() + 1;
      if (!connected() || payload_begin + message.payload.size() > buffer_.size()) {
        continue;
      }
      std::copy(message.topic.begin(), message.topic.end(), buffer_.begin());
      buffer_[message.topic.size()] = 0;
      std::copy(message.payload.begin(), message.payload.end(),
                buffer_.begin() + static_cast<std::ptrdiff_t>(payload_begin));
      callback_(reinterpret_cast<char*>(buffer_.data()), buffer_.data() + payload_begin,
                static_cast<unsigned int>(message.payload.size()));
    }
    return connected();
  }

 private:
  Callback callback_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(256);
};

#endif  // FAJMA_FIRMWARE_HOST_PUBSUBCLIENT_H_
