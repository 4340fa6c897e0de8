#include "berth/doctor/storage.h"

#include <fmt/format.h>

#include "berth/doctor/words.h"
#include "berth/engine/outcome.h"
#include "berth/image/reference.h"
#include "berth/image/storage_places.h"
#include "berth/image/substitution.h"

namespace berth::doctor {
namespace {

// A base image takes some 100 MiB while it is made, and what content needs comes on top.
constexpr std::uint64_t kTooLittleBytes = 512ull << 20;
constexpr std::uint64_t kLittleBytes = 2ull << 30;
constexpr std::uint64_t kTooFewFiles = 10'000;

std::optional<std::string> configured_driver(const image::StoragePlaces& places) {
  for (const auto& file : places.machine_conf) {
    const auto text = small_file(file);
    if (!text) continue;
    if (auto driver = image::storage_conf_value(*text, "driver"); driver && !driver->empty()) return driver;
  }
  return std::nullopt;
}

Result<image::LocalStore> open_store(const Asked& asked) {
  BERTH_TRY(const auto root, image::find_graph_root(image::storage_places_of_process(asked.settings.storage)));
  return image::LocalStore::open(root);
}

}  // namespace

std::filesystem::path storage_folder(const Asked& asked) {
  const auto root = image::find_graph_root(image::storage_places_of_process(asked.settings.storage));
  return root ? *root : "/var/lib/containers/storage";
}

StorageFacts storage_facts(const Asked& asked) {
  const auto places = image::storage_places_of_process(asked.settings.storage);
  StorageFacts facts{.root = image::find_graph_root(places), .driver = configured_driver(places)};
  if (!facts.root) return facts;
  std::error_code ignored;
  facts.exists = std::filesystem::exists(*facts.root, ignored);
  const auto count = [&]() -> Result<std::size_t> {
    BERTH_TRY(const auto store, image::LocalStore::open(*facts.root));
    BERTH_TRY(const auto images, store.list_images());
    return images.size();
  };
  facts.images = count();
  return facts;
}

CheckResult judge_storage(const StorageFacts& facts) {
  if (!facts.root) return failure(facts.root.error().message(), "correct storage.conf, or set 'storage.root'");
  const std::string place = facts.root->native();
  if (facts.driver && *facts.driver != "overlay") {
    return failure(fmt::format("storage.conf asks for the driver '{}'; Berth reads overlay alone", *facts.driver),
                   "set driver = \"overlay\" in [storage] of storage.conf, and pull or make the images again");
  }
  if (!facts.images) {
    const Error& error = facts.images.error();
    switch (error.code()) {
      case Errc::Denied:
        return failure(error.message(), fmt::format("run as the owner of '{}', or set 'storage.root'", place));
      case Errc::Unavailable:
        return failure(error.message(), "set driver = \"overlay\" in storage.conf, or set 'storage.root'");
      default:
        return failure(error.message(),
                       fmt::format("repair '{}' ('podman system check --repair'), restore it from a backup, or set "
                                   "'storage.root' to another folder",
                                   place));
    }
  }
  if (!facts.exists) return ok(place + " is made with the first image");
  return ok(fmt::format("{}, overlay, {} images", place, *facts.images));
}

SpaceFacts space_facts(const std::filesystem::path& folder) {
  const auto nearest = nearest_folder(folder);
  return {nearest, file_system_of(nearest)};
}

CheckResult judge_space(const SpaceFacts& facts) {
  if (!facts.file_system) {
    return failure(facts.file_system.error().message(), "let berth pass through the folders above it");
  }
  const FileSystem& here = *facts.file_system;
  const std::string room = fmt::format("{} free of {} on {} ({})", engine::bytes_text(here.free_bytes),
                                       engine::bytes_text(here.total_bytes), here.type, facts.folder.native());
  const std::string remedy = fmt::format(
      "free some ('podman image prune', 'berth prune'), enlarge the file system of "
      "'{}', or set 'storage.root'",
      facts.folder.native());
  if (here.read_only) {
    return warning(room + " is mounted read-only: images can be used, not made", "mount it read-write");
  }
  if (here.free_bytes < kTooLittleBytes) return failure(room, remedy);
  if (here.total_files > 0 && here.free_files < kTooFewFiles) {
    return failure(fmt::format("{}, but only {} more files", room, here.free_files), remedy);
  }
  if (here.free_bytes < kLittleBytes) return warning(room, remedy);
  return ok(room);
}

Result<std::string> find_default_image(const Asked& asked, const std::string& name) {
  BERTH_TRY(const auto store, open_store(asked));
  BERTH_TRY(const auto reference, image::parse_reference(name));
  BERTH_TRY(const auto found, image::resolve_image(store, reference, asked.settings.substitutes, asked.settings.trust));
  return image::to_string(found.used);
}

CheckResult judge_default_image(const Result<std::string>& found, const std::string& remedy, bool storage) {
  if (!storage) return skipped("the storage cannot be read: see 'storage'");
  if (found) return ok(*found);
  return warning(found.error().message(), remedy);
}

}  // namespace berth::doctor
