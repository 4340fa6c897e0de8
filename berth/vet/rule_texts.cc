#include "berth/vet/rule_texts.h"

#include <algorithm>

namespace berth::vet {
namespace {

constexpr std::string_view kHow = "docs/vetting.md#how-it-judges";
constexpr std::string_view kData = "docs/vetting.md#advisories-and-lists";
constexpr std::string_view kNames = "docs/vetting-names.md";

constexpr RuleText kTexts[] = {
    {"name.invalid", "The name is none that a Python package can have.", kNames},
    {"name.malicious", "A malicious package was published under this name.", kNames},
    {"name.look-alike",
     "The name looks like that of a popular package, of a module of Python, or of what programs import.", kNames},
    {"name.confusion",
     "A private name stands on the public index, too, so that somebody else's package may be installed.", kNames},
    {"name.free", "A private name is free on the public index: anybody may take it.", kNames},
    {"name.unknown", "No index has a package of this name: anybody may take it.", kNames},
    {"licence.denied", "The policy does not take the licence, whatever alternative one chooses.", kHow},
    {"licence.asked", "The policy asks about the licence.", kHow},
    {"licence.none", "Nothing in the package says under which licence it is.", kHow},
    {"licence.unclear",
     "What the package says of its licence is no licence of the SPDX list, or a licence with words beside it that "
     "restrict.",
     kHow},
    {"licence.disagreement", "Two statements of the package about its licence contradict each other.", kHow},
    {"advisory.malicious", "The version was published to do harm.", kHow},
    {"advisory.critical", "A critical weakness of the version is known.", kHow},
    {"advisory.high", "A weakness of the version is known, of high severity.", kHow},
    {"advisory.medium", "A weakness of the version is known, of medium severity.", kHow},
    {"advisory.low", "A weakness of the version is known, of low severity.", kHow},
    {"advisory.none", "A weakness of the version is known, whose severity is none.", kHow},
    {"advisory.unknown", "A weakness of the version is known; nobody says how grave it is.", kHow},
    {"database.missing", "There are no advisories: no weakness can be known.", kData},
    {"database.stale", "The advisories are older than the policy takes.", kData},
    {"database.damaged", "A file of advisories is damaged.", kData},
    {"database.start-set", "There are only the advisories that come with Berth.", kData},
    {"database.uncovered", "There are no advisories of the distribution whose packages are judged.", kData},
    {"release.young", "The release is younger than the policy takes.", kHow},
    {"release.undated", "No index says when the version was released.", kHow},
    {"release.yanked", "The authors have withdrawn the release.", kHow},
    {"release.unseen",
     "The release is younger than the advisories that come with Berth, which are the only ones there.", kHow},
    {"release.unmaintained", "Nobody seems to look after the project any more.", kHow},
    {"release.quarantined", "The index keeps the project in quarantine.", kHow},
    {"version.none", "No one version is named: nobody can tell what will be installed.", kHow},
    {"version.unreadable", "The version is none by the rules of its ecosystem.", kHow},
    {"source.elsewhere", "The package is taken from an address or a path instead of the index.", kHow},
    {"source.hash", "A list gives hashes that are of no file which the index has for the version.", kHow},
    {"facts.missing", "What the package says of itself cannot be read.", kHow},
    {"dependencies.unresolved", "What the packages bring along is not known.", kHow},
    {"list.stale", "A list of names or licences is older than the policy takes.", kData},
    {"list.damaged", "A list of names or licences is damaged.", kData},
    {"build.remote-add", "ADD takes a file from an address without a checksum.", kHow},
    {"build.secret", "A password, token or key stands in the build.", kHow},
    {"build.pipe-to-shell", "What is downloaded is run unseen, at once or as a file.", kHow},
    {"build.unverified", "A check of certificates or signatures is switched off.", kHow},
    {"build.extra-index", "More than one index is asked, or another one: dependency confusion.", kHow},
    {"build.moving-tag", "The base, or an image that files come from, has a tag that moves, or none.", kHow},
    {"build.root", "The image runs as root.", kHow},
    {"build.unread", "Something in the folder, or a command of the build, cannot be judged.", kHow},
};

}  // namespace

const RuleText* find_rule_text(std::string_view rule) {
  const auto* const found = std::ranges::find(kTexts, rule, &RuleText::rule);
  return found == std::ranges::end(kTexts) ? nullptr : found;
}

}  // namespace berth::vet
