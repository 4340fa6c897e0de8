#include "berth/image/image_export.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/base/sha256.h"
#include "berth/image/pull.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::uint64_t kSlack = 64 << 20;

Result<ExportedImage> read_exported(const std::filesystem::path& folder, const LocalImage& image) {
  ExportedImage exported = {.folder = folder};
  BERTH_TRY(exported.manifest_body, sys::read_file(folder / "manifest.json", kMaxManifestBytes));
  exported.digest = "sha256:" + sha256_hex(exported.manifest_body);
  exported.keeps_digest = exported.digest == image.digest;
  BERTH_TRY(auto parsed, parse_manifest(exported.manifest_body, ""));
  auto* manifest = std::get_if<ImageManifest>(&parsed);
  if (manifest == nullptr) return fail(Errc::Corrupt, "read what the tool made of the image: it is an index");
  exported.manifest = std::move(*manifest);
  return exported;
}

// The same bytes as they were pulled, put together where a pull does it and moved from there.
Result<void> fetch_again(const LocalImage& image, const std::filesystem::path& folder, const MoveSettings& settings,
                         Staging::Deadline deadline) {
  const RegistryOptions options = {
      .credential_files = settings.registries.credential_files, .deadline = deadline, .on_wait = settings.on_step};
  Result<void> last = fail(Errc::NotFound, "it comes from no registry");
  for (const Reference& own : image.names) {
    if (is_created_here(own)) continue;
    const Reference name = normalized(own);
    last = at_places(name, settings, options, [&](RegistryClient& registry) -> Result<void> {
      BERTH_TRY(ImagePlan plan, plan_image(registry, image.digest));
      plan.index_body.clear();  // one image is carried
      BERTH_TRY(Staging staging, Staging::open(settings, plan.digest, deadline));
      BERTH_CHECK_OK(staging.begin(plan));
      for (std::size_t i = 0; i < plan.manifest.layers.size(); ++i)
        BERTH_CHECK_OK(staging.add_layer(plan, i, registry));
      const auto move = [&] { return ::rename(staging.folder().c_str(), folder.c_str()); };
      BERTH_CHECK_OK(sys::check(move, "move '{}' to '{}'", staging.folder().native(), folder.native()));
      staging.forget_blobs(plan);
      return {};
    });
    if (last) return last;
  }
  return last;
}

}  // namespace

Result<ExportedImage> export_image(const LocalImage& image, const std::filesystem::path& work,
                                   const MoveSettings& settings, Staging::Deadline deadline, bool asks_registry) {
  const auto step = [&](std::string_view text) {
    if (settings.on_step) settings.on_step(text);
  };
  const std::string name = image.names.empty() ? image.id.substr(0, 12) : to_string(image.names.front());
  step(fmt::format("reading {} from the storage", name));
  BERTH_TRY(const LocalStore store, LocalStore::open(settings.storage.graph_root));
  BERTH_TRY(const std::uint64_t size_bytes, store.size_bytes_of(image));
  BERTH_CHECK_OK(check_room(work, size_bytes));
  const ToolBounds bounds = {.deadline = deadline, .file_bytes = 2 * size_bytes + kSlack};
  const std::filesystem::path folder = work / image.id;
  const auto start_over = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  };
  auto copied = copy_out_of_storage(settings.storage, image.id, folder, DigestKept::Same, bounds);
  if (!copied && copied.error().code() == Errc::Unavailable && asks_registry) {
    start_over();
    step(fmt::format("asking the registry for the packed layers of {}", name));
    copied = fetch_again(image, folder, settings, deadline);
  }
  if (!copied && copied.error().code() == Errc::Exhausted) {
    start_over();
    return std::unexpected(std::move(copied).error());
  }
  if (!copied) {
    start_over();
    step(fmt::format("packing the layers of {}", name));
    BERTH_CHECK_OK(copy_out_of_storage(settings.storage, image.id, folder, DigestKept::Any, bounds));
  }
  return read_exported(folder, image);
}

}  // namespace berth::image
