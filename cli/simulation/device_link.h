// What connects a simulated device: MQTT or WebSocket.
#pragma once

#include <string>
#include <string_view>

#include "firmware/core/device.h"

namespace fajma::cli {

// The device's side, as a link sees it. Calls nothing of the link.
class LinkListener {
 public:
  virtual ~LinkListener() = default;
  virtual void OnReady() = 0;
  // The topic is the device's MQTT topic, for a WebSocket too.
  virtual void OnMessage(std::string_view topic, std::string_view payload) = 0;
  // Refused, lost, or ended as asked; the link is closed. Once for each Connect that had begun.
  virtual void OnEnded(std::string_view reason) = 0;
};

// Never waits, has no time-outs. One thread; of its functions only Close calls the listener.
class DeviceLink {
 public:
  virtual ~DeviceLink() = default;
  // Begins. Empty: OnReady or OnEnded follows; else what went wrong. Both must stay until the link is closed.
  virtual std::string Connect(const firmware::Device& device, LinkListener& listener) = 0;
  // False: it did not leave, and the connection is in no known state.
  virtual bool Publish(const firmware::Outgoing& message) = 0;
  // For a link without topics: the text as it is.
  virtual bool SendText(std::string_view text) = 0;
  // Says goodbye when what was published has left. OnEnded follows, if the other side answers.
  virtual void SayGoodbye() = 0;
  // Drops the connection or the attempt, if there is one.
  virtual void Close(std::string_view reason) = 0;
};

}  // namespace fajma::cli
