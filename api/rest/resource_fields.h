// The fields of each resource, in the order in which they are shown and in which their errors are told.
#pragma once

#include <span>

#include "api/rest/fields.h"

namespace fajma::rest {

std::span<const Field> DeviceFields();
std::span<const Field> CommandFields();
std::span<const Field> DeviceStatusFields();
std::span<const Field> ReadingFields();
std::span<const Field> AlertFields();
std::span<const Field> SilenceFields();
std::span<const Field> AssignFields();
std::span<const Field> CommentFields();
std::span<const Field> ThresholdFields();
std::span<const Field> LoginFields();
std::span<const Field> RefreshFields();  // also of the blacklist
std::span<const Field> VerifyFields();

std::span<const Field> DeviceFilters();
std::span<const Field> ReadingFilters();
std::span<const Field> RecentReadingFilters();
std::span<const Field> LatestDataFilters();
std::span<const Field> AlertFilters();
std::span<const Field> PatientFilters();
std::span<const Field> StatisticsFilters();
std::span<const Field> ReadingFeedFilters();
std::span<const Field> ThresholdFilters();
std::span<const Field> AccessFilters();

}  // namespace fajma::rest
