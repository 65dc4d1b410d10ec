#include "cli/simulation/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace fajma::cli {

Mailbox::Mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!wake_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Mailbox::Put(Note note) {
  {
    const std::lock_guard lock(mutex_);
    if (note.kind == Note::Kind::kMessage && notes_.size() >= kMaxMessages) return;
    notes_.push_back(std::move(note));
    if (notes_.size() > 1) return;
  }
  Wake();
}

void Mailbox::Wake() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_.get(), &one, sizeof one));  // fails only when it is set already
}

void Mailbox::Take(std::vector<Note>& notes) {
  std::uint64_t count = 0;
  static_cast<void>(::read(wake_.get(), &count, sizeof count));
  notes.clear();
  const std::lock_guard lock(mutex_);
  notes_.swap(notes);
}

}  // namespace fajma::cli
