// A commit as one process tells it to another: compact JSON. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/domain/commit.h"
#include "core/domain/result.h"

namespace fajma {

struct CommitEnvelope {
  std::uint64_t process = 0;  // that told of it
  std::shared_ptr<Commit> commit;
};

// All but the outcomes, which are for the senders' own process. `{"v":1,"process":"…","number":…,…}`: members without
// content are left out.
std::string EncodeCommit(const Commit& commit, std::uint64_t process);

// Refuses ("invalid_commit") what EncodeCommit of this version does not write. Members that it does not know are
// passed over.
Result<CommitEnvelope> DecodeCommit(std::string_view text);

}  // namespace fajma
