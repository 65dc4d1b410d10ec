// Says what is wrong with a text that is no JSON, as Python's json module says it: clients know these sentences.
#pragma once

#include <string>
#include <string_view>

namespace fajma::json {

// "Expecting ',' delimiter: line 1 column 8 (char 7)". Positions count characters. For a text that the parser refused;
// linear in its length, without recursion.
std::string DescribeSyntaxError(std::string_view text);

}  // namespace fajma::json
