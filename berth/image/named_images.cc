#include "berth/image/named_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/image/short_names.h"
#include "berth/image/tag_order.h"

namespace berth::image {
namespace {

// The names that a reference may mean, in the order in which they are tried.
std::vector<Reference> names_to_try(const Reference& reference) {
  if (!reference.registry.empty()) return {reference};
  Reference here = reference;
  here.registry = "localhost";
  return {here, reference};
}

bool has_name(const StoredImage& image, const Reference& name, std::string_view tag) {
  return std::ranges::any_of(
      image.names, [&](const Reference& own) { return is_same_name(own, name) && (tag.empty() || own.tag == tag); });
}

}  // namespace

std::string last_component(const Reference& reference) {
  return reference.path.substr(reference.path.rfind('/') + 1);  // npos + 1 is 0
}

bool is_same_name(const Reference& a, const Reference& b) { return name_of(normalized(a)) == name_of(normalized(b)); }

std::vector<std::string> tags_among(const std::vector<const StoredImage*>& images, const Reference& name) {
  std::vector<std::string> tags;
  for (const StoredImage* image : images) {
    for (const Reference& own : image->names) {
      if (is_same_name(own, name) && !own.tag.empty()) tags.push_back(own.tag);
    }
  }
  return tags;
}

std::vector<const StoredImage*> pointers_to(const std::vector<StoredImage>& images) {
  std::vector<const StoredImage*> pointers;
  pointers.reserve(images.size());
  for (const StoredImage& image : images) pointers.push_back(&image);
  return pointers;
}

const StoredImage* pick_image(const std::vector<const StoredImage*>& images, const Reference& reference) {
  for (const Reference& name : names_to_try(reference)) {
    std::string tag = name.tag;
    if (!name.digest.empty()) {
      tag.clear();
    } else if (tag.empty()) {
      tag = newest_tag(tags_among(images, name)).value_or("");
    }
    for (const StoredImage* image : images) {
      if (!name.digest.empty() && !has_digest(*image, name.digest)) continue;
      if (name.digest.empty() && tag.empty()) continue;
      if (has_name(*image, name, tag)) return image;
    }
  }
  return nullptr;
}

Result<const StoredImage*> with_digits(const std::vector<StoredImage>& images, std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256:";
  constexpr std::size_t kFewest = 8;
  constexpr std::size_t kMost = 64;
  const StoredImage* found = nullptr;
  const std::string_view digits = text.substr(text.starts_with(kAlgorithm) ? kAlgorithm.size() : 0);
  if (digits.size() < kFewest || digits.size() > kMost) return found;
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return found;
  for (const StoredImage& image : images) {
    const std::string_view digest = image.digest;
    if (!image.id.starts_with(digits) && !digest.substr(digest.find(':') + 1).starts_with(digits)) continue;
    if (found != nullptr) return fail(Errc::InvalidInput, fmt::format("several images begin with '{}'", text));
    found = &image;
  }
  return found;
}

NamedImages::NamedImages(const std::vector<StoredImage>& images) {
  for (const StoredImage& image : images) {
    for (const Reference& name : image.names) {
      auto& bucket = by_last_component_[last_component(name)];
      if (bucket.empty() || bucket.back() != &image) bucket.push_back(&image);
    }
  }
}

const StoredImage* NamedImages::find(const Reference& reference) const {
  const Reference full = with_long_name(reference);
  const auto bucket = by_last_component_.find(last_component(full));
  return bucket == by_last_component_.end() ? nullptr : pick_image(bucket->second, full);
}

}  // namespace berth::image
