#include "berth/app/create_base.h"

#include <optional>
#include <utility>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/image/image_tree.h"
#include "berth/image/package_database.h"
#include "berth/image/reference.h"
#include "berth/image/short_names.h"
#include "berth/image/substitution.h"
#include "berth/image/trust.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestText = 1 << 20;

}  // namespace

Result<CreateBase> find_create_base(const Settings& settings, const std::filesystem::path& graph_root,
                                    const std::string& wanted_text) {
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(const image::Reference wanted, image::parse_reference(wanted_text));
  auto found = store.find_image(wanted);
  if (!found && !image::look_alike_of(settings.trust, image::with_long_name(wanted)).empty()) {
    BERTH_CHECK_OK(image::check_name(settings.trust, wanted).context([] { return "build on it"; }));
  }
  CreateBase base;
  BERTH_TRY(base.image, std::move(found).context([] { return "find the base"; }));
  const std::vector<image::Reference> names = image::names_meant(base.image, wanted);
  BERTH_CHECK_OK(
      image::check_trust(settings.trust, names, digests_of(base.image)).context([] { return "build on it"; }));
  image::Reference used = names.back();  // without any it is not trusted
  const bool is_local = used.registry == "localhost";
  if (is_local) used.registry.clear();
  used.digest.clear();
  base.described = {.name = image::to_string(used),
                    .is_local = is_local,
                    .digest = base.image.digest,
                    .user = base.image.config.user,
                    .created = base.image.created,
                    .python = "python3",
                    .python_version = "",
                    .distribution = "",
                    .os = {},
                    .manager = std::nullopt};
  return base;
}

Result<void> look_into_base(const image::LocalImage& base, image::CreateBase& described) {
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(base.layer_folders));
  const auto release = tree.read_file("etc/os-release", kLargestText);
  if (!release) return {};
  described.manager = image::manager_of(*release);
  if (described.manager && image::is_rpm(*described.manager)) {
    const auto has = [&](const char* name) {
      const auto path = tree.resolve(std::filesystem::path("usr/bin") / name);
      return path ? path->filename().string() : std::string();
    };
    const std::string dnf = has("dnf");
    const std::string micro = has("microdnf");
    // Where dnf 5 has come in their place, it goes by their names.
    const bool is_5 = !has("dnf5").empty() || dnf == "dnf5" || micro == "dnf5";
    described.manager = image::rpm_manager_of(is_5, !dnf.empty(), !micro.empty());
  }
  described.os = image::parse_os_release_names(*release);
  const image::Distribution distribution = image::parse_os_release(*release);
  described.distribution = to_visible(distribution.id + " " + distribution.codename, false);
  return {};
}

}  // namespace berth::app
