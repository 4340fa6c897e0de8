#include "berth/app/mask.h"

#include <algorithm>
#include <functional>

namespace berth::app {
namespace {

constexpr std::size_t kShortest = 4;  // a shorter secret would tear other text apart
constexpr std::string_view kMask = "********";

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += kMask.size()) {
    text.replace(at, what.size(), kMask);
  }
}

}  // namespace

std::string mask(std::string_view text, const std::vector<std::string>& secrets) {
  std::string masked(text);
  // A secret may begin like a longer one, whose end would then stay in sight.
  std::vector<std::string_view> longest_first(secrets.begin(), secrets.end());
  std::ranges::stable_sort(longest_first, std::ranges::greater(), &std::string_view::size);
  for (const std::string_view secret : longest_first) {
    if (secret.size() < kShortest) break;
    replace_all(masked, secret);
    std::string quoted = print_json(Json(secret));
    quoted = quoted.substr(1, quoted.size() - 2);
    if (quoted != secret) replace_all(masked, quoted);
  }
  return masked;
}

Json mask_json(const Json& value, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return value;
  if (const std::string* text = value.as_string()) return mask(*text, secrets);
  if (const Json::Array* items = value.as_array()) {
    Json::Array masked;
    for (const Json& item : *items) masked.push_back(mask_json(item, secrets));
    return masked;
  }
  if (const Json::Object* members = value.as_object()) {
    Json::Object masked;
    for (const auto& [key, member] : *members) masked.emplace_back(mask(key, secrets), mask_json(member, secrets));
    return masked;
  }
  return value;
}

}  // namespace berth::app
