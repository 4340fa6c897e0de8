#include "berth/vet/name_findings.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace berth::vet {
namespace {

Finding finding(Verdict verdict, std::string_view rule, const Package& package, std::string evidence,
                std::string remedy) {
  return {.verdict = verdict,
          .rule = std::string(rule),
          .package = package,
          .evidence = std::move(evidence),
          .remedy = std::move(remedy)};
}

std::string words_for(Likeness likeness) {
  switch (likeness) {
    case Likeness::StandardLibrary:
      return "is a module that comes with Python";
    case Likeness::Module:
      return "is what programs import or people say, not the name of the package";
    default:
      return fmt::format("looks like a popular name ({})", likeness_text(likeness));
  }
}

Finding look_alike_finding(const Package& package, const LookAlike& found, bool is_known) {
  const std::string rank = found.target_rank == 0 ? "" : fmt::format(", rank {}", found.target_rank);
  const std::string remedy = found.likeness == Likeness::StandardLibrary
                                 ? "leave it out: Python brings the module"
                                 : fmt::format("if '{}' is meant, write that", found.target);
  Finding told =
      finding(is_known ? Verdict::Ask : Verdict::Refuse, "name.look-alike", package,
              fmt::format("the name '{}' {}: '{}'{}", package.name, words_for(found.likeness), found.target, rank),
              remedy + "; else approve this name");
  told.target = found.target;
  told.rank = found.target_rank;
  return told;
}

}  // namespace

std::vector<Finding> findings_about_name(const Package& package, const MaliciousNames& malicious,
                                         const LookAlikes& look_alikes, const Standing& standing) {
  std::vector<Finding> findings;
  if (package.ecosystem != Ecosystem::PyPI) return findings;
  if (!is_valid_name(Ecosystem::PyPI, package.written)) {
    findings.push_back(finding(Verdict::Refuse, "name.invalid", package,
                               fmt::format("'{}' is no name of a Python package", package.written),
                               "write the name with letters, digits, '-', '_' and '.' alone"));
    return findings;
  }
  if (const auto source = malicious.source_of(package.name)) {
    const std::string who = source->empty() ? "" : fmt::format(" ({})", *source);
    findings.push_back(finding(Verdict::Refuse, "name.malicious", package,
                               fmt::format("the name '{}' was used for a malicious package{}", package.name, who),
                               "remove it; look for what was meant"));
  }
  if (const auto found = look_alikes.find(package.name, standing)) {
    findings.push_back(look_alike_finding(package, *found, look_alikes.is_known(package.name, standing)));
  }
  return findings;
}

std::vector<Finding> findings_about_origin(const Package& package, const NameOrigin& origin) {
  const bool is_said = origin.is_private && !origin.taken_from.empty();
  if (package.ecosystem != Ecosystem::PyPI || (!origin.is_on_public_index && !is_said)) return {};
  const bool is_public = origin.is_on_public_index.value_or(false);
  if (!origin.is_private) {
    if (is_public) return {};
    return {
        finding(Verdict::Refuse, "name.unknown", package,
                fmt::format("the index has no package '{}': anybody may take the name", package.name),
                "correct the name; or, where it is one of your own index, put it under 'names.private' in vet.yaml")};
  }
  if (!origin.is_public_asked) return {};
  if (is_public) {
    return {finding(Verdict::Refuse, "name.confusion", package,
                    fmt::format("'{}' is private, and the public index has a package of that name", package.name),
                    "take it from the private index alone (index-url, not extra-index-url), and lock its hashes")};
  }
  return {finding(
      Verdict::Refuse, "name.free", package,
      is_said ? fmt::format("'{}' is private, and {}: who takes that name in one of them is asked for it", package.name,
                            origin.taken_from)
              : fmt::format("'{}' is private, and on the public index anybody may take that name", package.name),
      "take it from the private index alone (index-url, not extra-index-url), or take the name there")};
}

}  // namespace berth::vet
