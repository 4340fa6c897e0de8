#include "berth/app/bundle.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "berth/app/content_source.h"
#include "berth/app/fetched_content.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/archive.h"
#include "berth/image/layout_writer.h"
#include "berth/image/signature_records.h"
#include "berth/image/tar_writer.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxFile = 64 << 20;  // of a pack
constexpr std::size_t kMaxPath = 400;
constexpr auto kTime = std::chrono::hours(2);

// --- what goes in
// -----------------------------------------------------------------------------------------------------

// Name below `Packs`, and folder.
using Packs = std::map<std::string, fs::path>;

Result<void> find_packs(const fs::path& given, Packs& packs) {
  std::error_code error;
  const fs::path path = fs::canonical(given, error);
  if (error || !fs::is_directory(path)) {
    return fail(Errc::NotFound, fmt::format("read packs: '{}' is no folder", given.native()));
  }
  std::vector<fs::path> found = {path};
  if (fs::is_directory(path / "Packs")) {
    found.clear();
    for (const auto& entry : fs::directory_iterator(path / "Packs")) {
      if (entry.is_directory() && !entry.is_symlink()) found.push_back(entry.path());
    }
  }
  for (const fs::path& pack : found) {
    const std::string name = pack.filename().native();
    if (!is_bundle_member("Packs/" + name + "/x")) {
      return fail(Errc::InvalidInput,
                  fmt::format("read packs: '{}' cannot be the name of one", to_visible(name, false)));
    }
    if (!packs.emplace(name, pack).second) {
      return fail(Errc::InvalidInput, fmt::format("read packs: there are two of the name '{}'", name));
    }
  }
  return {};
}

// Adds members and keeps what SHA256SUMS says of them.
class BundleWriter {
 public:
  explicit BundleWriter(image::TarWriter& tar) : tar_(tar), layout_(tar) {
    layout_.on_member = [this](const std::string& name, const std::string& sha256) { add_sum(name, sha256); };
  }

  Result<void> add_pack(const std::string& name, const fs::path& folder) {
    std::vector<fs::path> files;
    for (auto at = fs::recursive_directory_iterator(folder); at != fs::recursive_directory_iterator(); ++at) {
      if (at->path().filename().native().starts_with('.')) {
        at.disable_recursion_pending();
      } else if (at->is_regular_file() && !at->is_symlink()) {
        files.push_back(at->path());
      }
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      const std::string member = "Packs/" + name + "/" + file.lexically_relative(folder).native();
      if (!is_bundle_member(member)) {
        return fail(Errc::InvalidInput,
                    fmt::format("put pack '{}' into the bundle: '{}' cannot be the name of a file in it", name,
                                to_visible(member, false)));
      }
      BERTH_TRY(const std::string bytes, sys::read_file(file, kMaxFile));
      BERTH_CHECK_OK(add(member, bytes));
    }
    return {};
  }

  Result<bool> add_image(const image::ExportedImage& image, const image::Reference& name,
                         const std::vector<image::VerifiedSignature>& verified) {
    return layout_.add(image, name, verified);
  }

  // Returns the digest of SHA256SUMS.
  Result<std::string> finish(const std::string& contents, bool has_images) {
    if (has_images) BERTH_CHECK_OK(layout_.finish());
    BERTH_CHECK_OK(add(std::string(kBundleContents), contents));
    BERTH_CHECK_OK(tar_.add(kBundleSums, sums_));
    return sha256_hex(sums_);
  }

 private:
  void add_sum(const std::string& name, const std::string& sha256) { sums_ += fmt::format("{}  {}\n", sha256, name); }
  Result<void> add(const std::string& name, const std::string& bytes) {
    add_sum(name, sha256_hex(bytes));
    return tar_.add(name, bytes);
  }

  image::TarWriter& tar_;
  image::LayoutWriter layout_;
  std::string sums_;
};

std::string contents_text(const Bundle& bundle) {
  Json images = Json::array();
  for (const BundledImage& image : bundle.images) {
    Json one = Json::object();
    Json blobs = Json::array();
    for (const std::string& blob : image.blobs) blobs.push_back(blob);
    one.set("name", image.name).set("digest", image.digest).set("keeps_digest", image.keeps_digest);
    one.set("keeps_signatures", image.keeps_signatures);
    images.push_back(one.set("blobs", std::move(blobs)));
  }
  Json packs = Json::array();
  for (const std::string& pack : bundle.packs) packs.push_back(pack);
  Json json = Json::object();
  json.set("schema", kBundleSchema).set("images", std::move(images)).set("packs", std::move(packs));
  return print_json_pretty(json) + "\n";
}

// Puts the packs of an unpacked bundle where they stay. Whoever looks there sees the old ones or the new ones, whole.
Result<fs::path> place_packs(const fs::path& packs, const fs::path& bundles, const std::string& source) {
  BERTH_TRY(FetchedContent content, FetchedContent::open(bundles));
  BERTH_CHECK_OK(content.put(source, [&](const fs::path& folder) -> Result<void> {
    BERTH_CHECK_OK(sys::make_folders(folder, 0755));
    std::error_code error;
    fs::copy(packs, folder / "Packs", fs::copy_options::recursive, error);
    if (!error) return {};
    return std::unexpected(Error::from_errno(error.value(), fmt::format("put packs at '{}'", folder.native())));
  }));
  return content.place_of(source);
}

image::UpdateResult load_one(const image::LayoutFolder& layout, const image::LayoutFolder::Named& named,
                             image::NameFrom from, const image::MoveSettings& moves, Clock::time_point deadline) {
  image::UpdateResult result;
  const auto name = image::name_in_archive(named);
  auto loaded = name ? image::load_image(layout, named, *name, from, moves, deadline) : std::unexpected(name.error());
  if (name) result.reference = *name;
  if (!loaded) {
    result.state = image::UpdateState::Failed;
    result.error = sys::with_room_advice(std::move(loaded).error()).message();
    return result;
  }
  result.before = loaded->previous;
  result.after = loaded->digest;
  result.state = loaded->changed ? image::UpdateState::New : image::UpdateState::Unchanged;
  return result;
}

Result<Bundle> write_bundle(const Settings& settings, const fs::path& file, const std::vector<std::string>& images,
                            const std::vector<fs::path>& content, const OnStep& on_step) {
  const auto doing = [&] { return fmt::format("create bundle '{}'", file.native()); };
  if (images.empty() && content.empty()) {
    return fail(Errc::InvalidInput, doing() + ": name images with --image, or packs with --content");
  }
  if (file.empty())
    return fail(Errc::InvalidInput, "create a bundle: the file's name is empty; name the file to write");
  if (::access(file.c_str(), F_OK) == 0) return fail(Errc::AlreadyExists, doing() + ": there is such a file");
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  const Clock::time_point deadline = Clock::now() + kTime;
  BERTH_TRY(const image::WorkFolder work,
            image::WorkFolder::open(moves.cache_folder / "images/bundle", deadline, on_step).context(doing));
  Packs packs;
  for (const fs::path& path : content) BERTH_CHECK_OK(find_packs(path, packs).context(doing));
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(moves.storage.graph_root));
  BERTH_TRY(image::TarWriter tar, image::TarWriter::create(file).context(doing));
  BundleWriter writer(tar);
  Bundle bundle;
  for (const auto& [name, folder] : packs) {
    BERTH_CHECK_OK(writer.add_pack(name, folder).context(doing));
    bundle.packs.push_back(name);
  }
  for (const std::string& text : images) {
    BERTH_TRY(const image::Reference asked, image::parse_reference(text).context(doing));
    BERTH_TRY(const image::LocalImage local, store.find_image(asked).context(doing));
    BERTH_TRY(const image::Reference name, image::name_to_carry(local, asked).context(doing));
    // Named twice, it is in it once.
    if (std::ranges::find(bundle.images, image::to_string(name), &BundledImage::name) != bundle.images.end()) continue;
    BERTH_TRY(const image::ExportedImage exported,
              image::export_image(local, work.path(), moves, deadline, true).context(doing));
    const auto verified =
        image::find_signatures(moves.state_folder, std::vector<std::string>{exported.digest, local.digest});
    BERTH_TRY(const bool keeps_signatures, writer.add_image(exported, name, verified).context(doing));
    BundledImage bundled = {image::to_string(name), exported.digest, exported.keeps_digest, keeps_signatures, {}};
    for (const image::Descriptor& layer : exported.manifest.layers) bundled.blobs.push_back(layer.digest);
    bundled.blobs.push_back(exported.manifest.config.digest);
    bundle.images.push_back(std::move(bundled));
  }
  BERTH_TRY(const std::string digest, writer.finish(contents_text(bundle), !images.empty()).context(doing));
  bundle.digest = "sha256:" + digest;
  BERTH_CHECK_OK(tar.finish().context(doing));
  return bundle;
}

Result<ImportedBundle> take_in_bundle(const Settings& settings, const fs::path& file, const ImportOptions& options,
                                      const OnStep& on_step) {
  const auto doing = [&] { return fmt::format("import bundle '{}'", file.native()); };
  if (const std::string problem = problem_of_source_name(options.source); !problem.empty()) {
    return fail(Errc::InvalidInput, fmt::format("{}: {}", doing(), problem));
  }
  ImportedBundle imported;
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  const Clock::time_point deadline = Clock::now() + kTime;
  BERTH_TRY(const image::WorkFolder work,
            image::WorkFolder::open(moves.cache_folder / "images/bundle", deadline, on_step).context(doing));
  BERTH_TRY(imported.bundle, unpack_bundle(file, work.path(), deadline, on_step).context(doing));
  BERTH_CHECK_OK(check_bundle_digest(imported.bundle, options.digest).context(doing));
  if (!imported.bundle.images.empty()) {
    BERTH_TRY(const image::LayoutFolder layout, image::LayoutFolder::open(work.path()).context(doing));
    for (const image::LayoutFolder::Named& named : layout.images()) {
      if (on_step) on_step(fmt::format("loading {}", to_visible(named.name, false)));
      const image::NameFrom from = options.trusts_local ? image::NameFrom::Person : image::NameFrom::File;
      imported.images.push_back(load_one(layout, named, from, moves, deadline));
    }
  }
  // Packs whose images are not there would be half a site: the next import, with the refusals out of the way, brings
  // both.
  const bool has_all =
      std::ranges::count(imported.images, image::UpdateState::Failed, &image::UpdateResult::state) == 0;
  if (has_all && !imported.bundle.packs.empty()) {
    BERTH_TRY(const fs::path place,
              place_packs(work.path() / "Packs", settings.state / "bundles", options.source).context(doing));
    BERTH_TRY(const AddedSource added, add_content_source(settings, place.native(), options.source).context(doing));
    imported.source = added.source.name;
  }
  return imported;
}

}  // namespace

bool is_bundle_member(std::string_view name) {
  if (name == kBundleContents || name == kBundleSums || image::is_layout_member(name)) return true;
  if (!name.starts_with("Packs/") || name.size() > kMaxPath || to_visible(name, false) != name) return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
    begin = end + 1;
  }
  return true;
}

Result<Bundle> create_bundle(const Settings& settings, const fs::path& file, const std::vector<std::string>& images,
                             const std::vector<fs::path>& content, const OnStep& on_step) {
  return sys::with_room_advice(write_bundle(settings, file, images, content, on_step));
}

Result<ImportedBundle> import_bundle(const Settings& settings, const fs::path& file, const ImportOptions& options,
                                     const OnStep& on_step) {
  return sys::with_room_advice(take_in_bundle(settings, file, options, on_step));
}

}  // namespace berth::app
