// The handlers of all routes: one file for each resource.
#pragma once

#include <string>

#include "api/rest/call.h"

namespace fajma::rest {

// token.cpp
http::Response CreateToken(Call& call);
http::Response RefreshToken(Call& call);

// dispositifs.cpp
http::Response ListDevices(Call& call);
http::Response CreateDevice(Call& call);
http::Response ShowDevice(Call& call);
http::Response ReplaceDevice(Call& call);
http::Response ChangeDevice(Call& call);
http::Response DeleteDevice(Call& call);
http::Response SetDeviceStatus(Call& call);
http::Response ShowLatestData(Call& call);
// The device of {id}, when the caller may see it.
std::optional<Device> FindVisibleDevice(const Call& call, std::int64_t id);

// donnees.cpp
http::Response ListReadings(Call& call);
http::Response CreateReading(Call& call);
http::Response ListRecentReadings(Call& call);
void AppendReading(std::string& out, const Reading& reading);

// alertes.cpp
http::Response ListAlerts(Call& call);
http::Response ListActiveAlerts(Call& call);
http::Response ListCriticalAlerts(Call& call);
http::Response CreateAlert(Call& call);
http::Response AcknowledgeAlert(Call& call);

// patients.cpp
http::Response ListPatients(Call& call);
http::Response ShowPatient(Call& call);

// root.cpp
http::Response ShowRoot(Call& call);

// health.cpp
http::Response ShowLive(Call& call);
http::Response ShowReady(Call& call);
http::Response ShowMetrics(Call& call);

// demo.cpp
http::Response ShowDemoLogin(Call& call);

}  // namespace fajma::rest
