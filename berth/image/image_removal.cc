#include "berth/image/image_removal.h"

#include <fmt/format.h>

#include <vector>

#include "berth/base/error.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

std::filesystem::path run_root(const ToolStorage& storage) {
  return storage.ordinary_user ? storage.cache_folder / "storage-run"
                               : std::filesystem::path("/run/containers/storage");
}

sys::ToolOptions options_for(const ToolStorage& storage) {
  sys::ToolOptions options;
  if (storage.ordinary_user) {
    // Else the tool would make a namespace of its own, in which ours is not mapped.
    options.environment = {"_CONTAINERS_USERNS_CONFIGURED=done",
                           fmt::format("_CONTAINERS_ROOTLESS_UID={}", *storage.ordinary_user)};
  }
  return options;
}

bool is_said(const ToolStorage& storage) { return storage.is_set || storage.ordinary_user.has_value(); }

}  // namespace

Result<void> untag_image(const ToolStorage& storage, const Reference& name) {
  std::vector<std::string> argv = {"buildah"};
  if (is_said(storage)) {
    argv.insert(argv.end(), {"--root", storage.graph_root.native(), "--runroot", run_root(storage).native(),
                             "--storage-driver", "overlay"});
  }
  argv.insert(argv.end(), {"rmi", "--", to_string(name)});
  BERTH_CHECK_OK(sys::run_tool(argv, options_for(storage)).context([&] {
    return fmt::format("take the name '{}' from its image", to_string(name));
  }));
  return {};
}

// Not with buildah: it would remove images without a name that this one was built on, too.
Result<void> delete_image(const ToolStorage& storage, const std::string& id) {
  BERTH_ASSERT(is_layer_id(id));
  const std::string place =
      is_said(storage) ? fmt::format("[overlay@{}+{}]", storage.graph_root.native(), run_root(storage).native())
                       : std::string();
  BERTH_CHECK_OK(
      sys::run_tool({"skopeo", "--insecure-policy", "delete", fmt::format("containers-storage:{}@{}", place, id)},
                    options_for(storage))
          .context([&] { return fmt::format("remove image {}", id.substr(0, 12)); }));
  return {};
}

}  // namespace berth::image
