#include "berth/image/base_image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "berth/base/json.h"
#include "berth/image/base_recipe.h"
#include "berth/image/local_store.h"
#include "berth/image/oci_layout.h"
#include "berth/image/package_sources.h"
#include "berth/image/private_apt.h"
#include "berth/image/revisions.h"
#include "berth/image/storage_tool.h"
#include "berth/image/tag_order.h"
#include "berth/image/wheels.h"
#include "berth/image/work_folder.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kCacheNeeds = 1500ull << 20;  // lists, packages, the root and its tar, side by side
constexpr std::uint64_t kStorageNeeds = 600ull << 20;

struct NeededTool {
  const char* name;
  const char* package;
};
constexpr NeededTool kTools[] = {{"apt-get", "apt"},           {"apt-config", "apt"}, {"dpkg", "dpkg"},
                                 {"mmdebstrap", "mmdebstrap"}, {"skopeo", "skopeo"},  {"tar", "tar"},
                                 {"unshare", "util-linux"}};

bool is_on_path(std::string_view tool) {
  const char* path = std::getenv("PATH");
  std::string_view folders = path != nullptr ? path : "/usr/sbin:/usr/bin:/sbin:/bin";
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const std::string file = fmt::format("{}/{}", folders.substr(0, end), tool);
    if (::access(file.c_str(), X_OK) == 0) return true;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return false;
}

Result<void> check_tools() {
  for (const NeededTool& tool : kTools) {
    if (is_on_path(tool.name)) continue;
    return fail(Errc::NotFound,
                fmt::format("'{}' is not on PATH; install it with 'apt-get install {}'", tool.name, tool.package));
  }
  return {};
}

Result<void> check_space(std::filesystem::path folder, std::uint64_t needed_bytes) {
  while (!std::filesystem::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  struct statvfs status = {};
  BERTH_CHECK_OK(
      sys::check([&] { return ::statvfs(folder.c_str(), &status); }, "look at disk of '{}'", folder.native()));
  const std::uint64_t free_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  if (free_bytes >= needed_bytes) return {};
  return fail(Errc::Exhausted, fmt::format("the disk of '{}' has {} MiB free, and {} MiB are needed; make room there",
                                           folder.native(), free_bytes >> 20, needed_bytes >> 20));
}

std::string chroot_path() { return "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; }

// One making of the image: holds what the steps share.
class Maker {
 public:
  Maker(const BaseImageOptions& options, Clock::time_point deadline)
      : options_(options), recipe_(*options.recipe), name_(recipe_.name), deadline_(deadline) {}

  Result<BaseImage> make() {
    BERTH_CHECK_OK(check_tools());
    if (::geteuid() != 0) {
      return fail(Errc::Denied, "this needs root, who alone may set up another system's packages; use sudo");
    }
    BERTH_TRY(const WorkFolder work,
              WorkFolder::open(options_.cache_folder / "base-image", deadline_, options_.on_step));
    BERTH_TRY(PrivateApt apt, resolve_packages());
    if (!options_.rebuild) {
      BERTH_TRY(std::optional<BaseImage> known, find_with_label(kInputsLabel, facts_.inputs));
      if (known) {
        known->why = fmt::format("an image of the same {} packages is there", packages_.size());
        return std::move(*known);
      }
    }
    BERTH_TRY(const LayerFile layer, build_layer(apt, work.path()));
    facts_.layer_digest = layer.digest;
    BERTH_TRY(std::optional<BaseImage> equal, find_with_label(kContentLabel, base_content(facts_)));
    if (equal) {
      equal->why = "it was built again and came out the same";
      return std::move(*equal);
    }
    return publish(layer, work.path());
  }

 private:
  void step(std::string_view text) const {
    if (options_.on_step) options_.on_step(text);
  }

  sys::ToolOptions tool_options() const {
    sys::ToolOptions options;
    options.time_limit = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()),
                                  std::chrono::milliseconds(0));
    return options;
  }

  // Where the packages come from; says in distribution_ whose they are.
  Result<std::vector<PackageSource>> find_sources() {
    BERTH_TRY(const std::string text, sys::read_file(options_.os_release, 1 << 20));
    const Distribution machine = parse_os_release(text);
    if (recipe_.release.empty()) {
      distribution_ = machine;
      return read_distribution_sources(options_.etc_apt, machine);
    }
    distribution_ = {"debian", std::string(recipe_.release)};
    if (!options_.release_sources.empty()) return read_sources_file(options_.release_sources);
    if (machine.id == distribution_.id) {
      BERTH_TRY(const auto sources, read_distribution_sources(options_.etc_apt, machine));
      return sources_of_release(sources, machine.codename, distribution_.codename);
    }
    return fail(
        Errc::InvalidInput,
        fmt::format("find the packages of Debian '{}': this machine runs '{}', whose archives do not hold them; "
                    "name a file of package sources with 'images.python2_sources' in the configuration",
                    recipe_.release, machine.id));
  }

  // Fills in packages_ and the facts that follow from them.
  Result<PrivateApt> resolve_packages() {
    BERTH_TRY(std::vector<PackageSource> sources, find_sources());
    const std::string folder = recipe_.release.empty() ? "apt" : fmt::format("apt-{}", recipe_.release);
    BERTH_TRY(PrivateApt apt, PrivateApt::open(options_.cache_folder / folder, std::move(sources), deadline_));
    step(fmt::format("reading the package lists of {} {}", distribution_.id, distribution_.codename));
    auto updated = apt.update(distribution_.origin());
    if (!updated) {
      updated = std::move(updated).context([] {
        return "read the package lists (check the network, and the proxy and keys of apt: 'apt-get update' must work)";
      });
      // Without network the lists of an earlier run can still show that nothing is to be done.
      step("the package sources cannot be reached; going on with the lists of an earlier run");
    }
    auto packages = apt.resolve(base_wanted(recipe_));
    if (!packages) return std::unexpected(updated ? std::move(packages).error() : std::move(updated).error());
    packages_ = std::move(*packages);
    facts_.title = recipe_.title;
    facts_.command = recipe_.command;
    facts_.name = name_;
    facts_.inputs = base_inputs(recipe_, packages_);
    facts_.python_version = python_version_of(recipe_, packages_);
    facts_.distribution = distribution_.id + " " + distribution_.codename;
    if (facts_.python_version.empty())
      return fail(Errc::Unavailable, fmt::format("the package lists name no version of {}", recipe_.python_package));
    BERTH_TRY(sys::ToolOutput printed, sys::run_tool({"dpkg", "--print-architecture"}, tool_options()));
    while (printed.out.ends_with('\n')) printed.out.pop_back();
    facts_.architecture = std::move(printed.out);
    return apt;
  }

  Result<std::optional<BaseImage>> find_with_label(std::string_view label, std::string_view value) const {
    BERTH_TRY(const LocalStore store, LocalStore::open(options_.graph_root));
    BERTH_TRY(const Reference name, parse_reference("localhost/" + name_));
    BERTH_TRY(std::vector<std::string> tags, store.tags_of(name));
    std::ranges::sort(tags, [](const auto& a, const auto& b) { return is_taken_before(a, b); });
    for (const std::string& tag : tags) {
      Reference tagged = name;
      tagged.tag = tag;
      const auto image = store.find_image(tagged);
      // A damaged image is no reason to stop: a whole one is made beside it.
      if (image && image->config.label(label) == value) return std::optional(described(store, *image, tag, false));
    }
    return std::optional<BaseImage>();
  }

  BaseImage described(const LocalStore& store, const LocalImage& image, const std::string& tag, bool made) const {
    return {.reference = {.path = name_, .tag = tag},
            .id = image.id,
            .digest = image.digest,
            .size_bytes = store.size_bytes_of(image).value_or(0),
            .made = made};
  }

  Result<LayerFile> build_layer(PrivateApt& apt, const std::filesystem::path& work) {
    BERTH_CHECK_OK(check_space(options_.cache_folder, kCacheNeeds));
    BERTH_CHECK_OK(check_space(options_.graph_root, kStorageNeeds));
    step(fmt::format("fetching {} packages", packages_.size()));
    BERTH_CHECK_OK(apt.download(base_wanted(recipe_), packages_).context([] {
      return "fetch packages (check the network, and the proxy of apt)";
    }));
    BERTH_TRY(facts_.newest_package_time, apt.newest_package_time());
    BERTH_CHECK_OK(write_scripts(apt, work));
    if (!recipe_.wheels.empty()) {
      step("fetching libraries");
      BERTH_CHECK_OK(fetch_python2_wheels(recipe_.wheels, work / "wheels", tool_options().time_limit));
      step("judging libraries");
      if (options_.judge_wheels) BERTH_CHECK_OK(options_.judge_wheels(work / "wheels"));
    }
    BERTH_CHECK_OK(run_mmdebstrap(apt, work));
    BERTH_CHECK_OK(add_dev_folder(work));
    step("hashing the layer");
    return read_layer_file(work / "layer.tar");
  }

  Result<void> write_scripts(const PrivateApt& apt, const std::filesystem::path& work) const {
    BERTH_CHECK_OK(sys::write_file_atomically(work / "setup", base_setup_script(), 0755));
    BERTH_CHECK_OK(sys::write_file_atomically(work / "finish", base_finish_script(recipe_), 0755));
    BERTH_CHECK_OK(sys::write_file_atomically(work / "preferences", PrivateApt::kPreferences, 0644));
    for (const auto& [name, target] : {std::pair{"lists", apt.lists()}, std::pair{"archives", apt.archives()}}) {
      const auto link = [&] { return ::symlink(target.c_str(), (work / name).c_str()); };
      BERTH_CHECK_OK(sys::check(link, "link '{}' to '{}'", name, target.native()));
    }
    return {};
  }

  // The lists and packages are handed in, so mmdebstrap needs no network, and installs what was resolved. It mounts
  // /proc and /dev in the new root and starts many processes: namespaces of its own end them all with it, however we
  // end, and keep its mounts from this machine.
  Result<void> run_mmdebstrap(const PrivateApt& apt, const std::filesystem::path& work) const {
    std::vector<std::string> argv = {"unshare",      "--mount", "--propagation=private", "--pid",
                                     "--mount-proc", "--fork",  "--kill-child"};
    argv.insert(argv.end(), {"mmdebstrap", "--mode=root", "--variant=apt", "--skip=update,output/dev"});
    argv.push_back(fmt::format("--include={}", fmt::join(recipe_.packages, ",")));
    for (const std::string_view rule : base_path_rules()) argv.push_back(fmt::format("--dpkgopt={}", rule));
    argv.push_back("--setup-hook=" + (work / "setup").native());
    argv.push_back("--customize-hook=" + (work / "finish").native());
    argv.insert(argv.end(), {distribution_.codename, (work / "layer.tar").native(), apt.sources_file().native()});
    sys::ToolOptions options = tool_options();
    options.environment = {chroot_path(), "TMPDIR=" + work.native(), "TZ=UTC", "PYTHONHASHSEED=0",
                           fmt::format("SOURCE_DATE_EPOCH={}", facts_.newest_package_time)};
    options.on_line = [this](std::string_view line) {
      if (line.starts_with("I: ") && line.find('/') == std::string_view::npos) step(line.substr(3));
    };
    BERTH_CHECK_OK(sys::run_tool(argv, options));
    return {};
  }

  // A place to mount /dev on. mmdebstrap would fill it with device nodes, which no layer needs.
  Result<void> add_dev_folder(const std::filesystem::path& work) const {
    BERTH_CHECK_OK(sys::make_folders(work / "added/dev", 0755));
    BERTH_CHECK_OK(sys::run_tool(
        {"tar", "--append", "--file", (work / "layer.tar").native(), "--format=posix",
         "--pax-option=delete=atime,delete=ctime", fmt::format("--mtime=@{}", facts_.newest_package_time), "--owner=0",
         "--group=0", "--numeric-owner", "--mode=0755", "--directory", (work / "added").native(), "./dev"},
        tool_options()));
    return {};
  }

  Result<BaseImage> publish(const LayerFile& layer, const std::filesystem::path& work) const {
    BERTH_TRY(const std::string tag, take_next_tag());
    const std::string full = fmt::format("localhost/{}:{}", name_, tag);
    step(fmt::format("storing {}:{}", name_, tag));
    const std::filesystem::path layout = work / "oci";
    const StorageTool storage = {.graph_root = options_.graph_root,
                                 .is_set = options_.storage_is_set,
                                 .ordinary_user = options_.ordinary_user,
                                 .run_folder = options_.cache_folder / "storage-run"};
    BERTH_TRY(const std::string digest, write_oci_layout(layout, base_config(facts_, tag), layer, tag));
    sys::ToolOptions storing = tool_options();
    storing.environment = storage_environment(storage);
    // The policy judges images of strangers; this one was made here.
    BERTH_CHECK_OK(
        sys::run_tool({"skopeo", "--insecure-policy", "copy", "--quiet", fmt::format("oci:{}:{}", layout.native(), tag),
                       fmt::format("containers-storage:{}{}", storage_words(storage), full)},
                      storing));
    BERTH_TRY(const LocalStore written, LocalStore::open(options_.graph_root));
    BERTH_TRY(const Reference reference, parse_reference(full));
    BERTH_TRY(const LocalImage image, written.find_image(reference));
    if (image.digest != digest) {
      return fail(Errc::Corrupt,
                  fmt::format("'{}' has digest {} in the storage, and was made as {}", full, image.digest, digest));
    }
    BaseImage made = described(written, image, tag, true);
    made.why = fmt::format("made from {} packages", packages_.size());
    return made;
  }

  Result<std::string> take_next_tag() const {
    BERTH_TRY(const LocalStore store, LocalStore::open(options_.graph_root));
    BERTH_TRY(const Reference name, parse_reference("localhost/" + name_));
    return image::take_next_tag(options_.state_folder / "base-image-revisions.json",
                                name_ + ":" + facts_.python_version, facts_.python_version, store, name);
  }

  const BaseImageOptions& options_;
  const BaseRecipe& recipe_;
  std::string name_;
  Clock::time_point deadline_;
  Distribution distribution_;
  std::vector<Package> packages_;
  BaseFacts facts_;
};

}  // namespace

Result<BaseImage> make_base_image(const BaseImageOptions& options) {
  Maker maker(options, Clock::now() + options.time_limit);
  return maker.make().context([&] { return fmt::format("make the base image '{}'", options.recipe->name); });
}

}  // namespace berth::image
