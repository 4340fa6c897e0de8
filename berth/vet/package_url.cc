#include "berth/vet/package_url.h"

#include <fmt/format.h>

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
      return "generic";
  }
  return {};
}

}  // namespace

std::string package_url(const Package& package, std::string_view architecture, const DistributionName& distribution) {
  std::string url = fmt::format("pkg:{}/", type_of(package.ecosystem));
  const bool is_of_distribution = package.ecosystem != Ecosystem::PyPI;
  if (is_of_distribution && !distribution.id.empty()) url += encoded(distribution.id) + "/";
  url += encoded(package.name);
  if (!package.version.empty()) url += "@" + encoded(package.version);
  if (!is_of_distribution) return url;
  std::string qualifiers;
  if (!architecture.empty()) qualifiers += "arch=" + encoded(architecture);
  if (!distribution.id.empty() && !distribution.version.empty()) {
    qualifiers += (qualifiers.empty() ? "" : "&") +
                  fmt::format("distro={}-{}", encoded(distribution.id), encoded(distribution.version));
  }
  return qualifiers.empty() ? url : url + "?" + qualifiers;
}

}  // namespace berth::vet
