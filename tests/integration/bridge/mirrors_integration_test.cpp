#include "tests/integration/bridge/link_fixture.h"
