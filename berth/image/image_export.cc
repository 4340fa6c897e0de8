#include "berth/image/image_export.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "berth/base/sha256.h"
#include "berth/image/named_images.h"
#include "berth/image/pull.h"
#include "berth/image/substitution.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
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

// The names by which registries have it, the one that was asked for first.
std::vector<Reference> names_in_registries(const LocalImage& image, const Reference& asked) {
  std::vector<Reference> names;
  for (const Reference& own : image.names) {
    if (!is_created_here(own)) names.push_back(normalized(own));
  }
  std::ranges::stable_partition(names, [&](const Reference& name) { return is_same_name(name, asked); });
  return names;
}

// The same bytes as they were pulled, put together where a pull does it and moved from there.
Result<void> fetch_again(const LocalImage& image, const std::vector<Reference>& names,
                         const std::filesystem::path& folder, const MoveSettings& settings,
                         Staging::Deadline deadline) {
  const RegistryOptions options = {
      .credential_files = settings.registries.credential_files, .deadline = deadline, .on_wait = settings.on_step};
  Result<void> last = fail(Errc::NotFound, "it comes from no registry");
  std::string before;  // what the registries asked first have said
  for (const Reference& name : names) {
    BERTH_CHECK_OK(sys::check_interrupted());
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
    before += fmt::format("{}'{}': {}", before.empty() ? "" : "; ", name_of(name), last.error().message());
  }
  if (before.empty()) return last;
  return std::unexpected(Error(last.error().code(), before));
}

}  // namespace

std::vector<std::string> ExportedImage::warnings() const {
  if (keeps_digest || packed_anew.empty()) return {};
  return {
      fmt::format("the layers of '{}' were packed anew, so that its digest there is another than here, and what "
                  "pins the one here does not find it: its registry has not given the layers as they were packed: "
                  "{}",
                  name, packed_anew)};
}

Result<ExportedImage> export_image(const LocalImage& image, const Reference& asked, const std::filesystem::path& work,
                                   const MoveSettings& settings, Staging::Deadline deadline) {
  const auto step = [&](std::string_view text) {
    if (settings.on_step) settings.on_step(text);
  };
  const std::vector<Reference> meant = names_meant(image, asked);
  const std::string name = to_string(meant.empty() ? asked : meant.front());
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
  std::string why;
  const std::vector<Reference> names = names_in_registries(image, meant.empty() ? asked : meant.front());
  if (!copied && copied.error().code() == Errc::Unavailable && !names.empty()) {
    BERTH_CHECK_OK(sys::check_interrupted());
    start_over();
    step(fmt::format("asking the registry for the packed layers of {}", name));
    copied = fetch_again(image, names, folder, settings, deadline);
    if (!copied) why = copied.error().message();
  }
  if (!copied && copied.error().code() == Errc::Exhausted) {
    start_over();
    return std::unexpected(std::move(copied).error());
  }
  BERTH_CHECK_OK(sys::check_interrupted());
  if (!copied) {
    start_over();
    step(fmt::format("packing the layers of {}", name));
    BERTH_CHECK_OK(copy_out_of_storage(settings.storage, image.id, folder, DigestKept::Any, bounds));
  }
  BERTH_TRY(ExportedImage exported, read_exported(folder, image));
  exported.packed_anew = std::move(why);
  exported.name = name;
  return exported;
}

}  // namespace berth::image
