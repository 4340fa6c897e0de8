#include "berth/doctor/ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "berth/container/lease.h"
#include "berth/doctor/words.h"
#include "berth/sys/id_map.h"

namespace berth::doctor {
namespace {

constexpr const char* kRootRemedy =
    "run './setup', or put 'berth:1073741824:16777216' (or another free range above 65536) into /etc/subuid and "
    "/etc/subgid";

std::string remedy_for(const SubIdFacts& facts) {
  if (facts.root) return kRootRemedy;
  return fmt::format(
      "have root run 'usermod --add-subuids 165536-231071 --add-subgids 165536-231071 {}' (or another "
      "free range of at least 65536)",
      facts.user.empty() ? std::to_string(facts.uid) : facts.user);
}

std::vector<sys::IdRange> ranges_of(const SubIdFacts& facts, const std::string& text) {
  auto ranges = sys::subordinate_ranges(text, facts.root ? "berth" : facts.user);
  if (ranges.empty() && !facts.root) ranges = sys::subordinate_ranges(text, std::to_string(facts.uid));
  return ranges;
}

bool overlap(sys::IdRange a, sys::IdRange b) {
  return a.first < std::uint64_t{b.first} + b.count && b.first < std::uint64_t{a.first} + a.count;
}

// Who else has ids of `range`: another line of the file, or a user of the machine. Empty when nobody has.
std::string other_owner(const SubIdFacts& facts, const std::string& file_name, const std::string& text,
                        sys::IdRange range) {
  const std::string own = facts.root ? "berth" : facts.user;
  for (const std::string_view line : lines_of(text)) {
    const std::string_view name = field_of(line, 0, ':');
    if (name == own || (!facts.root && name == std::to_string(facts.uid))) continue;
    for (const sys::IdRange other : sys::subordinate_ranges(line, name)) {
      if (overlap(range, other)) {
        return fmt::format("{} grants {}-{} to '{}' as well", file_name, other.first, other.first + other.count - 1,
                           name);
      }
    }
  }
  for (const std::string_view line : lines_of(facts.passwd)) {
    const auto uid = number_of<std::uint32_t>(field_of(line, 2, ':'));
    if (uid && overlap(range, {*uid, 1})) return fmt::format("user '{}' has the id {}", field_of(line, 0, ':'), *uid);
  }
  return "";
}

}  // namespace

SubIdFacts sub_id_facts(const Asked& asked) {
  return {.root = asked.root,
          .user = asked.user,
          .uid = asked.uid,
          .subuid = small_file("/etc/subuid"),
          .subgid = small_file("/etc/subgid"),
          .passwd = small_file("/etc/passwd").value_or("")};
}

CheckResult judge_sub_ids(const SubIdFacts& facts) {
  const std::string owner = facts.root ? "berth" : (facts.user.empty() ? std::to_string(facts.uid) : facts.user);
  const auto users = ranges_of(facts, facts.subuid.value_or(""));
  const auto groups = ranges_of(facts, facts.subgid.value_or(""));
  if (users.empty()) return failure(fmt::format("/etc/subuid grants no ids to '{}'", owner), remedy_for(facts));
  const sys::IdRange range = users.front();
  if (range.count < container::kIdsPerContainer) {
    return failure(fmt::format("/etc/subuid grants {} ids to '{}', and containers take {}", range.count, owner,
                               container::kIdsPerContainer),
                   remedy_for(facts));
  }
  if (range.first < container::kIdsPerContainer) {
    return failure(fmt::format("/etc/subuid grants ids from {} to '{}', which are those of this machine's own users",
                               range.first, owner),
                   remedy_for(facts));
  }
  if (const auto other = other_owner(facts, "/etc/subuid", *facts.subuid, range); !other.empty()) {
    return failure(fmt::format("the ids of '{}' are not its alone: {}", owner, other), remedy_for(facts));
  }
  if (std::ranges::find(groups, range) == groups.end()) {
    const std::string found = fmt::format("/etc/subgid does not grant {}-{}, which /etc/subuid grants, to '{}'",
                                          range.first, range.first + range.count - 1, owner);
    // Root maps without asking the file, so for it the file only keeps others away.
    if (facts.root) return warning(found, remedy_for(facts));
    if (groups.empty() || groups.front().count < container::kIdsPerContainer) return failure(found, remedy_for(facts));
  } else if (const auto other = other_owner(facts, "/etc/subgid", *facts.subgid, range); !other.empty()) {
    return failure(fmt::format("the ids of '{}' are not its alone: {}", owner, other), remedy_for(facts));
  }
  const std::string found = fmt::format("{} ids from {}", range.count, range.first);
  // An ordinary user's containers share theirs.
  if (!facts.root) return ok(found);
  return ok(fmt::format("{}: {} containers at a time", found, range.count / container::kIdsPerContainer));
}

}  // namespace berth::doctor
