// An alert as REST shows it, which integrators get over MQTT too. Sockets have the documented order of their own
// (frames.h). Pure.
#pragma once

#include <string>

#include "core/domain/alert.h"
#include "core/json/writer.h"

namespace fajma::json {

// The members, in the documented order; the object stays open.
void AppendAlertMembers(ObjectWriter& writer, const Alert& alert);

}  // namespace fajma::json
