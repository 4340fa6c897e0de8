// What an image is made of, resolved and fetched in containers of its base that reach the package indexes alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/build_room.h"
#include "berth/app/copy_out.h"
#include "berth/app/index_reach.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/guards.h"
#include "berth/container/limits.h"
#include "berth/image/create_recipe.h"
#include "berth/image/local_store.h"
#include "berth/image/package_manager.h"
#include "berth/image/rpm_commands.h"
#include "berth/vet/facts.h"

namespace berth::app {

// In `aside`.
inline constexpr std::string_view kBuildWheels = "wheels";

struct FetchOptions {
  const image::LocalImage& base;
  image::CreateRecipe recipe;   // request and base as far as it is known
  std::filesystem::path into;   // an empty folder: `libraries` and `packages` come to lie in it
  std::filesystem::path aside;  // another: sources, and the wheels that they are built with (kBuildWheels)
  // Judges what sources ask for to be built, before pip is asked about it; an error ends it.
  std::function<Result<void>(std::vector<vet::Facts> wishes)> judge_wishes;
  IndexSettings indexes;
  container::Limits limits;
  std::chrono::steady_clock::time_point deadline;
  int interrupt = -1;  // readable once it is to end
  container::Guards guards;
  std::function<void(std::string_view)> on_step;
};

struct Found {
  image::CreateRecipe recipe;
  // Of the libraries and of what sources are built with (is_build_origin), as their metadata and the index have them.
  std::vector<vet::Facts> facts;
  std::int64_t newest_package_time = 0;  // seconds since 1970; 0 where no package says so
  std::vector<std::string> remarks;
  std::chrono::milliseconds pip_time = {};
  std::chrono::milliseconds package_time = {};
};

// Resolves, then fetches what the resolution names, in the same containers. For one thread.
class PackageFetch {
 public:
  PackageFetch(FetchOptions options, const Settings& settings);

  // To exact versions, of what sources need to be built too; nothing comes to lie in `into`. No wheel is fetched, but
  // where the index tells nothing else of it (vet::metadata_resolver); a remark names it, and nothing of it runs or
  // stays. Errors: InvalidInput when the base has no pip that can resolve, or no package manager that is known;
  // Unavailable when an index cannot be reached or cannot satisfy the request; Exhausted; TimedOut.
  Result<void> resolve();

  // After it, once. Every library's file has the hash that the index gave when it was resolved; distribution packages
  // are checked by their own manager against their signed lists, or by their own signatures. Nothing of pip's or apt's
  // state, and no credential, lies in `into`. Errors: as above; Corrupt when a file is not what was resolved.
  Result<void> fetch();

  // Whether any of the libraries is a source, once they are resolved.
  bool has_sources() const;

  // After it: builds each source into a wheel, in a container of its own that reaches nothing and has the wheels alone
  // that were fetched for it. Errors: Unavailable when it cannot be built so; those of fetch().
  Result<void> build_sources();

  // As far as it is known; hashes of packages and wheels once they are fetched.
  const Found& found() const { return found_; }

 private:
  void step(std::string_view text) const;
  Result<BuildRoom> open_room(IndexReach reach);
  Result<void> resolve_packages();
  Result<IndexReach> reach_of(image::PackageManager manager);
  void note_what_is_there();
  Result<void> fetch_packages(BuildRoom& room);
  // rpm_fetch.cc
  Result<void> resolve_rpms(BuildRoom& room);
  Result<void> fetch_rpms(BuildRoom& room);
  Result<void> take_packages(const BuildRoom& room);
  Result<void> resolve_libraries();
  std::vector<std::string> pip_command(const char* verb) const;
  std::vector<std::string> resolve_command() const;
  std::vector<std::string> with_options(std::vector<std::string> command) const;
  void note_fetched_whole(const BuildRoom& room, std::string_view err);
  Result<void> ask_pip(BuildRoom& room);
  Result<void> fetch_libraries(BuildRoom& room);
  Result<void> take_libraries(const BuildRoom& room);
  // Of sources: source_build.cc.
  Result<void> resolve_builds(BuildRoom& room);
  Result<void> resolve_build(BuildRoom& room, image::LockedLibrary& source);
  Result<void> fetch_builds(BuildRoom& room);
  Result<void> take_source(const UniqueFd& folder, const std::vector<std::string>& names,
                           const image::LockedLibrary& source);
  Result<void> take_build_wheels(const BuildRoom& room, image::LockedLibrary& source);
  Result<void> build_source(image::LockedLibrary& source);

  FetchOptions options_;
  const Settings& settings_;
  CopyOut copy_out_;
  Found found_;
  image::RpmSources rpm_sources_;
  std::vector<image::RpmPackage> rpm_packages_;
  std::optional<BuildRoom> package_room_;
  std::optional<BuildRoom> library_room_;
  std::map<std::string, std::string> source_files_;  // of each source, in `aside`
  std::map<std::string, std::string> build_wheels_;  // the SHA-256 of each, by its file
};

// Adds the time until its end to `sum`.
class Stopwatch {
 public:
  explicit Stopwatch(std::chrono::milliseconds& sum) : sum_(sum) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    sum_ += std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_);
  }

 private:
  std::chrono::milliseconds& sum_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

// Of `wishes` the names that are in the base already. What is asked for by what it provides is resolved under another
// name: where something was resolved, only those are that `is_installed` knows by their name.
std::vector<std::string> wishes_that_are_there(const std::vector<image::PackageWish>& wishes,
                                               const std::vector<image::LockedPackage>& resolved,
                                               const std::function<bool(const std::string& name)>& is_installed);

// The names of the files in a folder of a container, sorted. Errors: Exhausted for too many.
Result<std::vector<std::string>> files_in(const UniqueFd& folder);

// A file that a container has written, as pip's report. Errors: those of reading.
Result<std::string> read_from(const BuildRoom& room, std::string_view folder_name, std::string_view name);

}  // namespace berth::app
