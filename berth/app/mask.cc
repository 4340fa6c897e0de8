#include "berth/app/mask.h"

#include <algorithm>
#include <cstring>

#include "berth/app/mask_forms.h"

namespace berth::app {
namespace {

constexpr std::string_view kMask = "********";

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = folded(c);
  return out;
}

}  // namespace

Mask::Mask(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (MaskForm& form : mask_forms(secret))
      forms_.push_back({folded(form.text), std::move(form.text), form.any_case});
  }
  // Of those that begin alike the longest is found first.
  std::ranges::stable_sort(forms_, [](const Form& a, const Form& b) {
    const std::uint32_t key_a = key_of(a.folded);
    const std::uint32_t key_b = key_of(b.folded);
    return key_a != key_b ? key_a < key_b : a.folded.size() > b.folded.size();
  });
  if (forms_.empty()) return;
  beginnings_.resize(std::size_t{1} << 16);
  for (const Form& form : forms_) beginnings_[hash_of(key_of(form.folded))] = true;
}

std::string Mask::in_text(std::string_view text) const {
  if (forms_.empty()) return std::string(text);
  const std::string low = folded(text);
  std::string masked;
  std::size_t kept = 0;  // up to here `text` has been dealt with
  for (std::size_t at = 0; at + sizeof(std::uint32_t) <= text.size(); ++at) {
    const std::uint32_t key = key_of(std::string_view(low).substr(at));
    if (!beginnings_[hash_of(key)]) continue;
    const std::size_t size = match_at(text, low, at, key);
    if (size == 0) continue;
    if (at >= kept) {
      masked.append(text.substr(kept, at - kept)).append(kMask);
    }
    kept = std::max(kept, at + size);
  }
  return masked.append(text.substr(kept));
}

std::size_t Mask::match_at(std::string_view text, std::string_view low, std::size_t at, std::uint32_t key) const {
  const auto [first, last] =
      std::ranges::equal_range(forms_, key, {}, [](const Form& form) { return key_of(form.folded); });
  for (auto form = first; form != last; ++form) {
    const std::size_t size = form->folded.size();
    if (low.compare(at, size, form->folded) != 0) continue;
    if (form->any_case || text.compare(at, size, form->text) == 0) return size;
  }
  return 0;
}

Json Mask::in_json(const Json& value) const {
  if (forms_.empty()) return value;
  if (const std::string* text = value.as_string()) return in_text(*text);
  if (const Json::Array* items = value.as_array()) {
    Json::Array masked;
    for (const Json& item : *items) masked.push_back(in_json(item));
    return masked;
  }
  if (const Json::Object* members = value.as_object()) {
    Json::Object masked;
    for (const auto& [key, member] : *members) masked.emplace_back(in_text(key), in_json(member));
    return masked;
  }
  return value;
}

std::uint32_t Mask::key_of(std::string_view begin) {
  std::uint32_t key = 0;
  std::memcpy(&key, begin.data(), sizeof(key));
  return key;
}

std::string mask(std::string_view text, const std::vector<std::string>& secrets) { return Mask(secrets).in_text(text); }

Json mask_json(const Json& value, const std::vector<std::string>& secrets) { return Mask(secrets).in_json(value); }

}  // namespace berth::app
