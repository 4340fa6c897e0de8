#include "berth/app/image_locking.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "berth/app/content_service.h"
#include "berth/app/image_use.h"
#include "berth/app/item_image.h"
#include "berth/app/own_copy.h"
#include "berth/content/marketplace.h"
#include "berth/content/suggestion.h"
#include "berth/image/local_store.h"
#include "berth/image/storage_places.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

// What items write as their image, with the ids of the items.
std::map<std::string, std::vector<std::string>> written_in(const content::ContentIndex& index,
                                                           const Settings& settings) {
  std::map<std::string, std::vector<std::string>> written;
  for (const content::IndexedItem& item : index.items()) {
    const std::string image = image_of_item(item, settings);
    if (!image.empty()) written[image].push_back(item.id);
  }
  return written;
}

std::string items_text(const std::vector<std::string>& items) {
  constexpr std::size_t kShown = 3;
  const std::vector<std::string> first(items.begin(),
                                       items.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, items.size())));
  const std::string text = fmt::format("{}", fmt::join(first, ", "));
  return items.size() > kShown ? fmt::format("{} and {} more", text, items.size() - kShown) : text;
}

// The folder of the tree that is to be locked.
Result<fs::path> find_tree(const Settings& settings, const std::string& wanted) {
  BERTH_TRY(const auto sources, content_sources(settings));
  std::error_code ignored;
  const auto checked = [&](const fs::path& tree) -> Result<fs::path> {
    const std::string problem = problem_of_changing(settings, tree);
    return problem.empty() ? Result<fs::path>(tree) : fail(Errc::InvalidInput, problem);
  };
  if (!wanted.empty() && (is_item_path(wanted) || fs::is_directory(wanted, ignored))) return checked(wanted);
  if (wanted.empty() && sources.size() != 1) {
    return fail(Errc::InvalidInput, "name a registered source, or the folder that holds 'Packs/'");
  }
  std::vector<std::string> names;
  for (const ContentSource& source : sources) {
    names.push_back(source.name);
    if (!wanted.empty() && source.name != wanted) continue;
    if (source.origin != store::ContentOrigin::Path) {
      return fail(Errc::InvalidInput, fmt::format("the source '{}' was fetched from {}, and is replaced when it is "
                                                  "fetched again; lock it there, and keep the lock file with it",
                                                  source.name, address_of(source)));
    }
    return checked(source.path);
  }
  return fail(Errc::NotFound, fmt::format("no such source is registered{}", content::suggestion_for(wanted, names)));
}

}  // namespace

LockPlan plan_lock(const content::ContentIndex& index, const image::ImageLock& before, const image::NamedImages& images,
                   const Settings& settings, bool update) {
  LockPlan plan;
  for (const auto& [written, items] : written_in(index, settings)) {
    const auto reference = image::parse_reference(written);
    const std::string complaint =
        reference ? complaint_about_tag(*reference, items.front()) : reference.error().message();
    if (!complaint.empty()) {
      plan.problems.push_back(fmt::format("{} (named by {})", complaint, items_text(items)));
      continue;
    }
    if (!reference->digest.empty()) continue;
    const auto known = before.digests.find(written);
    const std::string old = known == before.digests.end() ? std::string() : known->second;
    const image::StoredImage* image = images.find(*reference);
    const std::string digest = image != nullptr && (update || old.empty()) ? image->digest : old;
    if (digest.empty()) {
      plan.problems.push_back(
          fmt::format("'{}' is not on this machine, so its digest is not known; pull it first (named by {})", written,
                      items_text(items)));
      continue;
    }
    plan.lock.digests[written] = digest;
    if (digest != old) plan.changes.push_back({written, old, digest});
  }
  for (const auto& [written, digest] : before.digests) {
    if (!plan.lock.digests.contains(written)) plan.changes.push_back({written, digest, {}});
  }
  return plan;
}

Result<LockReport> lock_images(const Settings& settings, const LockOptions& options) {
  const auto doing = [&] {
    return options.tree.empty() ? std::string("lock the images of the registered source")
                                : fmt::format("lock the images of '{}'", options.tree);
  };
  BERTH_TRY(const fs::path root, find_tree(settings, options.tree).context(doing));
  BERTH_TRY(const auto index,
            content::ContentIndex::open(root, {settings.cache / "content",
                                               std::string(content::marketplace_of_platform(settings.server_platform))})
                .context(doing));
  if (index.layout() != content::SourceLayout::Tree) {
    return fail(Errc::InvalidInput, fmt::format("{}: it is a {}; a lock file lies beside 'Packs/', in a tree", doing(),
                                                content::layout_text(index.layout())));
  }
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  LockReport report{index.root() / image::kLockFile, {}, false};
  auto before = image::read_image_lock(index.root());
  const bool is_readable = before.has_value();
  if (!is_readable && !options.update) return std::unexpected(std::move(before).error().in(doing()));
  // What cannot be read says nothing of what was locked: an update takes today's digests in any case.
  const image::ImageLock known = is_readable && *before ? **before : image::ImageLock();
  report.plan = plan_lock(index, known, image::NamedImages(images), settings, options.update);
  report.differs = !is_readable || !*before || !report.plan.changes.empty();
  if (options.dry_run || !report.differs) return report;
  const std::string text = image::print_image_lock(report.plan.lock);
  BERTH_CHECK_OK(sys::with_room_advice(sys::write_file_atomically(report.file, text, 0644)).context(doing));
  report.written = true;
  return report;
}

}  // namespace berth::app
