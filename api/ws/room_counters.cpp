#include "api/ws/room_counters.h"

namespace fajma::ws {
namespace {

std::uint64_t ReadingsOf(const StoredMessage& message) {
  if (!message.measure_name.empty()) return 1;
  std::uint64_t readings = 0;
  for (const MeasureValue& value : message.values) {
    if (GetMeasure(value.measure).kind == MeasureKind::kVitalSign) ++readings;
  }
  return readings;
}

}  // namespace

void RoomCounters::Load(const MonitoringSnapshot& snapshot) {
  devices_.clear();
  alerts_.clear();
  for (auto& [name, room] : rooms_) room.figures = {};
  for (const auto& device : snapshot.devices) SetDevice(device.id, device.room, device.status);
  for (const auto& alert : snapshot.alerts) SetAlert(alert.id, alert.room, alert.level);
}

void RoomCounters::NoteState(const Commit& commit) {
  for (const DeviceStatusEvent& event : commit.statuses) SetDevice(event.device.id, event.patient->room, event.status);
  for (const AlertEvent& event : commit.alerts) {
    const Alert& alert = event.alert;
    const auto known = alerts_.find(alert.id);
    if (alert.acknowledged) {
      if (known != alerts_.end()) RemoveAlert(known);
    } else if (event.change != AlertChange::kResolved) {  // which changes no figure, and is told of a deleted one, too
      SetAlert(alert.id, alert.patient->room, alert.level);
    }
  }
}

void RoomCounters::NoteReadings(const Commit& commit, std::int64_t second) {
  for (const StoredMessage& message : commit.messages) {
    rooms_[message.patient->room].readings.Add(second, ReadingsOf(message));
  }
}

void RoomCounters::SetDevice(std::int64_t id, const std::string& room, std::string_view status) {
  if (const auto known = devices_.find(id); known != devices_.end()) RemoveDevice(known);
  const std::optional<std::size_t> kind = FindDeviceStatus(status);
  if (!kind) return;
  devices_[id] = {room, *kind};
  ++rooms_[room].figures.devices_by_status[*kind];
}

void RoomCounters::SetAlert(std::int64_t id, const std::string& room, AlertLevel level) {
  if (const auto known = alerts_.find(id); known != alerts_.end()) RemoveAlert(known);
  if (alerts_.size() >= kMaxAlerts) return;
  const auto kind = static_cast<std::size_t>(level);
  alerts_[id] = {room, kind};
  ++rooms_[room].figures.alerts_by_level[kind];
}

void RoomCounters::RemoveDevice(Places::iterator device) {
  --rooms_[device->second.room].figures.devices_by_status[device->second.kind];
  devices_.erase(device);
}

void RoomCounters::RemoveAlert(Places::iterator alert) {
  --rooms_[alert->second.room].figures.alerts_by_level[alert->second.kind];
  alerts_.erase(alert);
}

void RoomCounters::Add(RoomFigures& sum, Room& room, std::int64_t second) {
  for (std::size_t i = 0; i < sum.devices_by_status.size(); ++i) {
    sum.devices_by_status[i] += room.figures.devices_by_status[i];
  }
  for (std::size_t i = 0; i < sum.alerts_by_level.size(); ++i)
    sum.alerts_by_level[i] += room.figures.alerts_by_level[i];
  sum.readings_last_minute += room.readings.Sum(second);
}

RoomFigures RoomCounters::Of(const std::string& room, std::int64_t second) { return OfRooms({room}, second); }

RoomFigures RoomCounters::OfAll(std::int64_t second) {
  RoomFigures sum;
  for (auto& [name, room] : rooms_) Add(sum, room, second);
  return sum;
}

RoomFigures RoomCounters::OfRooms(const std::vector<std::string>& rooms, std::int64_t second) {
  RoomFigures sum;
  for (const std::string& name : rooms) {
    if (const auto found = rooms_.find(name); found != rooms_.end()) Add(sum, found->second, second);
  }
  return sum;
}

}  // namespace fajma::ws
