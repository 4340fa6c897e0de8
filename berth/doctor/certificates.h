// The bundle of certificates that this machine trusts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct BundleFacts {
  std::filesystem::path path;
  std::string variable;    // of the environment, that names it; empty where none does
  bool of_machine = true;  // the distribution's own, whoever names it
  Result<std::string> text;
  std::int64_t now = 0;  // seconds since 1970
};
BundleFacts bundle_facts();
CheckResult judge_certificates(const BundleFacts& facts);

}  // namespace berth::doctor
