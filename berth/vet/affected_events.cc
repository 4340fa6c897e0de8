#include "berth/vet/affected_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "berth/base/utf8.h"
#include "berth/vet/distribution_version.h"

namespace berth::vet {
namespace {

// In the order in which they count at the same version: what is fixed there may be introduced again.
enum class EventKind { Fixed, Introduced, LastAffected, Limit };

struct Event {
  EventKind kind;
  std::string version;  // empty: before all
};

Result<std::vector<Event>> events_of(const std::vector<const Json*>& written) {
  std::vector<Event> events;
  for (const Json* one : written) {
    if (!one->is_object()) return fail(Errc::InvalidInput, "key 'ranges.events' holds what is no object");
    for (const auto& [key, value] : *one->as_object()) {
      const bool is_known = key == "introduced" || key == "fixed" || key == "last_affected" || key == "limit";
      if (!is_known || !value.is_string() || value.as_string()->empty()) {
        return fail(Errc::InvalidInput, fmt::format("key 'ranges.events' holds '{}', which is no event with a version",
                                                    to_visible(std::string_view(key).substr(0, 60), false)));
      }
      const EventKind kind = key == "fixed"        ? EventKind::Fixed
                             : key == "introduced" ? EventKind::Introduced
                             : key == "limit"      ? EventKind::Limit
                                                   : EventKind::LastAffected;
      const bool is_first = kind == EventKind::Introduced && *value.as_string() == "0";
      events.push_back({kind, is_first ? std::string() : *value.as_string()});
    }
  }
  return events;
}

// The last of the limits, which are taken out of `events`: what is not before one of them is not affected. Nothing
// where there is none, or one of all ("*").
std::optional<std::string> take_limit(std::vector<Event>& events, Ecosystem ecosystem) {
  std::optional<std::string> limit;
  bool has_end = true;
  for (const Event& event : events) {
    if (event.kind != EventKind::Limit) continue;
    has_end = has_end && event.version != "*";
    if (!has_end) continue;
    if (!limit || compare_versions(ecosystem, event.version, *limit) > 0) limit = event.version;
  }
  std::erase_if(events, [](const Event& event) { return event.kind == EventKind::Limit; });
  return has_end ? limit : std::nullopt;
}

// Ends what goes past the limit there.
void cut(std::vector<AffectedInterval>& intervals, const std::string& limit, Ecosystem ecosystem) {
  std::erase_if(intervals, [&](const AffectedInterval& one) {
    return !one.introduced.empty() && compare_versions(ecosystem, one.introduced, limit) >= 0;
  });
  for (AffectedInterval& one : intervals) {
    const bool is_before = one.end != AffectedInterval::End::Never && compare_versions(ecosystem, one.last, limit) < 0;
    if (is_before) continue;
    one.end = AffectedInterval::End::Fixed;
    one.last = limit;
  }
}

}  // namespace

Result<EventIntervals> intervals_of_events(const std::vector<const Json*>& written, Ecosystem ecosystem) {
  BERTH_TRY(std::vector<Event> events, events_of(written));
  EventIntervals result;
  const auto is_unreadable = [&](Event& event) {
    const bool is_open = event.version.empty() || (event.kind == EventKind::Limit && event.version == "*");
    if (is_open || is_valid_version(ecosystem, event.version)) return false;
    const bool is_limit = event.kind == EventKind::Limit;
    result.problems.push_back(fmt::format("bound '{}' is no version: taken as open",
                                          to_visible(std::string_view(event.version).substr(0, 60), false)));
    // A beginning that nobody can read is the first of all; an end, none.
    event.version = is_limit ? "*" : "";
    return event.kind != EventKind::Introduced && !is_limit;
  };
  std::erase_if(events, is_unreadable);
  const std::optional<std::string> limit = take_limit(events, ecosystem);
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
  if (limit) cut(result.intervals, *limit, ecosystem);
  return result;
}

}  // namespace berth::vet
