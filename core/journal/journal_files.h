// The journal's folder: its lock, its name, its segments' names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fajma {

// Makes the folder (0700) and those above it that are absent. Throws std::runtime_error.
void MakeJournalFolder(const std::filesystem::path& folder);

// Locks the folder for this process until the descriptor is closed; the caller closes it. Throws std::runtime_error
// when another holds it.
int LockJournalFolder(const std::filesystem::path& folder);

// The journal's UUID, made at its first opening: written whole or not at all. Throws std::runtime_error.
std::string ReadOrMakeJournalUuid(const std::filesystem::path& folder);

// Makes the names in the folder survive a power cut. False with errno set when the disk refuses.
bool SyncFolder(const std::filesystem::path& folder);

std::filesystem::path SegmentPath(const std::filesystem::path& folder, std::int64_t number);

// The numbers of the segments in the folder, in order.
std::vector<std::int64_t> ListSegments(const std::filesystem::path& folder);

}  // namespace fajma
