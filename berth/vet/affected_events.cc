#include "berth/vet/affected_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/vet/distribution_version.h"

namespace berth::vet {
namespace {

// In the order in which they count at the same version: what is fixed there may be introduced again.
enum class EventKind { Fixed, Introduced, LastAffected };

struct Event {
  EventKind kind;
  std::string version;  // empty: before all
};

Result<std::vector<Event>> events_of(const std::vector<const Json*>& written) {
  std::vector<Event> events;
  for (const Json* one : written) {
    if (!one->is_object()) return fail(Errc::InvalidInput, "key 'ranges.events' holds what is no object");
    for (const auto& [key, value] : *one->as_object()) {
      if (key == "limit") continue;
      const bool is_known = key == "introduced" || key == "fixed" || key == "last_affected";
      if (!is_known || !value.is_string() || value.as_string()->empty()) {
        return fail(Errc::InvalidInput, fmt::format("key 'ranges.events' holds '{}', which is no event with a version",
                                                    to_visible(std::string_view(key).substr(0, 60), false)));
      }
      const EventKind kind = key == "fixed"        ? EventKind::Fixed
                             : key == "introduced" ? EventKind::Introduced
                                                   : EventKind::LastAffected;
      const bool is_first = kind == EventKind::Introduced && *value.as_string() == "0";
      events.push_back({kind, is_first ? std::string() : *value.as_string()});
    }
  }
  return events;
}

}  // namespace

Result<EventIntervals> intervals_of_events(const std::vector<const Json*>& written, Ecosystem ecosystem) {
  BERTH_TRY(std::vector<Event> events, events_of(written));
  EventIntervals result;
  const auto is_unreadable = [&](Event& event) {
    if (event.version.empty() || is_valid_version(ecosystem, event.version)) return false;
    result.problems.push_back(fmt::format("bound '{}' is no version: taken as open",
                                          to_visible(std::string_view(event.version).substr(0, 60), false)));
    // A beginning that nobody can read is the first of all; an end, none.
    event.version.clear();
    return event.kind != EventKind::Introduced;
  };
  std::erase_if(events, is_unreadable);
  std::ranges::stable_sort(events, [&](const Event& a, const Event& b) {
    if (a.version.empty() || b.version.empty()) return a.version.empty() && !b.version.empty();
    const auto order = compare_versions(ecosystem, a.version, b.version);
    return order == 0 ? a.kind < b.kind : order < 0;
  });
  bool is_open = false;
  for (Event& event : events) {
    if (event.kind == EventKind::Introduced) {
      if (!is_open) result.intervals.push_back({std::move(event.version), AffectedInterval::End::Never, {}});
      is_open = true;
      continue;
    }
    // A version that is fixed before anything was introduced ends nothing.
    if (!is_open) continue;
    const bool is_fixed = event.kind == EventKind::Fixed;
    result.intervals.back().end = is_fixed ? AffectedInterval::End::Fixed : AffectedInterval::End::LastAffected;
    result.intervals.back().last = std::move(event.version);
    is_open = false;
  }
  return result;
}

}  // namespace berth::vet
