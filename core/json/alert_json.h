// An alert as REST shows it, which integrators get over MQTT too. Sockets have the documented order of their own
// (frames.h). Pure.
#pragma once

#include <string>

#include "core/domain/alert.h"
#include "core/json/writer.h"

namespace fajma::json {

// The members, in the documented order, then the nature; the object stays open.
void AppendAlertMembers(ObjectWriter& writer, const Alert& alert);
// What the documented ones do not tell: etat, niveau_condition, escalade_le, silence_jusqu, assignee_a, tardive.
void AppendAlarmMembers(ObjectWriter& writer, const Alert& alert);

}  // namespace fajma::json
