#include "berth/vet/package_url.h"

#include <fmt/format.h>

#include <utility>

namespace berth::vet {
namespace {

bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == '~' || c == ':';
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (stays(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string_view type_of(Ecosystem ecosystem) {
  switch (ecosystem) {
    case Ecosystem::PyPI:
      return "pypi";
    case Ecosystem::Debian:
      return "deb";
    case Ecosystem::Alpine:
      return "apk";
    case Ecosystem::Rpm:
      return "rpm";
    case Ecosystem::Image:
    case Ecosystem::List:
      return "generic";
  }
  return {};
}

// rpm's epoch stands in no file's name, and so not in the version here but behind it.
std::pair<std::string_view, std::string_view> epoch_and_version(const Package& package) {
  const std::string_view version = package.version;
  const std::size_t colon = package.ecosystem == Ecosystem::Rpm ? version.find(':') : std::string_view::npos;
  if (colon == std::string_view::npos) return {{}, version};
  return {version.substr(0, colon), version.substr(colon + 1)};
}

}  // namespace

std::string package_url(const Package& package, std::string_view architecture, const DistributionName& distribution) {
  std::string url = fmt::format("pkg:{}/", type_of(package.ecosystem));
  const bool is_of_distribution = package.ecosystem != Ecosystem::PyPI;
  if (is_of_distribution && !distribution.id.empty()) url += encoded(distribution.id) + "/";
  url += encoded(package.name);
  const auto [epoch, version] = epoch_and_version(package);
  if (!version.empty()) url += "@" + encoded(version);
  if (!is_of_distribution) return url;
  std::string qualifiers;  // by name
  const auto add = [&](std::string_view name, const std::string& value) {
    qualifiers += fmt::format("{}{}={}", qualifiers.empty() ? '?' : '&', name, value);
  };
  if (!architecture.empty()) add("arch", encoded(architecture));
  if (!distribution.id.empty() && !distribution.version.empty()) {
    add("distro", fmt::format("{}-{}", encoded(distribution.id), encoded(distribution.version)));
  }
  if (!epoch.empty()) add("epoch", encoded(epoch));
  return url + qualifiers;
}

}  // namespace berth::vet
