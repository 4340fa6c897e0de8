#include "berth/app/bundle.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "berth/app/content_source.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/archive.h"
#include "berth/image/strict_json.h"
#include "berth/image/tar_stream.h"
#include "berth/image/tar_writer.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kSchema = 1;
constexpr std::string_view kContents = "bundle.json";
constexpr std::string_view kSums = "SHA256SUMS";
constexpr std::size_t kMaxKept = 64 << 20;  // of the two members that are read as texts
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
      BERTH_TRY(const std::string bytes, sys::read_file(file, kMaxKept));
      BERTH_CHECK_OK(add(member, bytes));
    }
    return {};
  }

  Result<void> add_image(const image::ExportedImage& image, const image::Reference& name) {
    return layout_.add(image, name);
  }

  // Returns the digest of SHA256SUMS.
  Result<std::string> finish(const std::string& contents, bool has_images) {
    if (has_images) BERTH_CHECK_OK(layout_.finish());
    BERTH_CHECK_OK(add(std::string(kContents), contents));
    BERTH_CHECK_OK(tar_.add(kSums, sums_));
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
    images.push_back(one.set("blobs", std::move(blobs)));
  }
  Json packs = Json::array();
  for (const std::string& pack : bundle.packs) packs.push_back(pack);
  Json json = Json::object();
  json.set("schema", kSchema).set("images", std::move(images)).set("packs", std::move(packs));
  return print_json_pretty(json) + "\n";
}

// --- what comes out
// ---------------------------------------------------------------------------------------------------

Result<Bundle> parse_contents(const std::string& text) {
  BERTH_TRY(const Json json, image::parse_strict_json(text, "bundle.json"));
  const Json* schema = json.find("schema");
  if (schema == nullptr || !schema->is_int()) return fail(Errc::Corrupt, "read bundle.json: it has no schema");
  if (*schema->as_int() != kSchema) {
    return fail(Errc::InvalidInput, fmt::format("read bundle.json: it has schema {}, and this program knows {}; take a "
                                                "newer one",
                                                *schema->as_int(), kSchema));
  }
  Bundle bundle;
  const Json* images = json.find("images");
  for (const Json& one : images != nullptr && images->is_array() ? *images->as_array() : Json::Array()) {
    BundledImage image = {.name = one.text_or("name", ""), .digest = one.text_or("digest", "")};
    const Json* blobs = one.find("blobs");
    for (const Json& blob : blobs != nullptr && blobs->is_array() ? *blobs->as_array() : Json::Array()) {
      if (blob.is_string()) image.blobs.push_back(*blob.as_string());
    }
    bundle.images.push_back(std::move(image));
  }
  const Json* packs = json.find("packs");
  for (const Json& pack : packs != nullptr && packs->is_array() ? *packs->as_array() : Json::Array()) {
    if (pack.is_string()) bundle.packs.push_back(*pack.as_string());
  }
  return bundle;
}

// What a member is to a person: "'blobs/sha256/...' (layer 2 of docker.io/demisto/x:1)".
std::string member_text(const std::string& name, const Bundle& bundle) {
  const std::string shown = fmt::format("'{}'", to_visible(name.substr(0, kMaxPath), false));
  const std::string digest = "sha256:" + name.substr(name.rfind('/') + 1);
  for (const BundledImage& image : bundle.images) {
    if (image.digest == digest) return fmt::format("{} (the manifest of {})", shown, image.name);
    const auto blob = std::ranges::find(image.blobs, digest);
    if (blob == image.blobs.end()) continue;
    const auto number = blob - image.blobs.begin() + 1;
    const bool is_config = number == static_cast<std::ptrdiff_t>(image.blobs.size());
    return is_config ? fmt::format("{} (the configuration of {})", shown, image.name)
                     : fmt::format("{} (layer {} of {})", shown, number, image.name);
  }
  return shown;
}

// Reads a bundle through, and hashes every member.
class BundleReader {
 public:
  Result<void> read(const fs::path& file) {
    const auto open = [&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC); };
    BERTH_TRY(int fd, sys::call(open, "open '{}'", file.native()));
    const UniqueFd bundle(fd);
    image::TarStream tar({.on_entry = [this](const image::TarEntry& entry) { return begin(entry); },
                          .on_bytes = [this](std::string_view bytes) { return add(bytes); }});
    std::vector<char> chunk(1 << 20);
    for (;;) {
      const auto read = [&] { return ::read(fd, chunk.data(), chunk.size()); };
      BERTH_TRY(int got, sys::call(read, "read '{}'", file.native()));
      if (got == 0) break;
      auto fed = tar.feed({chunk.data(), static_cast<std::size_t>(got)});
      if (!fed)
        return std::unexpected(std::move(fed).error().in(name_.empty() ? "at its beginning" : "after '" + name_ + "'"));
    }
    BERTH_CHECK_OK(tar.finish());
    end();
    return {};
  }

  Result<Bundle> judge() const {
    if (!kept_.contains(kContents) || !kept_.contains(kSums)) {
      return fail(Errc::Corrupt, fmt::format("it is no bundle: '{}' and '{}' must be in it", kContents, kSums));
    }
    const std::string& sums = kept_.find(kSums)->second;
    auto bundle = parse_contents(kept_.find(kContents)->second);
    const std::string damaged = compare(sums, bundle ? *bundle : Bundle());
    if (!damaged.empty()) return fail(Errc::Corrupt, damaged);
    if (bundle) bundle->digest = "sha256:" + sha256_hex(sums);
    return bundle;
  }

 private:
  Result<void> begin(const image::TarEntry& entry) {
    end();
    name_ = entry.name;
    const std::string shown = to_visible(name_.substr(0, kMaxPath), false);
    if (entry.kind != image::TarKind::File || !is_bundle_member(name_)) {
      return fail(Errc::Corrupt, fmt::format("'{}': it does not belong into a bundle", shown));
    }
    if (found_.contains(name_)) return fail(Errc::Corrupt, fmt::format("'{}': it stands there twice", shown));
    const bool kept = name_ == kContents || name_ == kSums;
    if (kept && entry.size_bytes > kMaxKept) return fail(Errc::Exhausted, fmt::format("'{}': it is too large", shown));
    if (kept) kept_[name_];
    hash_ = Sha256();
    return {};
  }
  Result<void> add(std::string_view bytes) {
    hash_.update(bytes);
    if (const auto kept = kept_.find(name_); kept != kept_.end()) kept->second += bytes;
    return {};
  }
  void end() {
    if (!name_.empty()) found_[name_] = std::move(hash_).hex();
  }

  // What is not as SHA256SUMS says, in words; empty when all is.
  std::string compare(std::string_view sums, const Bundle& bundle) const {
    std::string damaged;
    const auto add = [&](const std::string& name, std::string_view what) {
      damaged += fmt::format("{}{}: {}", damaged.empty() ? "" : "; ", member_text(name, bundle), what);
    };
    std::map<std::string, std::string, std::less<>> told;
    while (!sums.empty()) {
      const std::string_view line = sums.substr(0, sums.find('\n'));
      sums.remove_prefix(std::min(line.size() + 1, sums.size()));
      constexpr std::size_t kHex = 64;
      if (line.size() < kHex + 3 || line.substr(kHex, 2) != "  ") return "'SHA256SUMS': a line in it is damaged";
      told[std::string(line.substr(kHex + 2))] = line.substr(0, kHex);
    }
    for (const auto& [name, sha256] : found_) {
      const auto sum = told.find(name);
      if (name == kSums) continue;
      if (sum == told.end()) {
        add(name, "SHA256SUMS does not name it");
      } else if (sum->second != sha256) {
        add(name, fmt::format("its bytes have the digest sha256:{}, and SHA256SUMS says sha256:{}", sha256,
                              to_visible(sum->second, false)));
      }
    }
    for (const auto& [name, sha256] : told) {
      if (!found_.contains(name)) add(name, "it is missing");
    }
    return damaged;
  }

  std::string name_;
  Sha256 hash_;
  std::map<std::string, std::string, std::less<>> found_;  // the digests of all members
  std::map<std::string, std::string, std::less<>> kept_;   // the bytes of two
};

// Puts the packs of an unpacked bundle where they stay.
Result<void> place_packs(const fs::path& from, const fs::path& to) {
  std::error_code error;
  const fs::path fresh = to.native() + ".new";
  fs::remove_all(fresh, error);
  BERTH_CHECK_OK(sys::make_folders(fresh, 0755));
  fs::copy(from, fresh / "Packs", fs::copy_options::recursive, error);
  if (!error) fs::remove_all(to, error);
  if (!error) fs::rename(fresh, to, error);
  if (!error) return {};
  return std::unexpected(Error::from_errno(error.value(), fmt::format("put packs at '{}'", to.native())));
}

image::UpdateResult load_one(const image::LayoutFolder& layout, const image::LayoutFolder::Named& named,
                             const image::MoveSettings& moves, Clock::time_point deadline) {
  image::UpdateResult result;
  const auto name = image::parse_reference(named.name);
  auto loaded = name ? image::load_image(layout, named, *name, moves, deadline) : std::unexpected(name.error());
  if (name) result.reference = *name;
  if (!loaded) {
    result.state = image::UpdateState::Failed;
    result.error = loaded.error().message();
    return result;
  }
  result.before = loaded->previous;
  result.after = loaded->digest;
  result.state = loaded->changed ? image::UpdateState::New : image::UpdateState::Unchanged;
  return result;
}

}  // namespace

bool is_bundle_member(std::string_view name) {
  if (name == kContents || name == kSums || image::is_layout_member(name)) return true;
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
  const auto doing = [&] { return fmt::format("create bundle '{}'", file.native()); };
  if (images.empty() && content.empty()) {
    return fail(Errc::InvalidInput, doing() + ": name images with --image, or packs with --content");
  }
  if (::access(file.c_str(), F_OK) == 0) return fail(Errc::AlreadyExists, doing() + ": there is such a file");
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  const Clock::time_point deadline = Clock::now() + kTime;
  BERTH_TRY(const image::WorkFolder work,
            image::WorkFolder::open(moves.cache_folder / "images/bundle", deadline, on_step));
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
    BERTH_TRY(const image::ExportedImage exported,
              image::export_image(local, work.path(), moves, deadline, true).context(doing));
    BERTH_CHECK_OK(writer.add_image(exported, name).context(doing));
    BundledImage bundled = {image::to_string(name), exported.digest, exported.keeps_digest, {}};
    for (const image::Descriptor& layer : exported.manifest.layers) bundled.blobs.push_back(layer.digest);
    bundled.blobs.push_back(exported.manifest.config.digest);
    bundle.images.push_back(std::move(bundled));
  }
  BERTH_TRY(const std::string digest, writer.finish(contents_text(bundle), !images.empty()).context(doing));
  bundle.digest = "sha256:" + digest;
  BERTH_CHECK_OK(tar.finish().context(doing));
  return bundle;
}

Result<Bundle> verify_bundle(const fs::path& file, const OnStep& on_step) {
  const auto doing = [&] { return fmt::format("verify bundle '{}'", file.native()); };
  if (on_step) on_step(fmt::format("reading '{}'", file.native()));
  BundleReader reader;
  BERTH_CHECK_OK(reader.read(file).context(doing));
  return reader.judge().context(doing);
}

Result<ImportedBundle> import_bundle(const Settings& settings, const fs::path& file, const std::string& source,
                                     const OnStep& on_step) {
  const auto doing = [&] { return fmt::format("import bundle '{}'", file.native()); };
  if (const std::string problem = problem_of_source_name(source); !problem.empty()) {
    return fail(Errc::InvalidInput, fmt::format("{}: {}", doing(), problem));
  }
  ImportedBundle imported;
  BERTH_TRY(imported.bundle, verify_bundle(file, on_step));
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  const Clock::time_point deadline = Clock::now() + kTime;
  BERTH_TRY(const image::WorkFolder work,
            image::WorkFolder::open(moves.cache_folder / "images/bundle", deadline, on_step));
  BERTH_CHECK_OK(image::unpack_archive(file, work.path(), is_bundle_member, deadline).context(doing));
  if (!imported.bundle.images.empty()) {
    BERTH_TRY(const image::LayoutFolder layout, image::LayoutFolder::open(work.path()).context(doing));
    for (const image::LayoutFolder::Named& named : layout.images()) {
      if (on_step) on_step(fmt::format("loading {}", to_visible(named.name, false)));
      imported.images.push_back(load_one(layout, named, moves, deadline));
    }
  }
  if (!imported.bundle.packs.empty()) {
    const fs::path place = settings.state / "bundles" / source;
    BERTH_CHECK_OK(place_packs(work.path() / "Packs", place).context(doing));
    BERTH_TRY(const AddedSource added, add_content_source(settings, place.native(), source).context(doing));
    imported.source = added.source.name;
  }
  return imported;
}

}  // namespace berth::app
