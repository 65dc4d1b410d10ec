#include "firmware/core/sample.h"

#include <cmath>

namespace fajma::firmware {
namespace {

double MeasureScale(Measure measure) {
  double scale = 1;
  for (unsigned i = 0; i < GetMeasureInfo(measure).decimals; ++i) {
    scale *= 10;
  }
  return scale;
}

}  // namespace

bool Sample::Set(Measure measure, double value) {
  const MeasureInfo& info = GetMeasureInfo(measure);
  // Written so that NaN, for which every comparison is false, is refused too.
  if (!(value >= info.minimum && value <= info.maximum)) {
    return false;
  }
  values_[static_cast<std::size_t>(measure)] = static_cast<std::int16_t>(std::lround(value * MeasureScale(measure)));
  present_ = static_cast<std::uint16_t>(present_ | Bit(measure));
  return true;
}

std::optional<double> Sample::Find(Measure measure) const {
  if (!Has(measure)) {
    return std::nullopt;
  }
  return static_cast<double>(scaled(measure)) / MeasureScale(measure);
}

}  // namespace fajma::firmware
