#include "berth/vet/popular_names.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

#include "berth/vet/built_in_data.h"
#include "berth/vet/package.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostNames = 1'000'000;

}  // namespace

Result<PopularNames> PopularNames::parse(std::string_view text) {
  PopularNames popular;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->text.empty() || line->text.front() == '#') continue;
    if (!is_valid_name(Ecosystem::PyPI, line->text) || normal_name(Ecosystem::PyPI, line->text) != line->text) {
      return fail(Errc::InvalidInput, fmt::format("popular names, line {}: not a normalised name", line->number));
    }
    if (popular.names_.size() == kMostNames) {
      return fail(Errc::Exhausted, fmt::format("popular names: more than {}", kMostNames));
    }
    const int rank = static_cast<int>(popular.names_.size()) + 1;
    if (popular.ranks_.emplace(line->text, rank).second) popular.names_.push_back(line->text);
  }
  return popular;
}

const PopularNames& PopularNames::built_in() {
  static const PopularNames names = [] {
    auto parsed = parse(built_in_popular_names());
    BERTH_ASSERT(parsed.has_value());
    return *std::move(parsed);
  }();
  return names;
}

std::optional<int> PopularNames::rank_of(std::string_view normal_name) const {
  const auto found = ranks_.find(normal_name);
  if (found == ranks_.end()) return std::nullopt;
  return found->second;
}

}  // namespace berth::vet
