// The JSON of what the bridge publishes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/domain/alert.h"
#include "core/domain/command.h"
#include "core/domain/commit.h"
#include "core/domain/reading.h"
#include "core/domain/self_test.h"

namespace fajma {

// {"status":"online","version":"0.1.0"}
std::string ServerStatusPayload(bool online, std::string_view version);

// {"boot":12,"durable":345,"now":1767225600000}
std::string AckPayload(std::uint32_t boot, std::uint64_t durable, Micros now);

// {"boot":12,"seq":346,"code":"out_of_range","detail":"…"}
std::string RejectPayload(BootSeq identity, const Rejection& rejection);

// {"value":75,"unit":"bpm","measured_at":"…","received_at":"…","device":"aabbccddeeff","quality":100,"cursor":123}
std::string ReadingPayload(const MeasureValue& value, Micros measured_at, Micros received_at, Mac device,
                           Cursor cursor);

// {"command":"restart","params":{},"expires_at":"…"}
std::string CommandPayload(const DeviceCommand& command);

// {"b":12,"s":345,"m":{"heart_rate":250}}
std::string SelfTestPayload(BootSeq number);

// The alert as in REST, with "etat":"presente" or "resolue".
std::string PatientAlertPayload(const Alert& alert);

}  // namespace fajma
