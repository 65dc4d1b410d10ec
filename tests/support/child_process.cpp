#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fajma::test {

// Only async-signal-safe calls between fork and exec.
pid_t SpawnChild(const std::vector<std::string>& arguments, const std::string& log) {
  std::vector<char*> words;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(fd, STDOUT_FILENO);
  ::dup2(fd, STDERR_FILENO);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

void EndChild(pid_t& child, int signal) {
  if (child < 0) return;
  ::kill(child, signal);
  ::kill(child, SIGCONT);  // after it: what is stopped does nothing more before it ends
  ::waitpid(child, nullptr, 0);
  child = -1;
}

}  // namespace fajma::test
