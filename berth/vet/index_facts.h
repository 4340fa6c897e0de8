// What the package index says of Python packages, through the machine's own pip.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/vet/facts.h"
#include "berth/vet/locked_package.h"
#include "berth/vet/project_page.h"

namespace berth::vet {

// Whether pip is asked for what packages ask for as well.
enum class PipDependencies { Included, LeftOut };

// The report of `pip install --dry-run --report` for `packages` together, from wheels alone: nothing of a package runs.
// `way` as for fetch_index_facts. Errors: NotFound when there is no pip; Unavailable where it finds no such set.
Result<std::string> run_pip_report(std::span<const LockedPackage* const> packages, const std::vector<std::string>& way,
                                   PipDependencies dependencies);

// `packages` in groups that pip can each be asked for at once: to one call, all that it is told of a name holds one
// version, so a name is in each group once, or several times in the same words. In the order given. Pure.
std::vector<std::vector<const LockedPackage*>> waves_of(std::span<const LockedPackage* const> packages);

// What is known before pip is asked.
struct IndexKnowledge {
  // Whether an index has the project, by its normal name; Unknown where none has answered.
  std::function<IndexAnswer::Presence(const std::string& project)> presence;
  bool has_links = false;  // pip looks elsewhere too (find-links)
};

// The facts of one package each, in the order given. pip resolves each alone, reads the metadata of its wheel and
// installs nothing; nothing of a package runs, so one that has no wheel gets the finding `facts.missing` (Ask), with
// pip's reason. Hosts and credentials are those of pip's configuration, `way` are the variables
// ("NAME=value") of the way there: proxies and certificates. A package that is not from the index
// (a URL, a path) gets `source.elsewhere` (Ask). No index is asked for what is Absent, and none a second time for what
// is Unknown: one that is down lets pip wait each time. Errors: NotFound when there is no pip.
Result<std::vector<Facts>> fetch_index_facts(const std::vector<LockedPackage>& packages,
                                             const std::vector<std::string>& way, const IndexKnowledge& known);

// The same without asking anybody: name, version, hashes and `source.elsewhere`, as they stand in the lists. Pure.
std::vector<Facts> facts_without_index(const std::vector<LockedPackage>& packages);

// A report of `pip install --dry-run --report`. Pure. Errors: InvalidInput.
Result<Json> json_of_pip_report(std::string_view report);

// The facts in such a report. Pure. Errors: InvalidInput.
Result<std::vector<Facts>> facts_in_pip_report(const Json& report);
Result<std::vector<Facts>> facts_of_pip_report(std::string_view report);

}  // namespace berth::vet
