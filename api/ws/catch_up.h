// Brings a socket from a cursor to live: pages from the database while the loop goes on, the rest from what the hub
// remembers, then live. No gap but for what retention has cut, which one frame tells; no repeat.
#pragma once

#include <cstdint>
#include <memory>

#include "api/ws/services.h"
#include "core/domain/reading.h"

namespace fajma::ws {

// Loop thread. `after`: the last cursor that the client has. Ends by LiveHub::Follow for the connection, or closes it
// with 1013 when the database fails (the client comes back with its last cursor).
void CatchUp(const Services& services, ConnectionId id, const Topic& topic, Cursor after);

// Loop thread. From now on, or from `?apres=` when one was sent; one that is no cursor is told, and it goes on from
// now.
void FollowOrCatchUp(const Services& services, const SocketContext& context, Connection& connection,
                     const Topic& topic);

// The cursor of `?apres=`: a whole number from 0; absent when it is none.
std::optional<Cursor> ParseCursor(std::string_view text);

}  // namespace fajma::ws
