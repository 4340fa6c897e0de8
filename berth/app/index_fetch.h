// What is fetched from package indexes through curl: pages, files, and parts of files.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/index_way.h"
#include "berth/base/result.h"
#include "berth/image/pip_settings.h"
#include "berth/sys/tool.h"

namespace berth::app {

inline constexpr std::size_t kLongestProblem = 200;  // of what was wrong with asking one, for people

// How indexes are asked: with pip's own settings, and the operator's proxies and certificates.
struct IndexAccess {
  const image::PipSettings& pip;
  const IndexWay& way;
  const std::function<Result<void>()>& watch;  // as of sys::ToolOptions; several threads ask it
};

// Of an index or a host that is asked several times, by several threads: what took too long, and has answered nothing
// so far, is not waited for again.
class Standing {
 public:
  void take_answer() { state_ = State::Answers; }
  void take_silence() {
    State unknown = State::Unknown;
    state_.compare_exchange_strong(unknown, State::Silent);
  }
  bool is_silent() const { return state_ == State::Silent; }

 private:
  enum class State : std::uint8_t { Unknown, Answers, Silent };
  std::atomic<State> state_ = State::Unknown;
};

// What curl is told on its standard input to fetch the page of `project`. Credentials stand in it, and in no argument.
// Pure.
std::string page_request(const image::PipSettings& pip, std::string_view index, std::string_view project,
                         std::string_view certificates);

// The same for another address that an index named.
std::string file_request(const image::PipSettings& pip, std::string_view url, std::string_view certificates);

// The same for a part of it: "-1024" is its end, "0-1023" its beginning. Curl fetches several such one after another,
// by one connection, until one fails; `next` before each but the first. An answer of more than `most_bytes` fails.
std::string range_request(const image::PipSettings& pip, std::string_view url, std::string_view certificates,
                          std::string_view range, std::size_t most_bytes);

// What came of one range_request.
struct RangeAnswer {
  int exit_code = 0;  // curl's
  int status = 0;
  std::string body;
  // Where in the file the body lies, when it is the part that its header says; of a file of `whole` bytes.
  std::optional<std::uint64_t> begin;
  std::uint64_t whole = 0;
};

// What curl printed of several, in their order; nothing where that is not to be told. Pure.
std::optional<std::vector<RangeAnswer>> range_answers(std::string_view printed);

// Runs curl. Errors: those of sys::run_tool.
Result<sys::ToolOutput> run_curl(const IndexAccess& access, std::string request, std::size_t most_bytes,
                                 bool any_status = false);

// What curl says of a host that it could not speak to; empty for what may be the index's answer, or curl's own trouble.
std::string reason_unreached(const Error& error);

// All of a file. Errors: Unavailable where it does not come; Corrupt when it has another hash than `sha256`, where that
// is not empty; Exhausted past `most_bytes`.
Result<std::string> fetch_file(const IndexAccess& access, const std::string& address, const std::string& sha256,
                               std::size_t most_bytes);

}  // namespace berth::app
