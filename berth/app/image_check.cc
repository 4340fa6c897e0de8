#include "berth/app/image_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/layer_check.h"
#include "berth/image/local_store.h"
#include "berth/image/named_images.h"
#include "berth/image/storage_places.h"
#include "berth/image/trust.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"

namespace berth::app {
namespace {

constexpr std::size_t kMostManifest = 4 << 20;
constexpr std::size_t kShownOfId = 12;

using image::StoredImage;
using Records = std::map<std::string, image::LayerRecord>;

std::string title_of(const StoredImage& image) {
  return image.names.empty() ? image.id.substr(0, kShownOfId) : image::to_string(image.names.front());
}

// Those of `images` that `names` mean, each once; all without a name.
Result<std::vector<const StoredImage*>> meant(const image::LocalStore& store, const std::vector<StoredImage>& images,
                                              const std::vector<std::string>& names) {
  std::vector<const StoredImage*> chosen;
  const image::NamedImages named(images);
  for (const std::string& text : names) {
    BERTH_TRY(const StoredImage* found, image::with_digits(images, text));
    if (found == nullptr) {
      BERTH_TRY(const image::Reference reference, image::parse_reference(text));
      found = named.find(reference);
      // The store knows the nearest names.
      if (found == nullptr) BERTH_CHECK_OK(store.find_image(reference));
    }
    if (found != nullptr && std::ranges::find(chosen, found) == chosen.end()) chosen.push_back(found);
  }
  return names.empty() ? image::pointers_to(images) : chosen;
}

// The digests that the configuration has of the layers, the lowest first. Nothing for what is no configuration.
std::optional<std::vector<std::string>> layers_told(const std::string& config) {
  const auto json = parse_json(config);
  const Json* rootfs = json ? json->find("rootfs") : nullptr;
  const Json* list = rootfs == nullptr ? nullptr : rootfs->find("diff_ids");
  if (list == nullptr || !list->is_array()) return std::nullopt;
  std::vector<std::string> digests;
  for (const Json& one : *list->as_array()) digests.push_back(one.is_string() ? *one.as_string() : "");
  return digests;
}

class Check {
 public:
  Check(const image::LocalStore& store, Records records, const std::function<void(std::string_view)>& on_step)
      : store_(store), records_(std::move(records)), on_step_(on_step) {}

  Result<CheckedImage> check(const StoredImage& stored) {
    CheckedImage checked{.id = stored.id, .names = {}, .problems = {}, .not_checked = {}, .removed_with = {}};
    for (const image::Reference& name : stored.names) checked.names.push_back(image::to_string(name));
    check_manifest(stored, checked);
    const auto config = store_.config_text(stored);
    if (!config) {
      checked.problems.push_back(config.error().message());
      return checked;
    }
    if (sha256_hex(*config) != stored.id) checked.problems.emplace_back("its configuration is another than it was");
    const auto image = store_.read_image(stored);
    if (!image) {
      checked.problems.push_back(image.error().message());
      return checked;
    }
    const std::vector<std::string> ids = image::layer_ids_of(*image);
    checked.layers = ids.size();
    const auto told = layers_told(*config);
    if (!told || told->size() != ids.size()) checked.problems.emplace_back("it has other layers than it says");
    for (std::size_t i = ids.size(); i-- > 0;) {
      BERTH_TRY(const image::LayerCheck layer, look_at(ids[i], title_of(stored)));
      const auto record = records_.find(ids[i]);
      const std::string digest = record == records_.end() ? "" : record->second.digest;
      const bool is_other =
          told && told->size() == ids.size() && !digest.empty() && (*told)[ids.size() - 1 - i] != digest;
      const std::string name = fmt::format("layer {}", ids[i].substr(0, kShownOfId));
      if (is_other) checked.problems.push_back(name + ": it is another than the image says");
      for (const std::string& problem : layer.problems)
        checked.problems.push_back(fmt::format("{}: {}", name, problem));
      if (!layer.not_checked.empty()) checked.not_checked.push_back(fmt::format("{}: {}", name, layer.not_checked));
      if (!layer.problems.empty()) damaged_[stored.id].insert(ids[i]);
    }
    return checked;
  }

  // The damaged layers of an image that was checked.
  const std::set<std::string>& damaged(const std::string& id) { return damaged_[id]; }

 private:
  void check_manifest(const StoredImage& stored, CheckedImage& checked) const {
    const auto file = store_.graph_root() / "overlay-images" / stored.id / image::blob_file_name("manifest");
    const auto text = sys::read_file(file, kMostManifest);
    if (!text) {
      checked.not_checked.push_back("manifest: " + text.error().message());
    } else if (const std::string digest = "sha256:" + sha256_hex(*text); !image::has_digest(stored, digest)) {
      checked.problems.emplace_back("its manifest is another than it was");
    }
  }

  Result<image::LayerCheck> look_at(const std::string& id, const std::string& title) {
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    if (on_step_) on_step_(fmt::format("reading layer {} of {}", id.substr(0, kShownOfId), to_visible(title, false)));
    BERTH_CHECK_OK(sys::check_interrupted().context([] { return "check images"; }));
    const auto record = records_.find(id);
    image::LayerCheck checked;
    if (record == records_.end()) {
      checked.problems.emplace_back("the list of layers does not have it");
    } else {
      BERTH_TRY(checked,
                image::check_layer(store_.graph_root(), id, record->second).context([] { return "check images"; }));
    }
    return known_.emplace(id, std::move(checked)).first->second;
  }

  const image::LocalStore& store_;
  Records records_;
  const std::function<void(std::string_view)>& on_step_;
  std::map<std::string, image::LayerCheck> known_;
  std::map<std::string, std::set<std::string>> damaged_;
};

// All images that have to go for the layers of one to go: those that have them, too.
std::vector<std::string> sharers_of(const image::LocalStore& store, const std::vector<StoredImage>& images,
                                    const StoredImage& one, const std::set<std::string>& layers) {
  std::vector<std::string> titles;
  for (const StoredImage& image : images) {
    bool has_one = image.id == one.id;
    if (!has_one && !layers.empty()) {
      const auto read = store.read_image(image);
      const auto ids = read ? image::layer_ids_of(*read) : std::vector<std::string>();
      has_one = std::ranges::any_of(ids, [&](const std::string& id) { return layers.contains(id); });
    }
    if (!has_one) continue;
    if (image.names.empty()) titles.push_back(image.id.substr(0, kShownOfId));
    for (const image::Reference& name : image.names) titles.push_back(image::to_string(name));
  }
  return titles;
}

}  // namespace

std::string CheckedImage::title() const {
  return names.empty() ? id.substr(0, kShownOfId) : fmt::format("{}", fmt::join(names, ", "));
}

Result<std::vector<CheckedImage>> check_images(const Settings& settings, const std::vector<std::string>& names,
                                               const std::function<void(std::string_view)>& on_step) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(const std::vector<StoredImage> images, store.list_images());
  BERTH_TRY(const std::vector<const StoredImage*> chosen, meant(store, images, names));
  BERTH_TRY(Records records, image::read_layer_records(graph_root));
  Check check(store, std::move(records), on_step);
  std::vector<CheckedImage> all;
  for (const StoredImage* image : chosen) {
    BERTH_TRY(CheckedImage checked, check.check(*image));
    if (!checked.problems.empty()) checked.removed_with = sharers_of(store, images, *image, check.damaged(image->id));
    all.push_back(std::move(checked));
  }
  // What was removed in the middle is not damaged.
  BERTH_TRY(const image::LocalStore after, image::LocalStore::open(graph_root));
  BERTH_TRY(const std::vector<StoredImage> left, after.list_images());
  std::erase_if(all, [&](const CheckedImage& one) {
    return !one.problems.empty() && std::ranges::find(left, one.id, &StoredImage::id) == left.end();
  });
  return all;
}

std::string remedy_of(const CheckedImage& image) {
  std::vector<std::string> again;
  for (const std::string& title : image.removed_with) {
    const auto name = image::parse_reference(title);
    const bool has_name = name && (!name->tag.empty() || !name->registry.empty());
    if (has_name && !image::is_created_here(*name)) again.push_back(fmt::format("'berth image pull {}'", title));
    if (has_name && image::is_created_here(*name)) again.push_back(fmt::format("make '{}' anew", title));
  }
  return fmt::format("remove what has the damage with 'berth image remove --force {}'{}{}",
                     fmt::join(image.removed_with, " "), again.empty() ? "" : ", then ", fmt::join(again, ", "));
}

}  // namespace berth::app
