// Looks up who of those with open sockets may still be here: for when the news of it may have been missed.
#pragma once

#include "api/ws/services.h"

namespace fajma::ws {

// Any thread; returns at once. Asks the database in the background and closes the sockets that it would not let in
// again, as CloseEnded does. A database that fails is passed over: whoever calls this calls again.
void CheckRights(const Services& services);

}  // namespace fajma::ws
