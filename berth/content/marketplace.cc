#include "berth/content/marketplace.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace berth::content {
namespace {

constexpr std::array<std::string_view, 6> kMarketplaces = {"xsoar",      "marketplacev2", "xpanse",
                                                           "xsoar_saas", "xsoar_on_prem", "platform"};

// Names of servers that are not those of their marketplaces.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kPlatforms = {
    {{"xsoar_hosted", "xsoar_saas"}, {"x2", "marketplacev2"}, {"unified_platform", "platform"}}};

bool same_but_for_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

std::string_view marketplace_of_platform(std::string_view platform) {
  for (const auto& [name, marketplace] : kPlatforms) {
    if (name == platform) return marketplace;
  }
  const auto known = std::find(kMarketplaces.begin(), kMarketplaces.end(), platform);
  return known == kMarketplaces.end() ? kMarketplaces.front() : *known;
}

std::string_view marketplace_suffix(std::string_view key) {
  const std::size_t colon = key.rfind(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view suffix = key.substr(colon + 1);
  for (const std::string_view name : kMarketplaces) {
    if (same_but_for_case(suffix, name)) return name;
  }
  return {};
}

int suffix_rank(std::string_view suffix, std::string_view marketplace) {
  if (suffix == marketplace) return 2;
  const bool is_kind_of_xsoar = marketplace == "xsoar_saas" || marketplace == "xsoar_on_prem";
  return suffix == "xsoar" && is_kind_of_xsoar ? 1 : 0;
}

}  // namespace berth::content
