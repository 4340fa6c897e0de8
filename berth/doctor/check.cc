#include "berth/doctor/check.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

namespace berth::doctor {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::Ok:
      return "ok";
    case Severity::Warning:
      return "warning";
    case Severity::Failure:
      return "failure";
    case Severity::Skipped:
      return "skipped";
  }
  return "";
}

CheckResult ok(std::string found) { return {Severity::Ok, std::move(found), ""}; }

CheckResult warning(std::string found, std::string remedy) {
  return {Severity::Warning, std::move(found), std::move(remedy)};
}

CheckResult failure(std::string found, std::string remedy) {
  return {Severity::Failure, std::move(found), std::move(remedy)};
}

CheckResult skipped(std::string reason) { return {Severity::Skipped, std::move(reason), ""}; }

Asked asked_by_process(const Result<app::Settings>& settings) {
  Asked asked{.root = ::geteuid() == 0, .uid = ::geteuid()};
  passwd entry = {};
  passwd* found = nullptr;
  std::array<char, 16384> texts;
  if (::getpwuid_r(asked.uid, &entry, texts.data(), texts.size(), &found) == 0 && found != nullptr) {
    asked.user = entry.pw_name;
  }
  if (settings) {
    asked.settings = *settings;
  } else {
    asked.refused = settings.error();
  }
  return asked;
}

}  // namespace berth::doctor
