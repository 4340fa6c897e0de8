// The SPDX lists of licences and exceptions: which ids there are, how they are spelled, what replaced old ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::vet {

struct SpdxId {
  std::string_view id;           // as the list spells it
  std::string_view replacement;  // of an id that is no longer to be used: what to write; itself where there is nothing

  bool is_deprecated() const { return !replacement.empty(); }
};

// Ids are found in any case. Views into data of the program: they stay.
const SpdxId* find_spdx_licence(std::string_view id);
const SpdxId* find_spdx_exception(std::string_view id);

// Makes ids known that a later list has, for the whole process; both texts have an id a line and, behind a tab, what
// replaces one that is no longer to be used. No id is forgotten: SPDX takes none back, and what we know of replacements
// goes before what the texts say. What was found before is no longer valid. Not while other threads ask.
void add_spdx_ids(std::string_view licences, std::string_view exceptions);

// In the order of the list.
const std::vector<SpdxId>& spdx_licences();
const std::vector<SpdxId>& spdx_exceptions();

// What the policy takes a licence for (data/licence_groups.txt).
enum class LicenceGroup { Permissive, WeakCopyleft, Copyleft, Restrictive, Other };
// "permissive", "weak-copyleft", "copyleft", "restrictive", "other".
std::string_view group_text(LicenceGroup group);
// `id` as the list spells it; Other for what is in none.
LicenceGroup group_of_licence(std::string_view id);

}  // namespace berth::vet
