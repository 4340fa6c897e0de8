#include "berth/vet/distribution_release.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::vet {
namespace {

// Distributions that order versions as one of ours does are taken with it.
constexpr std::pair<std::string_view, Ecosystem> kEcosystems[] = {
    {"PyPI", Ecosystem::PyPI},     {"Debian", Ecosystem::Debian},   {"Ubuntu", Ecosystem::Debian},
    {"Alpine", Ecosystem::Alpine}, {"Wolfi", Ecosystem::Alpine},    {"Chainguard", Ecosystem::Alpine},
    {"Red Hat", Ecosystem::Rpm},   {"Rocky Linux", Ecosystem::Rpm}, {"AlmaLinux", Ecosystem::Rpm},
    {"openSUSE", Ecosystem::Rpm},  {"SUSE", Ecosystem::Rpm},        {"openEuler", Ecosystem::Rpm},
    {"Mageia", Ecosystem::Rpm},    {"Azure Linux", Ecosystem::Rpm}, {"Alpaquita", Ecosystem::Alpine},
};

// How OSV writes the version.
enum class Form {
  None,   // there are no releases
  Whole,  // "12"
  One,    // "9" of "9.4"
  Two,    // "3.18" of "3.18.4"
};

struct Known {
  std::string_view id;      // of os-release
  std::string_view before;  // the version
  Form form;
};

// SUSE's enterprise products and openEuler's service packs are not told apart by os-release's version.
constexpr Known kKnown[] = {
    {"debian", "Debian:", Form::Whole},
    {"ubuntu", "Ubuntu:", Form::Whole},
    {"alpine", "Alpine:v", Form::Two},
    {"alpaquita", "Alpaquita:", Form::Whole},
    {"wolfi", "Wolfi", Form::None},
    {"chainguard", "Chainguard", Form::None},
    {"rhel", "Red Hat:enterprise_linux:", Form::One},
    {"rocky", "Rocky Linux:", Form::One},
    {"almalinux", "AlmaLinux:", Form::One},
    {"opensuse-leap", "openSUSE:Leap ", Form::Whole},
    {"opensuse-tumbleweed", "openSUSE:Tumbleweed", Form::None},
    {"mageia", "Mageia:", Form::Whole},
    {"azurelinux", "Azure Linux:", Form::One},
};

std::string_view base_of(std::string_view release) { return release.substr(0, release.find(':')); }

// Up to the dot behind so many numbers.
std::string_view numbers_of(std::string_view version, Form form) {
  if (form == Form::Whole) return version;
  const std::size_t first = version.find('.');
  if (form == Form::One || first == std::string_view::npos) return version.substr(0, first);
  return version.substr(0, version.find_first_not_of("0123456789", first + 1));
}

bool begins(std::string_view text, std::string_view beginning) {
  return text.starts_with(beginning) && (text.size() == beginning.size() || text[beginning.size()] == ':');
}

}  // namespace

std::optional<Ecosystem> ecosystem_of_osv(std::string_view text) {
  const auto known = std::ranges::find(kEcosystems, base_of(text), [](const auto& one) { return one.first; });
  return known == std::ranges::end(kEcosystems) ? std::nullopt : std::optional(known->second);
}

std::string distribution_release(std::string_view id, std::string_view version_id) {
  if (id.empty()) return {};
  const auto known = std::ranges::find(kKnown, id, &Known::id);
  if (known == std::ranges::end(kKnown)) {
    return version_id.empty() ? std::string(id) : fmt::format("{}:{}", id, version_id);
  }
  if (known->form == Form::None) return std::string(known->before);
  // Debian's next release has no number: what is said of all counts.
  if (version_id.empty()) return std::string(base_of(known->before));
  return fmt::format("{}{}", known->before, numbers_of(version_id, known->form));
}

bool is_said_of(std::string_view told, std::string_view asked) {
  if (told == asked) return true;
  if (told.empty() || asked.find(':') == std::string_view::npos) return false;
  return begins(told, asked) || begins(asked, told);
}

std::optional<std::string> osv_export_of(std::string_view release) {
  const std::string_view base = base_of(release);
  if (!ecosystem_of_osv(base)) return std::nullopt;
  std::string name;
  for (const char c : base) name += c == ' ' ? std::string("%20") : std::string(1, c);
  return fmt::format("https://osv-vulnerabilities.storage.googleapis.com/{}/all.zip", name);
}

}  // namespace berth::vet
