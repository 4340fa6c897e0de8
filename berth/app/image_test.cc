#include "berth/app/image_test.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "berth/app/build_room.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/container/image_root.h"

namespace berth::app {
namespace {

std::set<std::string> lines_of(std::string_view text) {
  std::set<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace(to_visible(text.substr(0, end), false));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// An image that is made again of the same has the same id, and other layer folders: a root that was kept for the first
// would be an empty one by now. So this root has a name of its own, and does not stay.
image::LocalImage with_own_root(image::LocalImage image) {
  Sha256 hash;
  hash.update(image.id);
  for (const std::filesystem::path& folder : image.layer_folders) {
    struct stat status = {};
    ::lstat(folder.c_str(), &status);
    hash.update(fmt::format("{} {} {}", folder.native(), status.st_ino, status.st_ctim.tv_nsec));
  }
  image.id = std::move(hash).hex();
  return image;
}

void forget_root(const image::LocalImage& image, const Settings& settings) {
  const auto folder = container::RuntimeFolder::open(settings.runtime);
  if (!folder) return;
  container::remove_kept_roots_of(*folder, image.id);
}

class Tester {
 public:
  Tester(const ImageTest& test, const Settings& settings) : test_(test), settings_(settings) {}

  Result<void> run(const image::LocalImage& image) {
    BERTH_TRY(BuildRoom room, open_room(image, test_.recipe.request.name));
    BERTH_CHECK_OK(room.put_file("check", "verify.py", image::verify_script(test_.recipe)));
    BERTH_TRY(const BuildRoom::Done verified, room.must_run({room.python(), "-E", "-s", "verify.py"}, "check"));
    for (const std::string& line : lines_of(verified.out)) {
      if (!line.starts_with("Python ")) result_.remarks.push_back(line);
    }
    if (room.pip_version().empty() || test_.recipe.libraries.empty()) return {};
    const auto begun = std::chrono::steady_clock::now();
    auto checked = check_with_pip(room);
    result_.pip_time = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    return checked;
  }

  ImageTestResult result() && { return std::move(result_); }

 private:
  Result<BuildRoom> open_room(const image::LocalImage& image, const std::string& name) const {
    RoomSpec spec;
    spec.image = image;
    spec.name = name;
    spec.limits.memory_bytes = test_.memory_bytes;
    spec.limits.allow_unlimited = settings_.limits.allow_unlimited;
    spec.deadline = test_.deadline;
    spec.interrupt = test_.interrupt;
    return BuildRoom::open(spec, settings_, test_.guards);
  }

  Result<void> check_with_pip(BuildRoom& room) {
    const std::vector<std::string> check = {room.python(), "-m", "pip", "--disable-pip-version-check", "check"};
    BERTH_TRY(const BuildRoom::Done checked, room.run(check));
    if (checked.status == 0) return {};
    BERTH_TRY(BuildRoom base_room, open_room(test_.base, test_.recipe.base.name));
    BERTH_TRY(const BuildRoom::Done before, base_room.run(check));
    const std::set<std::string> old = lines_of(before.out);
    for (const std::string& line : lines_of(checked.out)) {
      if (!old.contains(line)) return fail(Errc::Unavailable, fmt::format("pip check: {}", line));
    }
    return {};
  }

  const ImageTest& test_;
  const Settings& settings_;
  ImageTestResult result_;
};

// An epoch of 0 is none; rpm's headers may have it all the same.
std::string_view without_no_epoch(std::string_view version) {
  return version.starts_with("0:") ? version.substr(2) : version;
}

}  // namespace

Result<void> compare_with_lock(const image::CreateRecipe& recipe, const image::Inventory& inventory) {
  for (const image::LockedLibrary& one : recipe.libraries) {
    const bool found = std::ranges::any_of(inventory.python, [&](const image::PythonDistribution& there) {
      return image::normalized_python_name(there.name) == one.name && there.version == one.version;
    });
    if (!found) return fail(Errc::Corrupt, fmt::format("the image has no library '{}' {}", one.name, one.version));
  }
  for (const image::LockedPackage& one : recipe.packages) {
    const bool found = std::ranges::any_of(inventory.packages, [&](const image::DistributionPackage& there) {
      return there.name == one.package.name && without_no_epoch(there.version) == without_no_epoch(one.package.version);
    });
    if (!found) {
      return fail(Errc::Corrupt,
                  fmt::format("the image has no package '{}' {}", one.package.name, one.package.version));
    }
  }
  return {};
}

Result<ImageTestResult> test_image(const ImageTest& test, const Settings& settings) {
  const image::LocalImage image = with_own_root(test.image);
  Tester tester(test, settings);
  auto tested = tester.run(image);
  forget_root(image, settings);
  if (!tested) return std::unexpected(std::move(tested).error());
  return std::move(tester).result();
}

}  // namespace berth::app
