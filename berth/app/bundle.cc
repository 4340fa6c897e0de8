#include "berth/app/bundle.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "berth/app/bundle_content.h"
#include "berth/app/content_source.h"
#include "berth/app/fetched_content.h"
#include "berth/app/own_copy.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/archive.h"
#include "berth/image/image_lock.h"
#include "berth/image/layout_writer.h"
#include "berth/image/signature_records.h"
#include "berth/image/tar_writer.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"
#include "berth/sys/interrupt.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxPath = 400;
constexpr std::size_t kShown = 10;          // of what was left out
constexpr const char* kRecord = ".bundle";  // beside the packs of a source: the digest of what they came in
constexpr auto kTime = std::chrono::hours(2);

// Adds members and keeps what SHA256SUMS says of them.
class BundleWriter {
 public:
  explicit BundleWriter(image::TarWriter& tar) : tar_(tar), layout_(tar) {
    layout_.on_member = [this](const std::string& name, const std::string& sha256) { add_sum(name, sha256); };
  }

  Result<void> add_content(const BundledContent& content) {
    for (const BundledFile& file : content.files) {
      BERTH_CHECK_OK(sys::check_interrupted());
      BERTH_TRY(const std::string bytes, read_bundled(file));
      BERTH_CHECK_OK(add(file.member, bytes));
    }
    if (!content.lock) return {};
    return add(std::string(image::kLockFile), image::print_image_lock(*content.lock));
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
  json.set("has_lock", bundle.has_lock);
  return print_json_pretty(json) + "\n";
}

// Puts the packs of an unpacked bundle, with their lock, where they stay. Whoever looks there sees the old ones or the
// new ones, whole.
Result<fs::path> place_packs(const fs::path& unpacked, const Bundle& bundle, const fs::path& bundles,
                             const std::string& source) {
  BERTH_TRY(FetchedContent content, FetchedContent::open(bundles));
  BERTH_CHECK_OK(content.put(source, [&](const fs::path& folder) -> Result<void> {
    BERTH_CHECK_OK(sys::make_folders(folder, 0755));
    BERTH_CHECK_OK(sys::write_file_atomically(folder / kRecord, bundle.digest + "\n", 0644));
    std::error_code error;
    fs::copy(unpacked / "Packs", folder / "Packs", fs::copy_options::recursive, error);
    if (!error && bundle.has_lock) fs::copy_file(unpacked / image::kLockFile, folder / image::kLockFile, error);
    if (!error) return {};
    return std::unexpected(Error::from_errno(error.value(), fmt::format("put packs at '{}'", folder.native())));
  }));
  return content.place_of(source);
}

// Of what a bundle in `file` is called where nobody says it.
std::string name_of_file(const fs::path& file) {
  std::error_code error;
  const bool is_named =
      fs::is_regular_file(file, error) && !file.native().starts_with("/dev/") && !file.native().starts_with("/proc/");
  if (!is_named) return "bundle";  // a pipe
  std::string name = file.filename().native();
  for (const std::string_view ending : {".tar", ".bundle"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) name.resize(name.size() - ending.size());
  }
  return source_name_of(name);
}

// The source that the packs become, and the digest of the bundle that they take the place of.
struct Target {
  std::string source;
  std::string replaced;
};
Result<Target> target_of(const Settings& settings, const fs::path& file, const ImportOptions& options,
                         const Bundle& bundle) {
  Target target = {options.source.empty() ? name_of_file(file) : options.source, {}};
  if (const std::string problem = problem_of_source_name(target.source); !problem.empty()) {
    return fail(Errc::InvalidInput, problem + " (--name)");
  }
  BERTH_TRY(const auto sources, content_sources(settings));
  const auto there = std::ranges::find(sources, target.source, &ContentSource::name);
  if (there == sources.end()) return target;
  if (!is_of_bundle(settings, *there)) {
    return fail(Errc::AlreadyExists, fmt::format("there is a source of content '{}', from '{}'; give another name with "
                                                 "--name, or remove that one",
                                                 target.source, address_of(*there)));
  }
  const auto record = sys::read_file(fs::path(there->path) / kRecord, 4096);
  std::string digest = record ? record->substr(0, record->find('\n')) : "of an unknown digest";
  if (digest == bundle.digest) return target;
  if (options.source.empty() && !options.replaces) {
    return fail(Errc::AlreadyExists,
                fmt::format("the source of content '{}' has the packs of another bundle ({}); give this one another "
                            "name with --name, or let it take that one's place with --replace",
                            target.source, digest));
  }
  target.replaced = std::move(digest);
  return target;
}

// What a person should know of what went in, and what did not.
std::vector<std::string> notes_of(const BundledContent& content, const std::string& missing) {
  std::vector<std::string> notes;
  if (!content.left_out.empty()) {
    std::string names;
    for (std::size_t i = 0; i < std::min(kShown, content.left_out.size()); ++i) {
      names += (i == 0 ? "" : ", ") + content.left_out[i];
    }
    if (content.left_out.size() > kShown) names += fmt::format(" and {} more", content.left_out.size() - kShown);
    notes.push_back(
        fmt::format("left out, since they begin with a dot or lie in no pack: {}", to_visible(names, false)));
  }
  if (!missing.empty()) notes.push_back(missing);
  return notes;
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
            image::WorkFolder::open(moves.cache_folder / "images/bundle", deadline, on_step, sys::check_interrupted)
                .context(doing));
  BERTH_TRY(const BundledContent gathered, gather_content(content).context(doing));
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(moves.storage.graph_root));
  BERTH_TRY(image::TarWriter tar, image::TarWriter::create(file).context(doing));
  BundleWriter writer(tar);
  Bundle bundle;
  BERTH_CHECK_OK(writer.add_content(gathered).context(doing));
  bundle.packs = gathered.packs;
  bundle.has_lock = gathered.lock.has_value();
  std::vector<image::StoredImage> carried;
  for (const std::string& text : images) {
    BERTH_TRY(const image::Reference asked, image::parse_reference(text).context(doing));
    BERTH_TRY(const image::LocalImage local, store.find_image(asked).context(doing));
    BERTH_TRY(const image::Reference name, image::name_to_carry(local, asked).context(doing));
    // Named twice, it is in it once.
    if (std::ranges::find(bundle.images, image::to_string(name), &BundledImage::name) != bundle.images.end()) continue;
    BERTH_TRY(const image::ExportedImage exported,
              image::export_image(local, asked, work.path(), moves, deadline).context(doing));
    const auto verified =
        image::find_signatures(moves.state_folder, std::vector<std::string>{exported.digest, local.digest});
    BERTH_TRY(const bool keeps_signatures, writer.add_image(exported, name, verified).context(doing));
    BundledImage bundled = {image::to_string(name), exported.digest, exported.keeps_digest, keeps_signatures, {}};
    for (const image::Descriptor& layer : exported.manifest.layers) bundled.blobs.push_back(layer.digest);
    bundled.blobs.push_back(exported.manifest.config.digest);
    bundle.images.push_back(std::move(bundled));
    carried.push_back({.id = local.id, .digest = exported.digest, .names = {name}});
    for (std::string& warning : exported.warnings()) bundle.warnings.push_back(std::move(warning));
  }
  bundle.notes = notes_of(gathered, missing_images_text(settings, content, gathered.lock, carried));
  BERTH_TRY(const std::string digest, writer.finish(contents_text(bundle), !images.empty()).context(doing));
  bundle.digest = "sha256:" + digest;
  BERTH_CHECK_OK(tar.finish().context(doing));
  return bundle;
}

Result<ImportedBundle> take_in_bundle(const Settings& settings, const fs::path& file, const ImportOptions& options,
                                      const OnStep& on_step) {
  const auto doing = [&] { return fmt::format("import bundle '{}'", file.native()); };
  if (const std::string problem = problem_of_source_name(options.source); !options.source.empty() && !problem.empty()) {
    return fail(Errc::InvalidInput, fmt::format("{}: {}", doing(), problem));
  }
  ImportedBundle imported;
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  const Clock::time_point deadline = Clock::now() + kTime;
  BERTH_TRY(const image::WorkFolder work,
            image::WorkFolder::open(moves.cache_folder / "images/bundle", deadline, on_step, sys::check_interrupted)
                .context(doing));
  BERTH_TRY(imported.bundle, unpack_bundle(file, work.path(), deadline, on_step).context(doing));
  BERTH_CHECK_OK(check_bundle_digest(imported.bundle, options.digest).context(doing));
  Target target;
  if (!imported.bundle.packs.empty()) {
    BERTH_TRY(target, target_of(settings, file, options, imported.bundle).context(doing));
    if (imported.bundle.has_lock) BERTH_CHECK_OK(image::read_image_lock(work.path()).context(doing));
  }
  if (!imported.bundle.images.empty()) {
    BERTH_TRY(const image::LayoutFolder layout, image::LayoutFolder::open(work.path()).context(doing));
    for (const image::LayoutFolder::Named& named : layout.images()) {
      BERTH_CHECK_OK(sys::check_interrupted().context(doing));
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
              place_packs(work.path(), imported.bundle, bundles_of(settings), target.source).context(doing));
    BERTH_TRY(const AddedSource added, add_content_source(settings, place.native(), target.source).context(doing));
    imported.source = added.source.name;
    imported.replaced = target.replaced;
  }
  return imported;
}

}  // namespace

bool is_bundle_member(std::string_view name) {
  if (name == kBundleContents || name == kBundleSums || name == image::kLockFile || image::is_layout_member(name))
    return true;
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
