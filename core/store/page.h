// A page of a list, as REST asks for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fajma {

inline constexpr std::int64_t kMaxPageRows = 1000;

// A negative offset counts as 0, a limit outside 0…kMaxPageRows as the nearest. limit 0 asks for the count alone.
struct PageRequest {
  std::int64_t offset = 0;
  std::int64_t limit = 20;

  std::int64_t bounded_offset() const { return std::max<std::int64_t>(offset, 0); }
  std::int64_t bounded_limit() const { return std::clamp<std::int64_t>(limit, 0, kMaxPageRows); }
};

// `count`: how many rows the filter has on all pages. Beyond the last page `rows` is empty.
template <typename Row>
struct Page {
  std::int64_t count = 0;
  std::vector<Row> rows;
};

// The patients whose data the caller may see; absent: all of them, empty: none.
using VisiblePatients = std::optional<std::vector<std::int64_t>>;

}  // namespace fajma
