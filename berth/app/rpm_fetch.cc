// The part of package_fetch.h about packages of RPM distributions.
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
  if (manager == image::PackageManager::Dnf) rpm_sources_.repositories = resolution.repositories;
  BERTH_CHECK_OK(image::settle_repositories(manager, resolution, rpm_sources_.repositories));
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
  for (const auto& command : image::rpm_fetch_commands(manager, rpm_packages_, rpm_sources_, rpm_places())) {
    BERTH_CHECK_OK(run(command, image::name_of(manager), "fetch the packages"));
  }
  for (const auto& command :
       image::signature_commands(manager, rpm_packages_, rpm_sources_.repositories, rpm_places())) {
    BERTH_CHECK_OK(run(command, "rpmkeys", "check the signatures of the packages"));
  }
  return {};
}

}  // namespace berth::app
