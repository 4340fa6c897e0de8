// What the package index says of Python packages, through the machine's own pip.
#pragma once

#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

// The facts of one package each, in the order given. pip resolves each alone, reads the metadata of its wheel and
// installs nothing; nothing of a package runs, so one that has no wheel gets the finding `facts.missing` (Ask), with
// pip's reason. Hosts and credentials are those of pip's configuration, `way` are the variables
// ("NAME=value") of the way there: proxies and certificates. A package that is not from the index
// (a URL, a path) gets `source.elsewhere` (Ask). Errors: NotFound when there is no pip.
Result<std::vector<Facts>> fetch_index_facts(const std::vector<LockedPackage>& packages,
                                             const std::vector<std::string>& way);

// The same without asking anybody: name, version, hashes and `source.elsewhere`, as they stand in the lists. Pure.
std::vector<Facts> facts_without_index(const std::vector<LockedPackage>& packages);

// The facts in a report of `pip install --dry-run --report`. Pure. Errors: InvalidInput.
Result<std::vector<Facts>> facts_of_pip_report(std::string_view report);

}  // namespace berth::vet
