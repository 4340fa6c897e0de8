#include "berth/image/stored_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "berth/image/named_images.h"
#include "berth/image/short_names.h"
#include "berth/image/tag_order.h"
#include "berth/image/trust.h"

namespace berth::image {
namespace {

// How far two names are apart in single letters changed, put in or left out.
std::size_t distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kMost = 64;
  a = a.substr(0, kMost);
  b = b.substr(0, kMost);
  std::array<std::size_t, kMost + 1> row = {};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// The names that a user may have meant: the same image under other tags first, then names written alike.
std::string nearest_names(const std::vector<StoredImage>& images, const Reference& wanted) {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kLooked = 2000;
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const StoredImage& image : images) {
    for (const Reference& name : image.names) {
      if (near.size() == kLooked) break;
      const std::size_t apart =
          std::min(distance(name.path, wanted.path), 1 + distance(last_component(name), last_component(wanted)));
      near.emplace_back(apart, short_text(name));
    }
  }
  std::ranges::sort(near, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : compare_tags(b.second, a.second) < 0;
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, near.size()); ++i) {
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", near[i].second);
  }
  return text;
}

// `full` is what `wanted` means; `any`: whether there are images to be named instead.
std::string remedy_for(const Reference& wanted, const Reference& full, bool any, std::string_view pull) {
  if (!wanted.digest.empty() && any && is_created_here(full)) {
    return "that very digest is not here; bring it from where it was made, or pin one that is here ('berth image lock "
           "TREE "
           "--update' for a lock file)";
  }
  if (full.path == kShortNames[0].second) return "make it with 'berth image init'";
  const bool has_registry = !is_created_here(full) && (!full.registry.empty() || full.path.contains('/'));
  if (has_registry && !pull.empty()) {
    return fmt::format("{}fetch it with '{} {}'", any ? "name one of these, or " : "", pull, to_string(wanted));
  }
  return any ? "name one of these" : "'berth image init' makes the Python 3 base";
}

}  // namespace

std::string short_text(Reference name) {
  if (name.registry == "localhost") name.registry.clear();
  return to_string(name);
}

std::unexpected<Error> not_found(const std::string& where, const std::vector<StoredImage>& images,
                                 const Reference& wanted, std::string_view pull) {
  const Reference full = with_long_name(wanted);
  const std::string meant = full == wanted ? "" : fmt::format(" (that is '{}')", to_string(full));
  const std::string near = nearest_names(images, full);
  const std::string there = near.empty() ? "no image is there yet" : "it is not there; the nearest are " + near;
  return fail(Errc::NotFound, fmt::format("find image '{}'{} {}: {}; {}", to_string(wanted), meant, where, there,
                                          remedy_for(wanted, full, !near.empty(), pull)));
}

}  // namespace berth::image
