#include "berth/vet/spdx_list.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/base/text_parts.h"
#include "berth/vet/built_in_data.h"

namespace berth::vet {
namespace {

bool comes_before(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, lower_letter, lower_letter);
}

// Sorted without regard to case: the files may be sorted otherwise than we compare.
std::vector<SpdxId> parse_ids(std::string_view text) {
  std::vector<SpdxId> ids;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t tab = line.find('\t');
    ids.push_back({line.substr(0, tab), tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1)});
  }
  std::ranges::sort(ids, comes_before, &SpdxId::id);
  return ids;
}

// Both lists, and the texts of those ids that came later.
struct Lists {
  std::vector<SpdxId> licences = parse_ids(spdx_licences_text());
  std::vector<SpdxId> exceptions = parse_ids(spdx_exceptions_text());
  std::deque<std::string> texts;
};

Lists& lists() {
  static Lists lists;
  return lists;
}

const SpdxId* find_in(const std::vector<SpdxId>& ids, std::string_view id) {
  const auto found = std::ranges::lower_bound(ids, id, comes_before, &SpdxId::id);
  return found == ids.end() || comes_before(id, found->id) ? nullptr : &*found;
}

using Groups = std::map<std::string_view, LicenceGroup>;

constexpr std::pair<std::string_view, LicenceGroup> kGroups[] = {
    {"permissive", LicenceGroup::Permissive}, {"weak-copyleft", LicenceGroup::WeakCopyleft},
    {"copyleft", LicenceGroup::Copyleft},     {"restrictive", LicenceGroup::Restrictive},
    {"other", LicenceGroup::Other},
};

Groups parse_groups(std::string_view text) {
  Groups groups;
  LicenceGroup group = LicenceGroup::Other;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() != '[') {
      groups.emplace(line, group);
      continue;
    }
    const std::string_view name = line.substr(1, line.size() - 2);
    const auto named = std::ranges::find_if(kGroups, [&](const auto& row) { return row.first == name; });
    group = named == std::ranges::end(kGroups) ? LicenceGroup::Other : named->second;
  }
  return groups;
}

}  // namespace

const std::vector<SpdxId>& spdx_licences() { return lists().licences; }
const std::vector<SpdxId>& spdx_exceptions() { return lists().exceptions; }

void add_spdx_ids(std::string_view licences, std::string_view exceptions) {
  const auto add = [](std::string_view text, std::vector<SpdxId>& ids) {
    std::vector<SpdxId> added;
    for (const SpdxId& one : parse_ids(text)) {
      const SpdxId* known = find_in(ids, one.id);
      if (known == nullptr) {
        const std::string& id = lists().texts.emplace_back(one.id);
        added.push_back({id, one.is_deprecated() ? std::string_view(id) : std::string_view()});
      } else if (one.is_deprecated() && !known->is_deprecated()) {
        ids[static_cast<std::size_t>(known - ids.data())].replacement = known->id;
      }
    }
    ids.insert(ids.end(), added.begin(), added.end());
    std::ranges::sort(ids, comes_before, &SpdxId::id);
    // A list that has an id twice.
    const auto is_same = [](const SpdxId& a, const SpdxId& b) {
      return !comes_before(a.id, b.id) && !comes_before(b.id, a.id);
    };
    ids.erase(std::ranges::unique(ids, is_same).begin(), ids.end());
  };
  add(licences, lists().licences);
  add(exceptions, lists().exceptions);
}

const SpdxId* find_spdx_licence(std::string_view id) { return find_in(spdx_licences(), id); }
const SpdxId* find_spdx_exception(std::string_view id) { return find_in(spdx_exceptions(), id); }

std::string_view group_text(LicenceGroup group) {
  const auto found = std::ranges::find_if(kGroups, [&](const auto& row) { return row.second == group; });
  return found == std::ranges::end(kGroups) ? std::string_view() : found->first;
}

LicenceGroup group_of_licence(std::string_view id) {
  static const Groups of_licences = parse_groups(licence_groups_text());
  const auto found = of_licences.find(id);
  return found == of_licences.end() ? LicenceGroup::Other : found->second;
}

}  // namespace berth::vet
