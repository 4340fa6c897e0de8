#include "berth/cli/value_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/sys/file.h"

namespace berth::cli {
namespace {

using content::ValueSource;

constexpr std::size_t kLargestJson = 64 << 20;
constexpr std::size_t kLargestValue = 1 << 20;

}  // namespace

Result<std::string> StandardInput::take(std::string_view reader, std::size_t limit_bytes) {
  if (!taken_by_.empty()) {
    return fail(Errc::InvalidInput, fmt::format("{}: standard input is taken by {} already; give one of them as "
                                                "name=@file",
                                                reader, taken_by_));
  }
  taken_by_ = reader;
  return sys::read_to_end(STDIN_FILENO, limit_bytes, "standard input");
}

Result<Json> read_json_file(const char* option, const std::string& path) {
  const auto doing = [&] { return fmt::format("{} '{}'", option, path); };
  BERTH_TRY(const std::string text, sys::read_file(path, kLargestJson).context(doing));
  return parse_json(text).context(doing);
}

Result<void> read_source(content::Assignment& assignment, std::string_view option, StandardInput& input) {
  if (!assignment.name) return {};
  const std::string reader = fmt::format("{} {}", option, *assignment.name);
  if (assignment.value == "-") {
    BERTH_TRY(assignment.value, input.take(reader, kLargestValue));
    assignment.source = ValueSource::StandardInput;
  } else if (assignment.value.starts_with("@@")) {
    assignment.value.erase(0, 1);
  } else if (assignment.value.starts_with("@")) {
    BERTH_TRY(assignment.value,
              sys::read_file(assignment.value.substr(1), kLargestValue).context([&] { return std::string(reader); }));
    assignment.source = ValueSource::File;
  }
  return {};
}

}  // namespace berth::cli
