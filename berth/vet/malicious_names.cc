#include "berth/vet/malicious_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "berth/vet/built_in_data.h"
#include "berth/vet/package.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostNames = 1'000'000;

}  // namespace

Result<MaliciousNames> MaliciousNames::parse(std::string_view text) {
  MaliciousNames names;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->text.empty() || line->text.front() == '#') continue;
    const std::size_t end = std::min(line->text.find('\t'), line->text.size());
    const std::string_view name = line->text.substr(0, end);
    if (!is_valid_name(Ecosystem::PyPI, name) || normal_name(Ecosystem::PyPI, name) != name) {
      return fail(Errc::InvalidInput, fmt::format("malicious names, line {}: not a normalised name", line->number));
    }
    if (names.sources_.size() == kMostNames) {
      return fail(Errc::Exhausted, fmt::format("malicious names: more than {}", kMostNames));
    }
    names.sources_.emplace(name, line->text.substr(std::min(end + 1, line->text.size())));
  }
  return names;
}

const MaliciousNames& MaliciousNames::built_in() {
  static const MaliciousNames names = [] {
    auto parsed = parse(built_in_malicious_names());
    BERTH_ASSERT(parsed.has_value());
    return *std::move(parsed);
  }();
  return names;
}

std::optional<std::string_view> MaliciousNames::source_of(std::string_view normal_name) const {
  const auto found = sources_.find(normal_name);
  if (found == sources_.end()) return std::nullopt;
  return found->second;
}

}  // namespace berth::vet
