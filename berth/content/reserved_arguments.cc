#include "berth/content/reserved_arguments.h"

#include <fmt/format.h>

#include <charconv>

#include "berth/base/utf8.h"
#include "berth/content/arguments.h"
#include "berth/content/parameter_value.h"

namespace berth::content {
namespace {

constexpr std::int64_t kMostTries = 100;
constexpr std::int64_t kMostSeconds = 30ll * 24 * 3600;

std::string shown(std::string_view text) { return to_visible(text.substr(0, 100), false); }

// Reads one reserved argument after the other; the first error stays.
class Reading {
 public:
  explicit Reading(const Json& reserved) : reserved_(reserved) {}

  bool truth(std::string_view name) {
    const std::string text = take(name);
    if (text.empty()) return false;
    const auto truth = boolean_of(text);
    if (!truth) refuse(name, text, "is not a boolean; write true or false");
    return truth.value_or(false);
  }

  std::vector<std::string> names(std::string_view name) {
    std::vector<std::string> names = list_elements(take(name));
    for (const std::string& one : names) {
      if (one.empty()) refuse(name, take(name), "holds an empty name; write names with commas between");
    }
    return names;
  }

  std::optional<std::int64_t> whole(std::string_view name, std::int64_t least, std::int64_t most,
                                    std::string_view what) {
    const std::string text = take(name);
    if (text.empty()) return std::nullopt;
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && last == end && number >= least && number <= most) return number;
    refuse(name, text, fmt::format("is no {}; write a whole number from {} to {}", what, least, most));
    return std::nullopt;
  }

  // The text of one; empty when it was not given.
  std::string take(std::string_view name) const { return reserved_.text_or(name, ""); }

  const std::optional<Error>& error() const { return error_; }

 private:
  void refuse(std::string_view name, std::string_view value, std::string_view reason) {
    if (!error_) error_ = Error(Errc::InvalidInput, fmt::format("argument '{}': '{}' {}", name, shown(value), reason));
  }

  const Json& reserved_;
  std::optional<Error> error_;
};

}  // namespace

Result<ReservedArguments> parse_reserved_arguments(const Json& reserved) {
  Reading reading(reserved);
  ReservedArguments arguments;
  arguments.instances = reading.names("using");
  arguments.brands = reading.names("using-brand");
  arguments.raw_response = reading.truth("raw-response");
  arguments.ignore_outputs = reading.truth("ignore-outputs");
  arguments.debug_mode = reading.truth("debug-mode");
  if (const auto timeout = reading.whole("execution-timeout", 1, kMostSeconds, "number of seconds")) {
    arguments.execution_timeout = std::chrono::seconds(*timeout);
  }
  arguments.retry_count = static_cast<int>(reading.whole("retry-count", 0, kMostTries, "number of tries").value_or(0));
  if (const auto interval = reading.whole("retry-interval", 0, kMostSeconds, "number of seconds")) {
    arguments.retry_interval = std::chrono::seconds(*interval);
  }
  if (reading.error()) return std::unexpected(*reading.error());
  BERTH_TRY(arguments.extensions, parse_context_extensions(reading.take("extend-context")).context([] {
    return "argument 'extend-context'";
  }));
  if (!reading.take("auto-extract").empty()) {
    arguments.notes.emplace_back("argument 'auto-extract' changes nothing here: no indicators are extracted");
  }
  return arguments;
}

}  // namespace berth::content
