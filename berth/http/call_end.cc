#include "berth/http/call_end.h"

#include <fmt/format.h>
#include <sys/wait.h>

namespace berth::http {

LastWord last_word(CallStage stage) {
  switch (stage) {
    case CallStage::Handed:
    case CallStage::Begun:
      return LastWord::Error;
    case CallStage::Answering:
      return LastWord::Event;
    case CallStage::Writing:
    case CallStage::Answered:
      return LastWord::None;
  }
  return LastWord::None;
}

std::string ending_text(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was killed by signal {}", WTERMSIG(status));
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

Error death_of(const std::string& end, CallStage stage, bool in_lines) {
  const bool has_not_run = stage == CallStage::Handed || (stage == CallStage::Begun && in_lines);
  const char* const what = has_not_run ? "nothing of it has run: try again"
                                       : "it may have run in part, and is not made again by itself: see what it has "
                                         "done before you repeat it";
  return Error(Errc::Internal, fmt::format("the process of this call {}; {}", end, what));
}

}  // namespace berth::http
