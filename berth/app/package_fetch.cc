#include "berth/app/package_fetch.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "berth/app/build_room.h"
#include "berth/app/copy_out.h"
#include "berth/app/index_reach.h"
#include "berth/app/source_reader.h"
#include "berth/image/image_tree.h"
#include "berth/image/inventory_cache.h"
#include "berth/image/pip_settings.h"
#include "berth/image/tag_order.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"
#include "berth/vet/index_facts.h"
#include "berth/vet/metadata_resolver.h"

namespace berth::app {
namespace {

constexpr std::string_view kOldestPip = "22.2";  // the first with a report of what it would install
constexpr std::size_t kMostFiles = 20'000;

}  // namespace

std::vector<std::string> wishes_that_are_there(const std::vector<image::PackageWish>& wishes,
                                               const std::vector<image::LockedPackage>& resolved,
                                               const std::function<bool(const std::string& name)>& is_installed) {
  std::vector<std::string> there;
  for (const image::PackageWish& wish : wishes) {
    const bool found =
        std::ranges::any_of(resolved, [&](const image::LockedPackage& one) { return one.package.name == wish.name; });
    if (!found && (resolved.empty() || is_installed(wish.name))) there.push_back(wish.name);
  }
  return there;
}

Result<std::vector<std::string>> files_in(const UniqueFd& folder) {
  BERTH_TRY(int copy, sys::call([&] { return ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 3); }, "copy a descriptor"));
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  const std::unique_ptr<DIR, Close> entries(::fdopendir(copy));
  if (!entries) return fail(Errc::Unavailable, "list a folder of a container");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (entry->d_type == DT_REG) names.emplace_back(entry->d_name);
    if (names.size() > kMostFiles) return fail(Errc::Exhausted, "a container has made too many files");
  }
  std::ranges::sort(names);
  return names;
}

Result<std::string> read_from(const BuildRoom& room, std::string_view folder_name, std::string_view name) {
  BERTH_TRY(const UniqueFd folder, room.open_folder(folder_name));
  BERTH_TRY(const UniqueFd file,
            sys::open_without_links(folder.get(), std::string(name), O_RDONLY | O_NONBLOCK, "a container's folder"));
  return sys::read_file(file, image::kMaxReportBytes, "what a container has written");
}

PackageFetch::PackageFetch(FetchOptions options, const Settings& settings)
    : options_(std::move(options)), settings_(settings), copy_out_(options_.limits.writable_bytes, options_.deadline) {
  found_.recipe = options_.recipe;
}

Result<void> PackageFetch::resolve() {
  if (!found_.recipe.request.packages.empty()) BERTH_CHECK_OK(resolve_packages());
  if (!found_.recipe.request.dependencies.empty()) BERTH_CHECK_OK(resolve_libraries());
  return {};
}

Result<void> PackageFetch::fetch() {
  if (package_room_ && !found_.recipe.packages.empty()) BERTH_CHECK_OK(fetch_packages(*package_room_));
  package_room_.reset();
  if (library_room_ && !found_.recipe.libraries.empty()) BERTH_CHECK_OK(fetch_libraries(*library_room_));
  library_room_.reset();
  return {};
}

void PackageFetch::step(std::string_view text) const {
  if (options_.on_step) options_.on_step(text);
}

Result<BuildRoom> PackageFetch::open_room(IndexReach reach) {
  found_.remarks.insert(found_.remarks.end(), reach.remarks.begin(), reach.remarks.end());
  RoomSpec spec{options_.base,   found_.recipe.base.name, std::move(reach),
                options_.limits, options_.deadline,       options_.interrupt};
  BERTH_TRY(BuildRoom room, BuildRoom::open(spec, settings_, options_.guards));
  found_.recipe.base.python = room.python();
  found_.recipe.base.python_version = room.python_version();
  return room;
}

Result<void> PackageFetch::resolve_packages() {
  image::CreateRecipe& recipe = found_.recipe;
  if (!recipe.base.manager) {
    return fail(Errc::InvalidInput,
                fmt::format("the base '{}' is of '{}', and has no package manager that is known; take a base with apt, "
                            "apk, dnf or microdnf, or leave the packages out",
                            recipe.base.name, recipe.base.distribution));
  }
  const image::PackageManager manager = *recipe.base.manager;
  BERTH_CHECK_OK(image::check_wishes(manager, recipe.request.packages));
  BERTH_TRY(IndexReach reach, reach_of(manager));
  const std::string tool(image::name_of(manager));
  step(fmt::format("resolving packages with {}", tool));
  BERTH_TRY(package_room_, open_room(std::move(reach)));
  BuildRoom& room = *package_room_;
  if (image::is_rpm(manager)) {
    const Stopwatch watch(found_.package_time);
    BERTH_CHECK_OK(resolve_rpms(room));
  } else {
    const Stopwatch watch(found_.package_time);
    if (const auto update = image::update_command(manager); !update.empty()) {
      // Its folders must be there, as on a system that is set up.
      BERTH_CHECK_OK(room.put_file("apt/lists/partial", ".keep", ""));
      BERTH_CHECK_OK(room.put_file("apt/archives/partial", ".keep", ""));
      BERTH_CHECK_OK(room.must_run(update).context([] { return "read the lists of packages"; }));
    }
    BERTH_TRY(const BuildRoom::Done resolved,
              room.must_run(image::resolve_command(manager, recipe.request.packages)).context([] {
                return "resolve the packages";
              }));
    BERTH_TRY(const std::vector<image::Package> packages, image::parse_resolution(manager, resolved.out));
    for (const image::Package& package : packages) recipe.packages.push_back({package, ""});
  }
  note_what_is_there();
  return {};
}

Result<void> PackageFetch::fetch_packages(BuildRoom& room) {
  const image::CreateRecipe& recipe = found_.recipe;
  const image::PackageManager manager = *recipe.base.manager;
  step(fmt::format("fetching {} packages", recipe.packages.size()));
  {
    const Stopwatch watch(found_.package_time);
    if (image::is_rpm(manager)) {
      BERTH_CHECK_OK(fetch_rpms(room));
      return take_packages(room);
    }
    std::vector<image::Package> packages;
    for (const image::LockedPackage& one : recipe.packages) packages.push_back(one.package);
    BERTH_CHECK_OK(room.must_run(image::fetch_command(manager, packages), "packages").context([] {
      return "fetch the packages";
    }));
  }
  return take_packages(room);
}

Result<IndexReach> PackageFetch::reach_of(image::PackageManager manager) {
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(options_.base.layer_folders));
  if (manager == image::PackageManager::Apt) {
    BERTH_TRY(AptSources sources, apt_sources_for(options_.indexes, tree));
    return reach_for_apt(settings_, options_.indexes, std::move(sources));
  }
  if (image::is_rpm(manager)) {
    BERTH_TRY(rpm_sources_, image::read_rpm_sources(tree, manager));
    return reach_for_rpm(settings_, options_.indexes, rpm_sources_);
  }
  return reach_for_apk(settings_, options_.indexes, tree);
}

void PackageFetch::note_what_is_there() {
  std::optional<image::Inventory> inventory;  // read where it is asked for alone
  const auto is_installed = [&](const std::string& name) {
    if (!inventory) {
      inventory = image::InventoryCache(settings_.cache).get(options_.base).value_or(image::Inventory());
    }
    return std::ranges::find(inventory->packages, name, &image::DistributionPackage::name) != inventory->packages.end();
  };
  const image::CreateRecipe& recipe = found_.recipe;
  for (const std::string& name : wishes_that_are_there(recipe.request.packages, recipe.packages, is_installed)) {
    found_.remarks.push_back(fmt::format("the package '{}' is in the base already", name));
  }
}

Result<void> PackageFetch::take_packages(const BuildRoom& room) {
  const image::PackageManager manager = *found_.recipe.base.manager;
  BERTH_CHECK_OK(sys::make_folders(options_.into / "packages", 0755));
  BERTH_TRY(const UniqueFd folder, room.open_folder("packages"));
  for (image::LockedPackage& one : found_.recipe.packages) {
    const std::string name = image::file_name_of(manager, one.package);
    BERTH_TRY(const CopiedFile copied, copy_out_.copy(folder, name, options_.into / "packages" / name));
    if (!one.sha256.empty() && one.sha256 != copied.sha256) {
      return fail(Errc::Corrupt,
                  fmt::format("'{}' has the hash {}, and was resolved with {}", name, copied.sha256, one.sha256));
    }
    one.sha256 = copied.sha256;
    if (manager != image::PackageManager::Apt) continue;
    BERTH_TRY(const std::int64_t time,
              image::parse_deb_time(copied.head).context([&] { return fmt::format("read package '{}'", name); }));
    found_.newest_package_time = std::max(found_.newest_package_time, time);
  }
  return {};
}

Result<void> PackageFetch::resolve_libraries() {
  BERTH_TRY(const image::PipSettings pip, image::read_pip_settings(image::pip_places_of_process()));
  for (const std::string& folder : pip.local_folders) {
    found_.remarks.push_back(
        fmt::format("the folder '{}' of pip's find-links is not looked into: only indexes are", folder));
  }
  BERTH_TRY(IndexReach reach, reach_for_pip(settings_, options_.indexes, pip));
  if (found_.recipe.request.allow_sources) read_sources_only(reach);
  step("resolving libraries with pip");
  BERTH_TRY(library_room_, open_room(std::move(reach)));
  BuildRoom& room = *library_room_;
  const image::CreateRecipe& recipe = found_.recipe;
  if (room.pip_version().empty() || image::compare_tags(room.pip_version(), kOldestPip) < 0) {
    return fail(
        Errc::InvalidInput,
        fmt::format("the base '{}' has {}, and resolving to exact versions takes {} or newer; take a base with a "
                    "newer one",
                    recipe.base.name, room.pip_version().empty() ? "no pip" : "pip " + room.pip_version(), kOldestPip));
  }
  const Stopwatch watch(found_.pip_time);
  return ask_pip(room);
}

Result<void> PackageFetch::fetch_libraries(BuildRoom& room) {
  const image::CreateRecipe& recipe = found_.recipe;
  step(fmt::format("fetching {} libraries", recipe.libraries.size()));
  {
    const Stopwatch watch(found_.pip_time);
    BERTH_CHECK_OK(room.put_file("pip", "requirements.txt", image::print_lock(recipe.libraries)));
    std::vector<std::string> command = pip_command(has_sources() ? "download" : "wheel");
    command.insert(command.end(), {"--no-deps", "--require-hashes", has_sources() ? "--dest" : "--wheel-dir",
                                   "/work/libraries", "--requirement", "requirements.txt"});
    BERTH_CHECK_OK(room.must_run(command, "pip").context([] { return "fetch the libraries"; }));
  }
  BERTH_CHECK_OK(take_libraries(room));
  return fetch_builds(room);
}

std::vector<std::string> PackageFetch::pip_command(const char* verb) const {
  return with_options({found_.recipe.base.python, "-m", "pip", verb});
}

std::vector<std::string> PackageFetch::resolve_command() const {
  std::vector<std::string> command = vet::metadata_resolver(found_.recipe.base.python);
  command.insert(command.end(), {"install", "--dry-run"});
  return with_options(std::move(command));
}

std::vector<std::string> PackageFetch::with_options(std::vector<std::string> command) const {
  command.insert(command.end(), {"--quiet", "--no-input", "--cache-dir", "/work/cache"});
  if (!found_.recipe.request.allow_sources) {
    command.emplace_back("--only-binary=:all:");
    return command;
  }
  // Nothing of a source runs where indexes are reached, and pip fetches nothing for it: read_sources_only.
  command.insert(command.end(), {"--prefer-binary", "--no-build-isolation", "--use-pep517"});
  return command;
}

Result<void> PackageFetch::ask_pip(BuildRoom& room) {
  std::vector<std::string> command = resolve_command();
  command.insert(command.end(), {"--report", "report.json"});
  for (const image::Requirement& one : found_.recipe.request.dependencies) {
    command.push_back(image::to_string(one));
  }
  BERTH_TRY(const BuildRoom::Done done, room.must_run(command, "pip").context([&] {
    return found_.recipe.request.allow_sources
               ? std::string("resolve the libraries")
               : std::string("resolve the libraries (wheels alone; --allow-sources takes sources, too)");
  }));
  note_fetched_whole(room, done.err);
  BERTH_TRY(const std::string report, read_from(room, "pip", "report.json"));
  BERTH_TRY(found_.recipe.libraries, image::parse_pip_report(report));
  BERTH_TRY(found_.facts, vet::facts_of_pip_report(report));
  for (const image::Requirement& one : found_.recipe.request.dependencies) {
    const auto found = std::ranges::find(found_.recipe.libraries, one.name, &image::LockedLibrary::name);
    if (found == found_.recipe.libraries.end()) {
      found_.remarks.push_back(fmt::format("the library '{}' is in the base already", one.name));
      continue;
    }
    BERTH_CHECK_OK(image::check_extras(one, *found));
  }
  return resolve_builds(room);
}

void PackageFetch::note_fetched_whole(const BuildRoom& room, std::string_view err) {
  const std::vector<std::string> files = vet::fetched_whole(err);
  if (files.empty()) return;
  const bool is_known = std::ranges::find(files, "*") == files.end();
  std::string remark =
      is_known ? fmt::format(
                     "to find out what they need pip fetched these before they were judged, since the index "
                     "gives neither their metadata nor parts of them, or its page no hash: {}",
                     fmt::join(files, ", "))
               : fmt::format(
                     "pip {} of the base is none that Berth can have resolve from metadata alone: it fetched "
                     "wheels before they were judged",
                     room.pip_version());
  if (std::ranges::find(found_.remarks, remark) == found_.remarks.end()) found_.remarks.push_back(std::move(remark));
}

Result<void> PackageFetch::take_libraries(const BuildRoom& room) {
  BERTH_CHECK_OK(sys::make_folders(options_.into / "libraries", 0755));
  BERTH_TRY(const UniqueFd folder, room.open_folder("libraries"));
  BERTH_TRY(const std::vector<std::string> names, files_in(folder));
  for (image::LockedLibrary& one : found_.recipe.libraries) {
    if (!one.is_wheel) {
      BERTH_CHECK_OK(take_source(folder, names, one));
      continue;
    }
    const auto name =
        std::ranges::find_if(names, [&](const std::string& file) { return image::is_wheel_of(file, one); });
    if (name == names.end()) {
      return fail(Errc::Unavailable, fmt::format("pip did not fetch '{}' {}", one.name, one.version));
    }
    BERTH_TRY(const CopiedFile copied, copy_out_.copy(folder, *name, options_.into / "libraries" / *name));
    one.wheel = *name;
    one.wheel_sha256 = copied.sha256;
    if (copied.sha256 != one.sha256) {
      return fail(Errc::Corrupt,
                  fmt::format("'{}' has the hash {}, and was resolved with {}", *name, copied.sha256, one.sha256));
    }
  }
  return {};
}

}  // namespace berth::app
