#include "berth/vet/distribution_version.h"

#include <algorithm>

#include "berth/vet/apk_version.h"
#include "berth/vet/python_version.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongest = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }

std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

// Takes the characters in front that `wanted` holds for.
template <class Wanted>
std::string_view take(std::string_view& rest, Wanted wanted) {
  const auto end = std::ranges::find_if_not(rest, wanted);
  const std::string_view taken = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(taken.size());
  return taken;
}

// A version in its three parts; `has_release` tells `1-` from `1`.
struct Parts {
  std::string_view epoch;
  std::string_view version;
  std::string_view release;
  bool has_release = false;
};

// The epoch stands before the first colon, the release behind the last hyphen.
Parts parts_of(std::string_view text) {
  Parts parts;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t hyphen = text.rfind('-');
  parts.version = text.substr(0, hyphen);
  parts.has_release = hyphen != std::string_view::npos;
  if (parts.has_release) parts.release = text.substr(hyphen + 1);
  return parts;
}

// What a character weighs in a part of a Debian version: `~` below the end, letters below all else.
int debian_weight(std::string_view rest) {
  if (rest.empty() || is_digit(rest.front())) return 0;
  if (rest.front() == '~') return -1;
  const int code = static_cast<unsigned char>(rest.front());
  return is_letter(rest.front()) ? code : code + 256;
}

std::weak_ordering compare_debian_part(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !is_digit(a.front())) || (!b.empty() && !is_digit(b.front()))) {
      if (const auto order = debian_weight(a) <=> debian_weight(b); order != 0) return order;
      if (!a.empty()) a.remove_prefix(1);
      if (!b.empty()) b.remove_prefix(1);
    }
    if (const auto order = compare_numbers(take(a, is_digit), take(b, is_digit)); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

// How one side's special character orders the two; nothing where it is at neither's front.
struct Special {
  bool decides = false;
  bool was_skipped = false;
  std::weak_ordering order = std::weak_ordering::equivalent;
};

Special compare_tilde(std::string_view& a, std::string_view& b) {
  const bool in_a = a.starts_with('~');
  const bool in_b = b.starts_with('~');
  if (!in_a && !in_b) return {};
  if (in_a != in_b) return {.decides = true, .order = in_b <=> in_a};
  a.remove_prefix(1);
  b.remove_prefix(1);
  return {.was_skipped = true};
}

Special compare_caret(std::string_view& a, std::string_view& b) {
  const bool in_a = a.starts_with('^');
  const bool in_b = b.starts_with('^');
  if (!in_a && !in_b) return {};
  if (a.empty() || b.empty()) return {.decides = true, .order = b.empty() <=> a.empty()};
  if (in_a != in_b) return {.decides = true, .order = in_b <=> in_a};
  a.remove_prefix(1);
  b.remove_prefix(1);
  return {.was_skipped = true};
}

std::weak_ordering compare_rpm_part(std::string_view a, std::string_view b) {
  const auto is_filler = [](char c) { return !is_alphanumeric(c) && c != '~' && c != '^'; };
  while (!a.empty() || !b.empty()) {
    take(a, is_filler);
    take(b, is_filler);
    const Special tilde = compare_tilde(a, b);
    if (tilde.decides) return tilde.order;
    if (tilde.was_skipped) continue;
    const Special caret = compare_caret(a, b);
    if (caret.decides) return caret.order;
    if (caret.was_skipped) continue;
    if (a.empty() || b.empty()) break;
    const bool is_number = is_digit(a.front());
    const std::string_view run_a = is_number ? take(a, is_digit) : take(a, is_letter);
    const std::string_view run_b = is_number ? take(b, is_digit) : take(b, is_letter);
    // A number is newer than a word.
    if (run_b.empty()) return is_number ? std::weak_ordering::greater : std::weak_ordering::less;
    const std::weak_ordering order = is_number ? compare_numbers(run_a, run_b) : run_a <=> run_b;
    if (order != 0) return order;
  }
  return b.empty() <=> a.empty();
}

std::weak_ordering compare_python(std::string_view a, std::string_view b) {
  const auto parsed_a = PythonVersion::parse(a);
  const auto parsed_b = PythonVersion::parse(b);
  if (parsed_a && parsed_b) return *parsed_a <=> *parsed_b;
  if (!parsed_a && !parsed_b) return a <=> b;
  return parsed_a.has_value() <=> parsed_b.has_value();
}

bool is_valid_epoch(std::string_view epoch) {
  return !epoch.empty() && epoch.size() <= 9 && std::ranges::all_of(epoch, is_digit);
}

bool is_valid_debian(std::string_view text) {
  const Parts parts = parts_of(text);
  const auto is_part = [](std::string_view part, std::string_view extra) {
    return !part.empty() &&
           std::ranges::all_of(part, [&](char c) { return is_alphanumeric(c) || extra.find(c) != extra.npos; });
  };
  if (text.find(':') != std::string_view::npos && !is_valid_epoch(parts.epoch)) return false;
  return is_part(parts.version, ".+-~:") && is_digit(parts.version.front()) &&
         (!parts.has_release || is_part(parts.release, ".+~"));
}

bool is_valid_rpm(std::string_view text) {
  const Parts parts = parts_of(text);
  const auto is_part = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) {
      return is_alphanumeric(c) || std::string_view("._+~^%{}").find(c) != std::string_view::npos;
    });
  };
  if (text.find(':') != std::string_view::npos && !is_valid_epoch(parts.epoch)) return false;
  return is_part(parts.version) && (!parts.has_release || is_part(parts.release));
}

}  // namespace

std::weak_ordering compare_debian(std::string_view a, std::string_view b) {
  const Parts parts_a = parts_of(a);
  const Parts parts_b = parts_of(b);
  if (const auto order = compare_numbers(parts_a.epoch, parts_b.epoch); order != 0) return order;
  if (const auto order = compare_debian_part(parts_a.version, parts_b.version); order != 0) return order;
  return compare_debian_part(parts_a.release, parts_b.release);
}

std::weak_ordering compare_rpm(std::string_view a, std::string_view b) {
  const Parts parts_a = parts_of(a);
  const Parts parts_b = parts_of(b);
  if (const auto order = compare_numbers(parts_a.epoch, parts_b.epoch); order != 0) return order;
  if (const auto order = compare_rpm_part(parts_a.version, parts_b.version); order != 0) return order;
  if (!parts_a.has_release || !parts_b.has_release) return parts_a.has_release <=> parts_b.has_release;
  return compare_rpm_part(parts_a.release, parts_b.release);
}

std::weak_ordering compare_versions(Ecosystem ecosystem, std::string_view a, std::string_view b) {
  switch (ecosystem) {
    case Ecosystem::PyPI:
      return compare_python(a, b);
    case Ecosystem::Debian:
      return compare_debian(a, b);
    case Ecosystem::Alpine:
      return compare_alpine(a, b);
    case Ecosystem::Rpm:
      return compare_rpm(a, b);
    case Ecosystem::Image:
    case Ecosystem::List:
      return a <=> b;
  }
  return std::weak_ordering::equivalent;
}

bool is_valid_version(Ecosystem ecosystem, std::string_view version) {
  if (version.empty() || version.size() > kLongest) return false;
  switch (ecosystem) {
    case Ecosystem::PyPI:
      return PythonVersion::parse(version).has_value();
    case Ecosystem::Debian:
      return is_valid_debian(version);
    case Ecosystem::Alpine:
      return is_valid_alpine(version);
    case Ecosystem::Rpm:
      return is_valid_rpm(version);
    case Ecosystem::Image:
    case Ecosystem::List:
      return false;  // it has a tag, which is no version
  }
  return false;
}

}  // namespace berth::vet
