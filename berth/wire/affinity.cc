#include "berth/wire/affinity.h"

#include <algorithm>

#include "berth/base/sha256.h"

namespace berth::wire {
namespace {

constexpr std::size_t kDigits = 16;  // of a digest: enough for a hint

std::string digits_of(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return std::move(hash).hex().substr(0, kDigits);
}

bool is_visible(char c) { return c > ' ' && c <= '~'; }

}  // namespace

std::string affinity_text(const AffinityOf& call) {
  std::string text(call.name);
  if (!call.code.empty()) text += "code:" + digits_of(call.code);
  for (const auto& [mark, part] : {std::pair{'/', call.command}, {'@', call.instance}, {'%', call.image}}) {
    if (!part.empty()) text.append(1, mark).append(part);
  }
  // What cannot stand in a field is told apart all the same.
  if (text.size() > kLongestAffinity || !std::ranges::all_of(text, is_visible)) {
    const std::string digits = "#" + digits_of(text);
    std::ranges::replace_if(text, [](char c) { return !is_visible(c); }, '?');
    text = text.substr(0, kLongestAffinity - digits.size()) + digits;
  }
  return text;
}

}  // namespace berth::wire
