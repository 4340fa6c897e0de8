#include "berth/app/image_prune.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "berth/app/create_journal.h"
#include "berth/app/image_json.h"
#include "berth/app/image_use.h"
#include "berth/app/image_view.h"
#include "berth/container/image_root.h"
#include "berth/image/image_removal.h"
#include "berth/image/named_images.h"
#include "berth/image/short_names.h"
#include "berth/image/signature_records.h"
#include "berth/image/storage_places.h"
#include "berth/image/tag_order.h"

namespace berth::app {
namespace {

// All rows of one image.
struct Candidate {
  std::vector<const ImageRow*> rows;
  const ImageRow& first() const { return *rows.front(); }
};

std::vector<Candidate> candidates_of(const std::vector<ImageRow>& rows) {
  std::vector<Candidate> candidates;
  std::map<std::string_view, std::size_t> places;
  for (const ImageRow& row : rows) {
    const auto [place, is_new] = places.emplace(row.id, candidates.size());
    if (is_new) candidates.emplace_back();
    candidates[place->second].rows.push_back(&row);
  }
  return candidates;
}

std::string title_of(const Candidate& candidate) {
  std::vector<std::string> names;
  for (const ImageRow* row : candidate.rows) {
    if (!row->name.path.empty()) names.push_back(image::to_string(row->name));
  }
  return names.empty() ? candidate.first().id.substr(0, 12) : fmt::format("{}", fmt::join(names, ", "));
}

// The storage is shared with other tools: what they brought is theirs to remove.
bool is_ours(const Candidate& candidate) {
  if (candidate.first().facts.is_made_here) return true;
  return std::ranges::any_of(candidate.rows, [](const ImageRow* row) {
    if (row->name.path.empty()) return false;
    const image::Reference full = image::normalized(row->name);
    return full.registry == "docker.io" &&
           (full.path.starts_with("demisto/") || full.path.starts_with("demistoextended/"));
  });
}

// A newer tag of the same name among `rows`; empty when there is none.
std::string newer_than(const ImageRow& row, const std::vector<ImageRow>& rows) {
  for (const ImageRow& other : rows) {
    if (other.id == row.id || !image::is_same_name(other.name, row.name)) continue;
    if (image::is_newer_tag(other.name.tag, row.name.tag)) return image::to_string(other.name);
  }
  return {};
}

PruneStep judge(const Candidate& candidate, const std::vector<ImageRow>& rows, bool all) {
  const ImageRow& first = candidate.first();
  PruneStep step{first.id, first.digest, title_of(candidate), first.facts.size_bytes, false, {}};
  const auto stays = [&](std::string reason) {
    step.reason = std::move(reason);
    return step;
  };
  const auto goes = [&](std::string reason) {
    step.goes = true;
    step.reason = std::move(reason);
    return step;
  };
  if (!first.uses.empty()) return stays("used by " + uses_text(first.uses));
  if (!is_ours(candidate)) return stays("neither made by Berth nor from the organisation of the original");
  if (first.name.path.empty() && candidate.rows.size() == 1) return goes("it has no name, and nothing uses it");
  std::string newer;
  for (const ImageRow* row : candidate.rows) {
    newer = newer_than(*row, rows);
    if (newer.empty()) break;
  }
  if (!newer.empty()) return goes(fmt::format("'{}' is newer, and nothing uses this one", newer));
  return all ? goes("nothing uses it") : stays("the newest of its name; --all removes it as well");
}

// The image of `rows` whose id is `id`.
const ImageRow& row_of(const std::vector<ImageRow>& rows, std::string_view id) {
  return *std::ranges::find(rows, id, &ImageRow::id);
}

// The container of a build that was killed keeps no image: it goes first. `names`: that those may have.
void forget_left_builds(const std::vector<std::string>& names, const std::vector<LeftoverStep>& leftovers,
                        std::vector<ImageRow>& rows) {
  const auto is_gone = [](const LeftoverStep& step) {
    return step.goes && step.leftover.kind == image::Leftover::Kind::Container;
  };
  if (!std::ranges::any_of(leftovers, is_gone)) return;
  for (const std::string& name : names) {
    const std::string use = text_of(image::StoredContainer{.name = name});
    for (ImageRow& row : rows) std::erase_if(row.uses, [&](const ImageUse& one) { return one.who == use; });
  }
}

image::ToolStorage tool_storage(const Settings& settings, const std::filesystem::path& graph_root) {
  image::ToolStorage storage{graph_root, !settings.storage.empty(), {}, settings.cache};
  if (settings.ordinary_user) storage.ordinary_user = settings.ordinary_user->uid;
  return storage;
}

// What Berth keeps of an image that is gone: its mounted roots, its inventory, what was verified of it.
void forget(const Settings& settings, const std::string& id, const std::string& digest) {
  if (const auto folder = container::RuntimeFolder::open(settings.runtime)) {
    container::remove_kept_roots_of(*folder, id);
  }
  ::unlink((settings.cache / "inventories" / digest.substr(digest.find(':') + 1)).c_str());
  image::forget_signatures(settings.state, digest);
  image::forget_signatures(settings.state, "sha256:" + id);
}

// Why the image of `step` is not removed after all: what was found out of it holds no more. Empty when it does.
// Errors: those of looking.
Result<std::string> changed_since(const Settings& settings, const std::filesystem::path& graph_root,
                                  const PruneStep& step, const std::vector<ImageRow>& rows) {
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  const auto image = std::ranges::find(images, step.id, &image::StoredImage::id);
  if (image == images.end()) return "it is gone";
  std::vector<image::Reference> names;
  for (const ImageRow& row : rows) {
    if (row.id == step.id && !row.name.path.empty()) names.push_back(row.name);
  }
  if (!std::ranges::is_permutation(names, image->names)) return "it has got another name by now";
  ImageUses uses;
  BERTH_CHECK_OK(add_container_uses(settings, graph_root, images, uses));
  const auto used = uses.find(step.id);
  return used == uses.end() ? std::string() : "used by " + uses_text(used->second) + " by now";
}

}  // namespace

std::vector<PruneStep> plan_prune(const std::vector<ImageRow>& rows, bool all) {
  std::vector<PruneStep> steps;
  for (const Candidate& candidate : candidates_of(rows)) steps.push_back(judge(candidate, rows, all));
  // Layers of an image that stays are not freed by removing what it was built on, and a later build wants that.
  std::map<std::string, std::string> needed;  // layer to who has it
  for (const PruneStep& step : steps) {
    if (step.goes) continue;
    const auto& layers = row_of(rows, step.id).facts.layers;
    for (std::size_t i = 1; i < layers.size(); ++i) needed.emplace(layers[i], step.title);
  }
  for (PruneStep& step : steps) {
    const auto& layers = row_of(rows, step.id).facts.layers;
    if (!step.goes || layers.empty()) continue;
    if (const auto above = needed.find(layers.front()); above != needed.end()) {
      step.goes = false;
      step.reason = fmt::format("'{}', which stays, is built on it", above->second);
    }
  }
  return steps;
}

Result<PruneReport> prune_images(const Settings& settings, const PruneOptions& options) {
  BERTH_TRY(
      ImageListing listing,
      list_images(settings,
                  {.with_layers = false, .with_containers = true, .find_newer = {}, .engine = {}, .on_step = {}}));
  if (!listing.warnings.empty()) {
    return fail(Errc::Unavailable, fmt::format("prune images: who uses them cannot be found out, so all stay: {}",
                                               fmt::join(listing.warnings, "; ")));
  }
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  const std::vector<std::string> builds = left_build_names(settings, graph_root);
  PruneReport report{{}, {}, prune_leftovers(settings, options.all, options.dry_run)};
  forget_left_builds(builds, report.leftovers, listing.rows);
  report.steps = plan_prune(listing.rows, options.all);
  if (options.dry_run) return report;
  const image::ToolStorage storage = tool_storage(settings, graph_root);
  for (PruneStep& step : report.steps) {
    if (!step.goes) continue;
    // Removing takes its time, and others work on.
    const auto changed = changed_since(settings, graph_root, step, listing.rows);
    if (!changed || !changed->empty()) {
      step.goes = false;
      step.reason = changed ? *changed : changed.error().message();
      continue;
    }
    if (options.on_step) options.on_step("removing " + step.title);
    if (const auto removed = image::delete_image(storage, step.id); removed) {
      forget(settings, step.id, step.digest);
    } else {
      step.goes = false;
      step.reason = removed.error().message();
      report.troubles.push_back(removed.error().message());
    }
  }
  return report;
}

Result<RemovedImage> remove_image(const Settings& settings, std::string_view text, bool force) {
  const auto doing = [&] { return fmt::format("remove image '{}'", text); };
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  // What an interrupted build has left needs no image. Where it cannot be removed it is told below, as a use.
  if (const auto build = find_left_build(settings, graph_root); build && !build->is_going_on) {
    static_cast<void>(remove_left_build(settings, graph_root));
  }
  BERTH_TRY(
      const ImageListing listing,
      list_images(settings,
                  {.with_layers = false, .with_containers = true, .find_newer = {}, .engine = {}, .on_step = {}}));
  BERTH_TRY(const std::string id, find_image_id(settings, text));
  std::vector<ImageRow> rows;
  std::ranges::copy_if(listing.rows, std::back_inserter(rows), [&](const ImageRow& row) { return row.id == id; });
  if (rows.empty()) return fail(Errc::NotFound, fmt::format("{}: it is gone", doing()));
  if (!listing.knows_containers || (!listing.warnings.empty() && !force)) {
    return fail(Errc::Unavailable,
                fmt::format("{}: who uses it cannot be found out: {}", doing(), fmt::join(listing.warnings, "; ")));
  }
  std::vector<ImageUse> uses = rows.front().uses;
  const auto is_at_it = [](const ImageUse& use) {
    return use.kind == UseKind::Container || use.kind == UseKind::Making;
  };
  if (force) std::erase_if(uses, [&](const ImageUse& use) { return !is_at_it(use); });
  if (!uses.empty()) {
    const bool by_container = std::ranges::any_of(uses, is_at_it);
    return fail(Errc::InvalidInput, fmt::format("{}: it is used by {}; {}", doing(), uses_text(uses),
                                                by_container ? "end that first" : "--force removes it all the same"));
  }
  const image::ToolStorage storage = tool_storage(settings, graph_root);
  RemovedImage removed{title_of(candidates_of(rows).front()), id, false, rows.front().facts.size_bytes};
  const auto reference = image::parse_reference(text);
  const bool names_one = reference && !id.starts_with(text) && reference->digest.empty();
  if (names_one && rows.size() > 1) {
    const auto named = std::ranges::find_if(rows, [&](const ImageRow& row) {
      image::Reference here = image::with_long_name(*reference);
      if (here.registry.empty() && row.name.registry == "localhost") here.registry = "localhost";
      return image::is_same_name(here, row.name) && (here.tag.empty() || here.tag == row.name.tag);
    });
    if (named == rows.end()) return fail(Errc::NotFound, fmt::format("{}: it has another name by now", doing()));
    removed.title = image::to_string(named->name);
    removed.only_untagged = true;
    BERTH_CHECK_OK(image::untag_image(storage, named->name).context(doing));
    return removed;
  }
  BERTH_CHECK_OK(image::delete_image(storage, id).context(doing));
  forget(settings, id, rows.front().digest);
  return removed;
}

}  // namespace berth::app
