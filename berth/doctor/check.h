// One question about this machine, and its answer.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "berth/app/settings.h"
#include "berth/base/error.h"

namespace berth::doctor {

enum class Severity {
  Ok,
  Warning,  // Berth works, with less than it could do
  Failure,  // calls, or a whole command of Berth's, cannot work
  Skipped,  // not for who asks, or not to be told because of what another check found
};

std::string_view name_of(Severity severity);

// Both texts are one line. A remedy belongs to each warning and failure, and to nothing else.
struct CheckResult {
  Severity severity = Severity::Ok;
  std::string found;   // what was seen; of a skipped check, why it was
  std::string remedy;  // what to do

  friend bool operator==(const CheckResult&, const CheckResult&) = default;
};

CheckResult ok(std::string found);
CheckResult warning(std::string found, std::string remedy);
CheckResult failure(std::string found, std::string remedy);
CheckResult skipped(std::string reason);

// Who asks, and what is set: what root needs of a machine is not what an ordinary user needs.
struct Asked {
  bool root = true;
  uid_t uid = 0;
  std::string user;              // its name; empty where it has none
  app::Settings settings;        // the defaults where the configuration is not valid
  std::optional<Error> refused;  // why it is not
};

// The Asked of this process.
Asked asked_by_process(const Result<app::Settings>& settings);

}  // namespace berth::doctor
