#include "berth/cli/vet_database_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/vet/advisory_store.h"
#include "berth/vet/start_advisories.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMostShown = 10;  // problems of a source

std::string line(const std::string& text) { return to_visible(text, false) + "\n"; }

std::string with_problems(const std::string& summary, const std::vector<std::string>& problems) {
  std::string view = line(summary);
  for (std::size_t i = 0; i < std::min(problems.size(), kMostShown); ++i) view += line("    " + problems[i]);
  if (problems.size() > kMostShown) view += line(fmt::format("    and {} more (--json)", problems.size() - kMostShown));
  return view;
}

std::string date_of(const std::string& dated) { return dated.empty() ? std::string() : fmt::format(", of {}", dated); }

std::chrono::seconds limit_of(const vet::ListInfo& list, const vet::Policy& policy) {
  const auto found = policy.lists.find(list.kind);
  return found == policy.lists.end() ? std::chrono::seconds(0) : found->second.max_age;
}

std::string older_than(std::chrono::seconds limit) {
  return fmt::format("older than {} hours", std::chrono::duration_cast<std::chrono::hours>(limit).count());
}

}  // namespace

bool is_stale(const vet::SourceInfo& source, const vet::Policy& policy, std::chrono::system_clock::time_point now) {
  const auto age = vet::age_of(source, now);
  return !age || *age >= policy.database_age;
}

bool is_stale(const vet::ListInfo& list, const vet::Policy& policy, std::chrono::system_clock::time_point now) {
  const auto age = vet::age_of(list, now);
  return !age || *age >= limit_of(list, policy);
}

std::string view_of(const vet::SourceInfo& source) {
  const std::string newest = source.newest.empty() ? "no date" : source.newest;
  const std::string what =
      fmt::format("{}: {} advisories{}, the newest of {}, {} withdrawn, {} that contradict themselves", source.name,
                  source.advisories, date_of(source.dated), newest, source.withdrawn, source.contradictions);
  if (vet::is_start_set(source)) return line(fmt::format("{}; {}", what, source.origin));
  const std::string left_out =
      source.left_out == 0
          ? std::string()
          : fmt::format("; {} left out, which speak of no package that is judged here", source.left_out);
  return with_problems(fmt::format("{}{}; imported {} from {}", what, left_out, source.imported, source.origin),
                       source.problems);
}

std::string view_of(const vet::ListInfo& list) {
  const std::string what = fmt::format("{}: {}{}", list_kind_words(list.kind), list.entries, date_of(list.dated));
  if (list.is_built_in()) return line(fmt::format("{}; {}", what, list.origin));
  return with_problems(fmt::format("{}; imported {} from {}", what, list.imported, list.origin), list.problems);
}

std::string stale_view(const vet::SourceInfo& source, const vet::Policy& policy) {
  const std::string old = older_than(policy.database_age);
  if (vet::is_start_set(source)) {
    return line(
        fmt::format("    {}; in use until advisories of the index are imported, which the policy answers by {}: "
                    "berth vet db update",
                    old, vet::verdict_text(policy.start_set)));
  }
  const std::string why = vet::is_outdated(source) ? ", and old when it was imported" : "";
  return line(fmt::format("    {}{}: berth vet db update", old, why));
}

std::string stale_view(const vet::ListInfo& list, const vet::Policy& policy) {
  return line(fmt::format("    {}: berth vet db import --kind {} FILE, or a later Berth",
                          older_than(limit_of(list, policy)), list_kind_text(list.kind)));
}

}  // namespace berth::cli
