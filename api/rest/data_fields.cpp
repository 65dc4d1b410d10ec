// The fields of what the documented server did not have.
#include <string_view>

#include "api/rest/resource_fields.h"
#include "core/domain/alert.h"
#include "core/domain/alert_level.h"

namespace fajma::rest {
namespace {

using enum FieldType;

constexpr std::string_view kThresholdLevelNames[] = {"warning", "critical", "emergency"};
constexpr std::string_view kVitalSigns[] = {
    "temperature",       "heart_rate", "systolic_pressure", "diastolic_pressure",
    "oxygen_saturation", "glucose",    "respiratory_rate",
};

// 0: heard again; a day at most.
constexpr Field kSilenceFields[] = {
    {.name = "minutes", .type = kInteger, .required = true, .min = 0, .max = 1'440},
};

constexpr Field kAssignFields[] = {
    {.name = "utilisateur", .type = kKey, .required = true, .nullable = true},
};

constexpr Field kCommentFields[] = {
    {.name = "commentaire", .required = true, .max_length = kMaxAlertComment},
};

constexpr Field kThresholdFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "patient", .type = kKey, .nullable = true},
    {.name = "type_donnee", .type = kChoice, .required = true, .choices = kVitalSigns},
    {.name = "niveau", .type = kChoice, .required = true, .choices = kThresholdLevelNames},
    {.name = "seuil_bas", .type = kNumber, .nullable = true},
    {.name = "seuil_haut", .type = kNumber, .nullable = true},
    {.name = "hysteresis", .type = kNumber, .nullable = true},
    {.name = "delai_apparition", .type = kInteger, .nullable = true, .min = 0, .max = 3'600},
    {.name = "delai_disparition", .type = kInteger, .nullable = true, .min = 0, .max = 3'600},
    {.name = "repetitions", .type = kInteger, .nullable = true, .min = 1, .max = 100},
    {.name = "variation", .type = kNumber, .nullable = true},
    {.name = "variation_minutes", .type = kInteger, .nullable = true, .min = 1, .max = 1'440},
    {.name = "date_modification", .type = kDateTime, .read_only = true},
    {.name = "modifie_par", .type = kKey, .read_only = true},
};

constexpr Field kThresholdFilters[] = {
    {.name = "patient", .type = kInteger, .min = 0},
    {.name = "type_donnee", .type = kChoice, .choices = kVitalSigns},
    {.name = "niveau", .type = kChoice, .choices = kThresholdLevelNames},
};

// An hour to a leap year; intervalle: see donnees_statistics.cpp.
constexpr Field kStatisticsFilters[] = {
    {.name = "dispositif", .type = kInteger},
    {.name = "patient", .type = kInteger},
    {.name = "type_donnee"},
    {.name = "hours", .type = kInteger, .min = 1, .max = 8784},
    {.name = "intervalle"},
};

constexpr Field kReadingFeedFilters[] = {
    {.name = "dispositif", .type = kInteger},
    {.name = "patient", .type = kInteger},
    {.name = "type_donnee"},
    {.name = "apres", .type = kInteger, .min = 0},
    {.name = "limit", .type = kInteger, .min = 1, .max = 500},
};

constexpr Field kAccessFilters[] = {
    {.name = "utilisateur", .type = kInteger},
    {.name = "patient", .type = kInteger, .min = 0},
    {.name = "route"},
    {.name = "depuis", .type = kDate},
    {.name = "jusqu_a", .type = kDate},
};

}  // namespace

std::span<const Field> SilenceFields() { return kSilenceFields; }
std::span<const Field> AssignFields() { return kAssignFields; }
std::span<const Field> CommentFields() { return kCommentFields; }
std::span<const Field> ThresholdFields() { return kThresholdFields; }
std::span<const Field> ThresholdFilters() { return kThresholdFilters; }
std::span<const Field> StatisticsFilters() { return kStatisticsFilters; }
std::span<const Field> ReadingFeedFilters() { return kReadingFeedFilters; }
std::span<const Field> AccessFilters() { return kAccessFilters; }

}  // namespace fajma::rest
