// The host ids that containers may use: /etc/subuid and /etc/subgid.
#pragma once

#include <optional>
#include <string>

#include "berth/doctor/check.h"

namespace berth::doctor {

struct SubIdFacts {
  bool root = true;
  std::string user;                   // who asks; for root the ranges of `berth` count
  uid_t uid = 0;                      // the files may name it instead
  std::optional<std::string> subuid;  // texts of the files; nothing where they cannot be read
  std::optional<std::string> subgid;
  std::string passwd;
};
SubIdFacts sub_id_facts(const Asked& asked);
CheckResult judge_sub_ids(const SubIdFacts& facts);

}  // namespace berth::doctor
