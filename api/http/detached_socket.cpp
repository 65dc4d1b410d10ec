#include "api/http/detached_socket.h"

#include <unistd.h>

namespace fajma::http {

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace fajma::http
