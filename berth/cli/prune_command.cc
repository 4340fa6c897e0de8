// `berth ps` and `berth prune`: what outlives a call, shown and removed.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "berth/app/code_cache.h"
#include "berth/app/create_journal.h"
#include "berth/app/state_places.h"
#include "berth/base/utf8.h"
#include "berth/cli/commands.h"
#include "berth/container/host_table.h"
#include "berth/container/image_root.h"
#include "berth/container/kept.h"
#include "berth/container/runtime_folder.h"
#include "berth/image/storage_places.h"
#include "berth/store/files.h"
#include "berth/sys/own_namespace.h"

namespace berth::cli {
namespace {

void say(const std::string& line) { std::fputs((to_visible(line, false) + "\n").c_str(), stdout); }

Result<void> list(const Surroundings& surroundings) {
  BERTH_TRY(const auto folder, container::RuntimeFolder::open(surroundings.settings.runtime));
  BERTH_TRY(const auto containers, container::kept_containers(folder));
  for (const auto& kept : containers) {
    const char* state = container::is_standing(kept) ? "standing" : "dead";
    say(fmt::format("container {}  {}  pid {}  {}", kept.id, state, kept.pid, kept.image));
  }
  BERTH_TRY(const auto roots, container::kept_roots(folder));
  for (const std::string& root : roots) say(fmt::format("image root {}", (folder.roots() / root).native()));
  if (containers.empty() && roots.empty()) say("nothing is kept");
  return {};
}

// Bytes that no entry names any more: of calls that were killed before their entries were kept.
Result<void> sweep_files(const Surroundings& surroundings) {
  server::State state(app::state_places(surroundings.settings));
  std::error_code ignored;
  if (!std::filesystem::exists(state.places().database, ignored)) return {};  // nothing was ever kept
  BERTH_TRY(store::Database * database, state.database());
  BERTH_TRY(const auto swept,
            store::Files(*database, state.blobs()).sweep().context([] { return "sweep files that no entry names"; }));
  if (swept.files > 0) say(fmt::format("removed {} files that no entry names, {} bytes", swept.files, swept.bytes));
  return {};
}

// The container that an `image create` which was killed has left. An ordinary user's lies in a namespace, which this
// process then is in.
Result<void> prune_build(const app::Settings& settings, bool dry_run) {
  const auto graph_root = image::find_graph_root(app::storage_places(settings));
  const auto build = graph_root ? app::find_left_build(settings, *graph_root) : std::nullopt;
  if (!build || build->is_going_on) return {};
  if (!dry_run) {
    if (settings.ordinary_user) BERTH_CHECK_OK(sys::enter_own_namespace(*settings.ordinary_user));
    BERTH_CHECK_OK(app::remove_left_build(settings, *graph_root));
  }
  say(fmt::format("{} container '{}' of an 'image create' that was killed", dry_run ? "would remove" : "removed",
                  build->container.name));
  return {};
}

Result<void> prune(const PruneOptions& options, const Surroundings& surroundings) {
  BERTH_TRY(const auto folder, container::RuntimeFolder::open(surroundings.settings.runtime));
  const char* verb = options.dry_run ? "would remove" : "removed";
  BERTH_TRY(const auto containers, container::kept_containers(folder));
  for (const auto& kept : containers) {
    if (!options.all && container::is_standing(kept)) continue;
    if (!options.dry_run) BERTH_CHECK_OK(container::remove_kept(folder, kept));
    say(fmt::format("{} container {}", verb, kept.id));
  }
  BERTH_TRY(const auto roots, container::kept_roots(folder));
  for (const std::string& root : roots) {
    if (!options.dry_run) BERTH_CHECK_OK(container::remove_kept_root(folder, root));
    say(fmt::format("{} image root {}", verb, root));
  }
  if (options.dry_run) return prune_build(surroundings.settings, true);
  // Left when a call and its watcher were killed together. An ordinary user's calls make none.
  if (!surroundings.settings.ordinary_user) {
    BERTH_TRY(const auto lock, container::host_table_lock(folder.leases()));
    BERTH_CHECK_OK(container::remove_unused_host_table(lock));
  }
  BERTH_TRY(const std::size_t compiled, app::CodeCache::clear(surroundings.settings.cache / "code"));
  if (compiled > 0) say(fmt::format("removed {} files of compiled code", compiled));
  BERTH_CHECK_OK(sweep_files(surroundings));
  return prune_build(surroundings.settings, false);
}

}  // namespace

int ps_command(const Surroundings& surroundings) {
  const auto listed = list(surroundings);
  return listed ? 0 : complain(listed.error());
}

int prune_command(const PruneOptions& options, const Surroundings& surroundings) {
  const auto pruned = prune(options, surroundings);
  return pruned ? 0 : complain(pruned.error());
}

}  // namespace berth::cli
