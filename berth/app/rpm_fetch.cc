// The part of package_fetch.h about packages of RPM distributions.
#include <fmt/format.h>

#include <algorithm>

#include "berth/app/package_fetch.h"
#include "berth/image/rpm_commands.h"

namespace berth::app {

Result<void> PackageFetch::resolve_rpms(BuildRoom& room) {
  image::CreateRecipe& recipe = found_.recipe;
  const image::PackageManager manager = *recipe.base.manager;
  // Its folders must be there, as on a system that is set up.
  for (const char* folder : {"rpm/cache", "rpm/log", "rpm/state"}) BERTH_CHECK_OK(room.put_file(folder, ".keep", ""));
  const auto command = image::rpm_resolve_command(manager, recipe.request.packages, rpm_sources_, rpm_places());
  BERTH_TRY(BuildRoom::Done done, room.run(command));
  if (!image::has_resolved(manager, done.status, done.out, done.err)) {
    done.err = image::without_log(done.err);
    return std::unexpected(room.failure(done, image::name_of(manager)).in("resolve the packages"));
  }
  BERTH_TRY(image::RpmResolution resolution, image::parse_rpm_resolution(manager, done.out));
  // What dnf itself has read goes before what was read for it.
  if (!resolution.repositories.empty()) rpm_sources_.repositories = std::move(resolution.repositories);
  rpm_packages_ = std::move(resolution.packages);
  for (const image::RpmPackage& one : rpm_packages_) recipe.packages.push_back({one.package, one.sha256});
  return {};
}

Result<void> PackageFetch::fetch_rpms(BuildRoom& room) {
  const image::PackageManager manager = *found_.recipe.base.manager;
  const auto run = [&](const std::vector<std::string>& command, std::string_view program,
                       const char* what) -> Result<void> {
    BERTH_TRY(BuildRoom::Done done, room.run(command, "packages"));
    if (done.status == 0) return {};
    done.err = image::without_log(done.err);
    return std::unexpected(room.failure(done, program).in(what));
  };
  BERTH_CHECK_OK(run(image::rpm_fetch_command(manager, rpm_packages_, rpm_sources_, rpm_places()),
                     image::name_of(manager), "fetch the packages"));
  std::vector<std::string> files;
  for (const image::RpmPackage& one : image::to_be_checked(manager, rpm_packages_, rpm_sources_.repositories)) {
    files.push_back(image::file_name_of(manager, one.package));
  }
  if (files.empty()) return {};
  return run(image::signature_command(rpm_sources_.repositories, files, rpm_places()), "rpmkeys",
             "check the signatures of the packages");
}

}  // namespace berth::app
