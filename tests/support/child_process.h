// A server that a test starts: ended by the kernel when the thread that started it dies.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace fajma::test {

// Runs `arguments` (the first is the program, looked for in PATH), standard output and error appended to the file
// `log`. Returns the process id; a program that cannot be run ends with 127.
pid_t SpawnChild(const std::vector<std::string>& arguments, const std::string& log);

// Sends `signal`, also to a stopped process, and waits for its end.
void EndChild(pid_t& child, int signal);

}  // namespace fajma::test
