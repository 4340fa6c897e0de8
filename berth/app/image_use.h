// Who needs an image of this machine, and why.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/content_service.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/named_images.h"
#include "berth/image/stored_layout.h"

namespace berth::app {

enum class UseKind { Item, Default, Lock, Container, Making };

struct ImageUse {
  UseKind kind = UseKind::Item;
  std::string
      who;  // "script 'Hello' of 'mine'", "the default image for Python 3", "container 01J... (berth run --keep)"
};

// By the image's id. An image that is not in it is used by nobody.
using ImageUses = std::map<std::string, std::vector<ImageUse>, std::less<>>;

// The image that an item of the index asks for, as it or the operator's default writes it; empty when it runs in none.
std::string image_of_item(const content::IndexedItem& item, const Settings& settings);

// The one of `images` that `written` leads to, by its name or by what the operator lets stand in; null for none.
const image::StoredImage* find_meant(const image::NamedImages& images, const image::SubstitutionTable& table,
                                     std::string_view written);

// Items of registered content, the default images, and the lock files of registered trees.
// Errors: those of a lock file that cannot be read: what it pins is then not known.
Result<void> add_content_uses(const ContentService& service, const Settings& settings,
                              const std::vector<image::StoredImage>& images, ImageUses& uses);

// The same of all registered content. What cannot be found out is a warning, which it returns.
std::vector<std::string> add_uses_of_content(const Settings& settings, const std::vector<image::StoredImage>& images,
                                             ImageUses& uses);

// Containers: kept ones, running calls, and those of buildah and podman. Where the image of a container cannot be told,
// every image counts as used by it. Errors: those of reading the runtime folder and the storage.
Result<void> add_container_uses(const Settings& settings, const std::filesystem::path& graph_root,
                                const std::vector<image::StoredImage>& images, ImageUses& uses);

// `image create`, of the images `ids` that it is making at this moment under the name `name`.
void add_making_uses(const std::string& name, const std::vector<std::string>& ids, ImageUses& uses);

}  // namespace berth::app
