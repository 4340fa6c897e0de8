// Versions and version specifiers come from strangers: two texts, parted by a line feed, are ordered alike from both
// sides in every ecosystem; what is read has a normal form that means the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/vet/distribution_version.h"
#include "berth/vet/python_specifier.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::vet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const std::string_view a = text.substr(0, end);
  const std::string_view b = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  for (const auto ecosystem : {Ecosystem::PyPI, Ecosystem::Debian, Ecosystem::Alpine, Ecosystem::Rpm}) {
    const auto order = compare_versions(ecosystem, a, b);
    BERTH_ASSERT(compare_versions(ecosystem, b, a) == 0 <=> order);
    BERTH_ASSERT(compare_versions(ecosystem, a, a) == 0);
    static_cast<void>(is_valid_version(ecosystem, a));
  }
  if (const auto version = PythonVersion::parse(a)) {
    const auto again = PythonVersion::parse(version->text());
    BERTH_ASSERT(again && *again == *version && again->text() == version->text());
    BERTH_ASSERT(version->first_development() <= *version);
  }
  if (const auto specifiers = PythonSpecifiers::parse(a)) {
    const auto version = PythonVersion::parse(b);
    if (version) BERTH_ASSERT(specifiers->contains(*version) == specifiers->contains(b));
  }
  return 0;
}
