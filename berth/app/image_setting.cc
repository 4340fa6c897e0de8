#include "berth/app/image_setting.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/app/content_service.h"
#include "berth/app/item_image.h"
#include "berth/app/own_copy.h"
#include "berth/content/image_edit.h"
#include "berth/content/item_reader.h"
#include "berth/content/marketplace.h"
#include "berth/image/local_store.h"
#include "berth/image/named_images.h"
#include "berth/image/storage_places.h"
#include "berth/image/substitution.h"
#include "berth/image/tag_order.h"
#include "berth/image/trust.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 16 << 20;

bool is_yaml(const fs::path& path) { return path.extension() == ".yml" || path.extension() == ".yaml"; }

struct Target {
  std::string item;
  fs::path file;
};

Result<Target> find_target(const Settings& settings, const std::string& name) {
  if (is_item_path(name)) {
    if (const std::string problem = problem_of_changing(settings, name); !problem.empty()) {
      return fail(Errc::InvalidInput, problem);
    }
    // A YAML is taken as it is: an item that cannot be read for another reason can still be given an image.
    if (is_yaml(name)) return Target{name, name};
    BERTH_TRY(const content::Item item, content::read_item(name));
    return Target{item.id.empty() ? item.name : item.id, item.source};
  }
  BERTH_TRY(const ContentService service, ContentService::open(settings));
  BERTH_TRY(const ItemReference reference, service.look_up(name));
  if (reference.source->origin != store::ContentOrigin::Path) {
    return fail(
        Errc::InvalidInput,
        fmt::format("its source '{}' was fetched from {}, and is replaced when it is fetched again; change it there",
                    reference.source->name, address_of(*reference.source)));
  }
  if (const std::string problem = problem_of_changing(settings, reference.source->path); !problem.empty()) {
    return fail(Errc::InvalidInput, fmt::format("its source '{}': {}", reference.source->name, problem));
  }
  return Target{reference.item->id, reference.yaml()};
}

// The newest tag that `name` has here, as a reference; empty for none.
std::string newest_of(const std::vector<const image::StoredImage*>& images, image::Reference name) {
  const auto tag = image::newest_tag(image::tags_among(images, name));
  if (!tag) return {};
  name.tag = *tag;
  name.digest.clear();
  if (name.registry == "localhost") name.registry.clear();
  return image::to_string(name);
}

Result<std::string> newest_for(const std::string& python, const Settings& settings,
                               const std::vector<image::StoredImage>& images) {
  const auto pointers = image::pointers_to(images);
  const image::Reference original = {.path = python == "2" ? "demisto/python" : "demisto/python3"};
  if (std::string newest = newest_of(pointers, original); !newest.empty()) return newest;
  const std::string& standing = python == "2" ? settings.default_python2 : settings.default_python3;
  BERTH_TRY(const image::Reference standard, image::parse_reference(standing));
  const image::StoredImage* found = image::NamedImages(images).find(standard);
  if (found == nullptr || found->names.empty()) {
    return fail(Errc::NotFound,
                fmt::format("no image '{}' and no default image '{}' is here; pull one, or make one with "
                            "'berth image init'",
                            image::to_string(original), standing));
  }
  image::Reference name = found->names.front();
  for (const image::Reference& other : found->names) {
    if (image::is_taken_before(other.tag, name.tag)) name = other;
  }
  if (name.registry == "localhost") name.registry.clear();
  return image::to_string(name);
}

Result<void> check_wanted(const image::Reference& reference, const std::vector<image::StoredImage>& images,
                          std::string_view item) {
  if (const std::string complaint = complaint_about_tag(reference, item); !complaint.empty()) {
    return fail(Errc::InvalidInput, complaint);
  }
  if (!reference.tag.empty() || !reference.digest.empty()) return {};
  const image::StoredImage* found = image::NamedImages(images).find(reference);
  const std::string newest = newest_of(image::pointers_to(images), found == nullptr ? reference : found->names.front());
  return fail(Errc::InvalidInput, fmt::format("the image '{}' has neither tag nor digest, and an item needs one{}",
                                              image::to_string(reference),
                                              newest.empty() ? "" : fmt::format("; the newest here is '{}'", newest)));
}

// As a call holds it to the rule: what is here by all its names and digests, else what its name tells.
Result<void> check_wanted_trust(const Settings& settings, const image::LocalStore& store,
                                const image::StoredImage* here, const image::Reference& reference) {
  if (here == nullptr) return image::check_name(settings.trust, reference);
  BERTH_TRY(const image::LocalImage image, store.read_image(*here));
  return image::check_trust(settings.trust, image::names_meant(image, reference), image::digests_of(image));
}

Result<void> write_in_place(const fs::path& file, std::string_view text, const struct stat& status) {
  BERTH_CHECK_OK(sys::with_room_advice(sys::write_file_atomically(file, text, status.st_mode & 07777)));
  struct stat now = {};
  if (::lstat(file.c_str(), &now) != 0 || (now.st_uid == status.st_uid && now.st_gid == status.st_gid)) return {};
  return sys::check([&] { return ::lchown(file.c_str(), status.st_uid, status.st_gid); }, "give '{}' back to its owner",
                    file.native());
}

}  // namespace

Result<SetImageAnswer> set_item_image(const Settings& settings, const SetImageRequest& request) {
  const auto doing = [&] { return fmt::format("set the image of '{}'", request.item); };
  if (request.item.empty()) {
    return fail(Errc::InvalidInput, "set the image of an item: its name is empty; name a registered item, or its file");
  }
  if (request.image.empty() && request.python.empty()) {
    return fail(Errc::InvalidInput, fmt::format("{}: name an image, or --python 2 or --python 3", doing()));
  }
  BERTH_TRY(const Target target, find_target(settings, request.item).context(doing));
  if (!is_yaml(target.file)) {
    return fail(Errc::InvalidInput, fmt::format("{}: it is code without a YAML that could name an image", doing()));
  }
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  std::string image = request.image;
  if (!request.python.empty()) {
    BERTH_TRY(image, newest_for(request.python, settings, images).context(doing));
  }
  BERTH_TRY(const image::Reference reference, image::parse_reference(image).context(doing));
  BERTH_CHECK_OK(check_wanted(reference, images, target.item).context(doing));

  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::lstat(target.file.c_str(), &status); }, "look at '{}'", target.file.native())
                     .context(doing));
  if (S_ISLNK(status.st_mode)) {
    return fail(Errc::InvalidInput,
                fmt::format("{}: '{}' is a link; name the file itself", doing(), target.file.native()));
  }
  BERTH_TRY(const std::string text, sys::read_file(target.file, kMostBytes).context(doing));
  BERTH_TRY(
      const content::ImageEdit edit,
      content::with_image(text, target.file.native(), image, content::marketplace_of_platform(settings.server_platform))
          .context(doing));
  SetImageAnswer answer{target.item, target.file, edit.key, edit.before, image, edit.text != text, {}};
  const image::StoredImage* here = image::NamedImages(images).find(reference);
  if (here == nullptr) answer.notes.push_back(fmt::format("the image '{}' is not on this machine", image));
  if (const auto trusted = check_wanted_trust(settings, store, here, reference); !trusted) {
    answer.notes.push_back(fmt::format("the item will not run in '{}': {}", image, trusted.error().message()));
  }
  if (answer.changed) BERTH_CHECK_OK(write_in_place(target.file, edit.text, status).context(doing));
  return answer;
}

}  // namespace berth::app
