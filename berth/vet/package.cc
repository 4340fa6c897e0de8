#include "berth/vet/package.h"

#include <algorithm>
#include <cstddef>

namespace berth::vet {
namespace {

constexpr std::size_t kLongestName = 200;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || is_upper(c) || (c >= '0' && c <= '9'); }
bool is_joint(char c) { return c == '-' || c == '_' || c == '.'; }

// What stands between letters and digits in the names of each ecosystem.
std::string_view punctuation_of(Ecosystem ecosystem) {
  switch (ecosystem) {
    case Ecosystem::PyPI:
      return "-_.";
    case Ecosystem::Debian:
      return "-+.";
    case Ecosystem::Alpine:
    case Ecosystem::Rpm:
    case Ecosystem::Image:
    case Ecosystem::List:
      return "-_.+~";
  }
  return {};
}

}  // namespace

std::string_view ecosystem_text(Ecosystem ecosystem) {
  switch (ecosystem) {
    case Ecosystem::PyPI:
      return "PyPI";
    case Ecosystem::Debian:
      return "Debian";
    case Ecosystem::Alpine:
      return "Alpine";
    case Ecosystem::Rpm:
      return "RPM";
    case Ecosystem::Image:
      return "Image";
    case Ecosystem::List:
      return "List";
  }
  return {};
}

bool is_judged_by_version(Ecosystem ecosystem) { return ecosystem != Ecosystem::Image && ecosystem != Ecosystem::List; }

std::string normal_name(Ecosystem ecosystem, std::string_view written) {
  if (ecosystem != Ecosystem::PyPI) return std::string(written);
  std::string name;
  name.reserve(written.size());
  for (const char c : written) {
    if (!is_joint(c)) {
      name += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (name.empty() || name.back() != '-') {
      name += '-';
    }
  }
  return name;
}

bool is_valid_name(Ecosystem ecosystem, std::string_view written) {
  if (written.empty() || written.size() > kLongestName) return false;
  const std::string_view punctuation = punctuation_of(ecosystem);
  const bool known = std::ranges::all_of(
      written, [&](char c) { return is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos; });
  if (!known) return false;
  if (ecosystem == Ecosystem::PyPI) return is_alphanumeric(written.front()) && is_alphanumeric(written.back());
  return is_alphanumeric(written.front()) || written.front() == '.' || written.front() == '_';
}

Package make_package(Ecosystem ecosystem, std::string_view written, std::string_view version, std::string_view origin) {
  return {.ecosystem = ecosystem,
          .name = normal_name(ecosystem, written),
          .written = std::string(written),
          .version = std::string(version),
          .origin = std::string(origin)};
}

std::string text_of(const Package& package) {
  return package.version.empty() ? package.written : package.written + ' ' + package.version;
}

}  // namespace berth::vet
