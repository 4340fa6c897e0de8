// All that judgement knows beside the facts: what was imported, and for what was not, what came with the program.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/advisory_store.h"
#include "berth/vet/judge.h"
#include "berth/vet/list_store.h"

namespace berth::vet {

// Owns what a Knowledge refers to; it can be moved. Const after it was made: any thread may ask.
class StoredKnowledge {
 public:
  // Reads what lies in `folder`; nothing need lie there. Imported licences of SPDX are known to the whole process from
  // then on (add_spdx_ids), so this comes before policies and facts are read, and before there are threads.
  // Errors: those of load_advisories.
  static Result<StoredKnowledge> load(const std::filesystem::path& folder);

  // Valid as long as this is.
  Knowledge view() const;

 private:
  StoredKnowledge() = default;

  StoredAdvisories advisories_;
  StoredLists lists_;
  std::vector<ListInfo> infos_;
  std::unique_ptr<const std::string> malicious_text_;  // imported names, and those that come with the program
  std::unique_ptr<const MaliciousNames> malicious_;
  std::unique_ptr<const PopularNames> popular_;
  std::unique_ptr<const LookAlikes> look_alikes_;
};

}  // namespace berth::vet
