// The options of pip in a list of requirements.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

enum class ListOption {
  Requirement,
  Constraint,
  Index,
  MoreIndex,
  FindLinks,
  Editable,
  NoIndex,
  Prereleases,
  TrustedHost,
  NoBinary,
  Hash,
  OfBuild,    // of one requirement: how it is built, where it is
  Built,      // of one requirement, which is built from sources for it
  Quiet,      // says nothing of what is installed, alone
  QuietValue  // and with a value
};

struct TakenOption {
  ListOption option;
  std::string name;   // "--no-binary"
  std::string value;  // empty for those that have none
};

// Takes `text`, which begins with `-`, apart: words as a shell has them, then `--name value`, `--name=value`, `-n
// value` and `-nvalue`. Errors: InvalidInput, from `origin`, for an option that Berth does not know, one without the
// value that it needs or with one that it cannot have, and a word that belongs to none.
Result<std::vector<TakenOption>> options_in(std::string_view text, std::string_view origin);

}  // namespace berth::vet
