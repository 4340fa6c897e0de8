#include "berth/app/image_use.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/container/kept.h"
#include "berth/container/roots_in_use.h"
#include "berth/container/runtime_folder.h"
#include "berth/content/image_choice.h"
#include "berth/image/image_lock.h"
#include "berth/image/stored_containers.h"

namespace berth::app {
namespace {

using image::StoredImage;

void add(ImageUses& uses, const StoredImage* image, UseKind kind, std::string who) {
  if (image == nullptr) return;
  auto& list = uses[image->id];
  if (std::ranges::find(list, who, &ImageUse::who) == list.end()) list.push_back({kind, std::move(who)});
}

const StoredImage* with_id(const std::vector<StoredImage>& images, std::string_view beginning) {
  const auto found = std::ranges::find_if(
      images, [&](const StoredImage& image) { return !beginning.empty() && image.id.starts_with(beginning); });
  return found == images.end() ? nullptr : &*found;
}

void add_lock(const ContentSource& source, const image::ImageLock& lock, const std::vector<StoredImage>& images,
              ImageUses& uses) {
  for (const auto& [written, digest] : lock.digests) {
    for (const StoredImage& image : images) {
      if (has_digest(image, digest)) {
        add(uses, &image, UseKind::Lock, fmt::format("the lock file of '{}' ({})", source.name, written));
      }
    }
  }
}

// A kept container's record names its image as the call did.
Result<void> add_kept(const container::RuntimeFolder& folder, const std::vector<StoredImage>& images, ImageUses& uses) {
  BERTH_TRY(const auto kept, container::kept_containers(folder));
  const image::NamedImages named(images);
  for (const auto& container : kept) {
    if (!container::is_standing(container)) continue;
    add(uses, find_meant(named, {}, container.image), UseKind::Container,
        fmt::format("container {} (berth run --keep)", container.id));
  }
  return {};
}

Result<void> add_running(const container::RuntimeFolder& folder, const std::vector<StoredImage>& images,
                         ImageUses& uses) {
  BERTH_TRY(const container::RootsInUse roots, container::roots_in_use(folder));
  bool is_one_unknown = roots.unknown > 0;
  for (const std::string& image : roots.images) {
    const StoredImage* used = with_id(images, image);
    add(uses, used, UseKind::Container, "a call that runs, or one that is kept warm for the next");
    // A root of another name: of the test of an image that is being made, or of an image that another tool removed.
    is_one_unknown = is_one_unknown || used == nullptr;
  }
  if (!is_one_unknown) return {};
  for (const StoredImage& image : images) {
    add(uses, &image, UseKind::Container,
        "perhaps a call that runs: its image cannot be told from outside; try again when it has ended");
  }
  return {};
}

}  // namespace

std::string image_of_item(const content::IndexedItem& item, const Settings& settings) {
  content::Item whole;
  whole.kind = item.kind;
  whole.name = item.name;
  whole.language = item.language;
  whole.subtype = item.subtype;
  whole.is_llm = item.is_llm;
  if (!item.docker_image.empty()) whole.docker_image = item.docker_image;
  const auto choice = content::choose_image(whole, "", {settings.default_python2, settings.default_python3});
  return choice ? choice->image : std::string();
}

const StoredImage* find_meant(const image::NamedImages& images, const image::SubstitutionTable& table,
                              std::string_view written) {
  const auto reference = image::parse_reference(written);
  if (!reference) return nullptr;
  if (const StoredImage* image = images.find(*reference)) return image;
  const image::Substituted instead = image::substitute(*reference, table);
  return instead.pattern.empty() ? nullptr : images.find(instead.reference);
}

Result<void> add_content_uses(const ContentService& service, const Settings& settings,
                              const std::vector<StoredImage>& images, ImageUses& uses) {
  const image::NamedImages named(images);
  std::map<std::string, const StoredImage*> meant;  // many items name few images
  for (const ItemReference& reference : service.items()) {
    const std::string written = image_of_item(*reference.item, settings);
    if (written.empty()) continue;
    const auto [known, is_new] = meant.emplace(written, nullptr);
    if (is_new) known->second = find_meant(named, settings.substitutes, written);
    if (known->second == nullptr) continue;
    uses[known->second->id].push_back(
        {UseKind::Item, fmt::format("{} '{}' of '{}'", content::kind_text(reference.item->kind), reference.item->id,
                                    reference.source->name)});
  }
  add(uses, find_meant(named, settings.substitutes, settings.default_python3), UseKind::Default,
      "the default image for Python 3");
  add(uses, find_meant(named, settings.substitutes, settings.default_python2), UseKind::Default,
      "the default image for Python 2");
  for (std::size_t i = 0; i < service.sources().size(); ++i) {
    if (!service.indexes()[i] || service.indexes()[i]->layout() != content::SourceLayout::Tree) continue;
    BERTH_TRY(const auto lock, image::read_image_lock(service.indexes()[i]->root()));
    if (lock) add_lock(service.sources()[i], *lock, images, uses);
  }
  return {};
}

std::vector<std::string> add_uses_of_content(const Settings& settings, const std::vector<StoredImage>& images,
                                             ImageUses& uses) {
  const auto service = ContentService::open(settings);
  if (!service) return {service.error().message()};
  std::vector<std::string> warnings;
  if (const auto added = add_content_uses(*service, settings, images, uses); !added) {
    warnings.push_back(added.error().message());
  }
  for (const BrokenSource& broken : service->broken_sources()) {
    warnings.push_back(fmt::format("source '{}': {}", broken.source->name, broken.error));
  }
  return warnings;
}

Result<void> add_container_uses(const Settings& settings, const std::filesystem::path& graph_root,
                                const std::vector<StoredImage>& images, ImageUses& uses) {
  BERTH_TRY(const auto folder, container::RuntimeFolder::open(settings.runtime));
  BERTH_CHECK_OK(add_kept(folder, images, uses));
  BERTH_CHECK_OK(add_running(folder, images, uses));
  BERTH_TRY(const auto stored, image::read_stored_containers(graph_root));
  for (const auto& container : stored) {
    add(uses, with_id(images, container.image), UseKind::Container, text_of(container));
  }
  return {};
}

void add_making_uses(const std::string& name, const std::vector<std::string>& ids, ImageUses& uses) {
  for (const std::string& id : ids) uses[id].push_back({UseKind::Making, fmt::format("image create, for '{}'", name)});
}

}  // namespace berth::app
