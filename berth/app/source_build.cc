// Of PackageFetch: sources. What one asks for to be built is resolved where the indexes are reached, and no code of a
// source is; it is built where that code runs, and nothing is reached.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "berth/app/package_fetch.h"
#include "berth/app/reacher.h"
#include "berth/app/source_reader.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"
#include "berth/vet/index_facts.h"

namespace berth::app {
namespace {

constexpr std::string_view kSources = "sources";  // in `aside`, and in the container that builds

std::string text_of(const image::LockedLibrary& one) { return fmt::format("'{}' {}", one.name, one.version); }

// "setuptools 68.0, wheel 0.40".
std::string list_of(const std::vector<image::LockedLibrary>& libraries) {
  std::vector<std::string> parts;
  for (const image::LockedLibrary& one : libraries) parts.push_back(fmt::format("{} {}", one.name, one.version));
  return parts.empty() ? "nothing else" : fmt::format("{}", fmt::join(parts, ", "));
}

// The work folder's folder for what a source is built with.
std::string build_folder_of(const image::LockedLibrary& source) { return "build-" + source.name; }

Result<container::FixedFile> fixed_file(const std::filesystem::path& file, std::string_view folder) {
  const auto open = [&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW); };
  BERTH_TRY(const int fd, sys::call(open, "open '{}'", file.native()));
  return container::FixedFile{fmt::format("{}/{}", folder, file.filename().native()), "",
                              std::make_shared<const UniqueFd>(fd)};
}

}  // namespace

bool PackageFetch::has_sources() const {
  return std::ranges::any_of(found_.recipe.libraries, [](const auto& one) { return !one.is_wheel; });
}

Result<void> PackageFetch::resolve_builds(BuildRoom& room) {
  for (image::LockedLibrary& one : found_.recipe.libraries) {
    if (one.is_wheel) continue;
    step(fmt::format("resolving what {} is built with", text_of(one)));
    BERTH_CHECK_OK(resolve_build(room, one));
  }
  return {};
}

Result<void> PackageFetch::resolve_build(BuildRoom& room, image::LockedLibrary& source) {
  const auto doing = [&] { return fmt::format("resolve what {} needs to be built (wheels alone)", text_of(source)); };
  BERTH_TRY(const std::string record, read_from(room, kSourceRecords, record_name(source)).context(doing));
  BERTH_TRY(const std::vector<BuildWish> wishes, parse_source_record(record, source));
  if (wishes.empty()) return {};
  std::vector<vet::Facts> named;
  for (const BuildWish& wish : wishes) named.push_back(wish.facts);
  BERTH_CHECK_OK(options_.judge_wishes(std::move(named)));
  std::vector<std::string> command = resolve_command();
  const std::string report_name = build_folder_of(source) + ".json";
  // As pip does it: what the base has does not count.
  command.insert(command.end(), {"--only-binary=:all:", "--ignore-installed", "--report", report_name});
  for (const BuildWish& wish : wishes) command.push_back(wish.text);
  BERTH_TRY(const BuildRoom::Done done, room.must_run(command, "pip").context(doing));
  note_fetched_whole(room, done.err);
  BERTH_TRY(const std::string report, read_from(room, "pip", report_name).context(doing));
  BERTH_TRY(source.built_with, image::parse_pip_report(report).context(doing));
  BERTH_TRY(std::vector<vet::Facts> facts, vet::facts_of_pip_report(report));
  for (vet::Facts& one : facts) {
    one.package.origin = build_origin(source);
    const auto is_same = [&](const vet::Facts& other) {
      return other.package.name == one.package.name && other.package.version == one.package.version &&
             other.sha256 == one.sha256 && is_build_origin(other.package.origin);
    };
    if (std::ranges::none_of(found_.facts, is_same)) found_.facts.push_back(std::move(one));
  }
  return {};
}

Result<void> PackageFetch::fetch_builds(BuildRoom& room) {
  for (image::LockedLibrary& one : found_.recipe.libraries) {
    if (one.built_with.empty()) continue;
    const auto doing = [&] { return fmt::format("fetch what {} is built with", text_of(one)); };
    step(doing());
    const std::string folder = build_folder_of(one);
    BERTH_CHECK_OK(room.put_file("pip", folder + ".txt", image::print_lock(one.built_with)));
    std::vector<std::string> command = pip_command("download");
    command.insert(command.end(), {"--only-binary=:all:", "--no-deps", "--require-hashes", "--dest", "/work/" + folder,
                                   "--requirement", folder + ".txt"});
    BERTH_CHECK_OK(room.must_run(command, "pip").context(doing));
    BERTH_CHECK_OK(take_build_wheels(room, one).context(doing));
  }
  return {};
}

// By its hash: names of source archives are not of one form.
Result<void> PackageFetch::take_source(const UniqueFd& folder, const std::vector<std::string>& names,
                                       const image::LockedLibrary& source) {
  BERTH_CHECK_OK(sys::make_folders(options_.aside / kSources, 0755));
  for (const std::string& name : names) {
    if (name.ends_with(".whl")) continue;
    const std::filesystem::path file = options_.aside / kSources / name;
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) continue;
    BERTH_TRY(const CopiedFile copied, copy_out_.copy(folder, name, file));
    const auto is_it = [&](const auto& one) { return !one.is_wheel && one.sha256 == copied.sha256; };
    const auto library = std::ranges::find_if(found_.recipe.libraries, is_it);
    if (library != found_.recipe.libraries.end()) source_files_[library->name] = name;
  }
  if (source_files_.contains(source.name)) return {};
  return fail(Errc::Corrupt, fmt::format("pip fetched no source of {} with the hash {}, which it was resolved with",
                                         text_of(source), source.sha256));
}

Result<void> PackageFetch::take_build_wheels(const BuildRoom& room, image::LockedLibrary& source) {
  BERTH_CHECK_OK(sys::make_folders(options_.aside / kBuildWheels, 0755));
  BERTH_TRY(const UniqueFd folder, room.open_folder(build_folder_of(source)));
  BERTH_TRY(const std::vector<std::string> names, files_in(folder));
  for (image::LockedLibrary& one : source.built_with) {
    const auto name = std::ranges::find_if(names, [&](const auto& file) { return image::is_wheel_of(file, one); });
    if (name == names.end()) return fail(Errc::Unavailable, fmt::format("pip did not fetch {}", text_of(one)));
    // One that another source is built with too has been copied.
    const std::filesystem::path file = options_.aside / kBuildWheels / *name;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
      BERTH_TRY(const CopiedFile copied, copy_out_.copy(folder, *name, file));
      build_wheels_[*name] = copied.sha256;
    }
    one.wheel = *name;
    one.wheel_sha256 = build_wheels_[*name];
    if (one.wheel_sha256 != one.sha256) {
      return fail(Errc::Corrupt,
                  fmt::format("'{}' has the hash {}, and was resolved with {}", *name, one.wheel_sha256, one.sha256));
    }
  }
  return {};
}

Result<void> PackageFetch::build_sources() {
  for (image::LockedLibrary& one : found_.recipe.libraries) {
    if (one.is_wheel) continue;
    step(fmt::format("building {} from its source", text_of(one)));
    BERTH_CHECK_OK(build_source(one).context([&] {
      return fmt::format(
          "build {} from its source, without a network and with what its pyproject.toml asks for and "
          "was judged ({}); what it asks for beyond that is not fetched, so such a source needs a wheel "
          "on the index",
          text_of(one), list_of(one.built_with));
    }));
    found_.remarks.push_back(fmt::format(
        "{} was built from its source, whose code ran in a container without a network, with {}; another build may "
        "give another file",
        text_of(one), list_of(one.built_with)));
  }
  return {};
}

Result<void> PackageFetch::build_source(image::LockedLibrary& source) {
  const Stopwatch watch(found_.pip_time);
  IndexReach nothing;
  const std::string& archive = source_files_[source.name];
  BERTH_TRY(container::FixedFile file, fixed_file(options_.aside / kSources / archive, kSources));
  nothing.files.push_back(std::move(file));
  for (const image::LockedLibrary& one : source.built_with) {
    BERTH_TRY(container::FixedFile wheel, fixed_file(options_.aside / kBuildWheels / one.wheel, kBuildWheels));
    nothing.files.push_back(std::move(wheel));
  }
  nothing.files.push_back({"pip.conf", "[global]\nno-index = true\n", {}});
  nothing.environment = {"PIP_CONFIG_FILE=" + in_container("pip.conf"), "PIP_DISABLE_PIP_VERSION_CHECK=1",
                         "PIP_NO_INPUT=1", "PIP_NO_INDEX=1"};
  BERTH_TRY(BuildRoom room, open_room(std::move(nothing)));
  std::vector<std::string> command = {room.python(), "-m", "pip", "wheel", "--quiet", "--no-cache-dir"};
  command.insert(command.end(), {"--no-deps", "--no-index", "--use-pep517", "--wheel-dir", "/work/built"});
  if (!source.built_with.empty()) command.insert(command.end(), {"--find-links", in_container(kBuildWheels)});
  command.push_back(in_container(fmt::format("{}/{}", kSources, archive)));
  BERTH_CHECK_OK(room.must_run(command, "pip"));
  BERTH_TRY(const UniqueFd folder, room.open_folder("built"));
  BERTH_TRY(const std::vector<std::string> names, files_in(folder));
  const auto name = std::ranges::find_if(names, [&](const auto& one) { return image::is_wheel_of(one, source); });
  if (name == names.end()) return fail(Errc::Unavailable, "no wheel of that name and version came out");
  BERTH_TRY(const CopiedFile copied, copy_out_.copy(folder, *name, options_.into / "libraries" / *name));
  source.wheel = *name;
  source.wheel_sha256 = copied.sha256;
  return {};
}

}  // namespace berth::app
