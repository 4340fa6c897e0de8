#include "berth/cli/image_removal_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "berth/app/image_json.h"
#include "berth/app/image_locking.h"
#include "berth/app/image_prune.h"
#include "berth/base/utf8.h"
#include "berth/cli/progress.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/engine/outcome.h"

namespace berth::cli {
namespace {

// Some images could not be locked; the rest was.
constexpr int kNotAllLockedExit = 1;

struct RemoveOptions {
  std::vector<std::string> names;
  bool force = false;
  bool json = false;
};

struct PruneImagesOptions {
  bool all = false;
  bool dry_run = false;
  bool json = false;
};

struct LockImagesOptions {
  app::LockOptions lock;
  bool json = false;
};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }
void say(const std::string& line) { put(to_visible(line, false) + "\n"); }
void put_json(Json json) { put(print_json_pretty(json.set("schema", app::kImagesSchema)) + "\n"); }

int remove(const RemoveOptions& options, const Surroundings& surroundings) {
  int status = 0;
  Json removed = Json::array();
  for (const std::string& name : options.names) {
    const auto gone = app::remove_image(surroundings.settings, name, options.force);
    if (!gone) {
      // One failure does not stop the others; the first decides the status.
      const int own = complain(gone.error());
      if (status == 0) status = own;
      continue;
    }
    Json json = Json::object();
    json.set("image", gone->title).set("id", gone->id).set("only_untagged", gone->only_untagged);
    removed.push_back(std::move(json));
    if (!options.json) {
      say(gone->only_untagged ? fmt::format("untagged {}: the image has other names", gone->title)
                              : fmt::format("removed {} ({})", gone->title, engine::bytes_text(gone->size_bytes)));
    }
  }
  if (options.json) put_json(Json::object().set("removed", std::move(removed)));
  return status;
}

int prune(const PruneImagesOptions& options, const Surroundings& surroundings) {
  Progress progress(detect_terminal(STDERR_FILENO, ColourChoice::Auto));
  app::PruneOptions asked{options.all, options.dry_run, [&](std::string_view step) { progress.step(step); }};
  const auto report = app::prune_images(surroundings.settings, asked);
  progress.done();
  if (!report) return complain(report.error());
  const char* gone = options.dry_run ? "would go" : "removed";
  Json steps = Json::array();
  Table table{plain_row({"IMAGE", "SIZE", "", "REASON"}), {Align::Left, Align::Right}, {}};
  std::uint64_t freed = 0;
  for (const app::PruneStep& step : report->steps) {
    Json json = Json::object();
    json.set("image", step.title).set("id", step.id).set("digest", step.digest).set("size_bytes", step.size_bytes);
    steps.push_back(json.set("goes", step.goes).set("reason", to_valid_utf8(step.reason)));
    if (step.goes) freed += step.size_bytes;
    table.rows.push_back(plain_row({to_visible(step.title, false), engine::bytes_text(step.size_bytes),
                                    step.goes ? gone : "stays", to_visible(step.reason, false)}));
  }
  Json leftovers = Json::array();
  for (const app::LeftoverStep& step : report->leftovers) {
    const std::string& path = step.leftover.path.native();
    Json json = Json::object();
    json.set("path", to_valid_utf8(path)).set("size_bytes", step.leftover.size_bytes);
    leftovers.push_back(json.set("goes", step.goes).set("reason", to_valid_utf8(step.reason)));
    if (step.goes) freed += step.leftover.size_bytes;
    table.rows.push_back(plain_row({to_visible(path, false), engine::bytes_text(step.leftover.size_bytes),
                                    step.goes ? gone : "stays", to_visible(step.reason, false)}));
  }
  for (const std::string& trouble : report->troubles) complain(Error(Errc::Unavailable, trouble));
  if (options.json) {
    Json json = Json::object();
    json.set("dry_run", options.dry_run).set("images", std::move(steps));
    put_json(json.set("leftovers", std::move(leftovers)));
  } else {
    put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
    // Layers may be shared with what stays, so this is the most that it can be.
    say(fmt::format("{} at most {}", options.dry_run ? "would free" : "freed", engine::bytes_text(freed)));
  }
  return report->troubles.empty() ? 0 : kMachineExit;
}

int lock(const LockImagesOptions& options, const Surroundings& surroundings) {
  const auto report = app::lock_images(surroundings.settings, options.lock);
  if (!report) return complain(report.error());
  Json changes = Json::array();
  for (const app::LockChange& change : report->plan.changes) {
    Json json = Json::object();
    json.set("image", change.written).set("before", change.before.empty() ? Json() : Json(change.before));
    changes.push_back(json.set("after", change.after.empty() ? Json() : Json(change.after)));
    if (options.json) continue;
    if (change.after.empty()) {
      say(fmt::format("- {}: no item names it", change.written));
    } else {
      say(fmt::format("{} {} {}", change.before.empty() ? "+" : "~", change.written, change.after));
    }
  }
  Json problems = Json::array();
  for (const std::string& problem : report->plan.problems) {
    problems.push_back(to_valid_utf8(problem));
    std::fputs(fmt::format("berth: not locked: {}\n", to_visible(problem, false)).c_str(), stderr);
  }
  if (options.json) {
    Json json = Json::object();
    json.set("file", to_valid_utf8(report->file.native())).set("written", report->written);
    put_json(json.set("changes", std::move(changes)).set("problems", std::move(problems)));
  } else {
    say(fmt::format("{} '{}': {} image{}",
                    report->written        ? "wrote"
                    : report->differs      ? "would write"
                    : options.lock.dry_run ? "would keep"
                                           : "kept",
                    report->file.native(), report->plan.lock.digests.size(),
                    report->plan.lock.digests.size() == 1 ? "" : "s"));
  }
  return report->plan.problems.empty() ? 0 : kNotAllLockedExit;
}

template <class Options, class Action>
void act(CLI::App& verb, Choice& choice, const std::shared_ptr<Options>& options, Action action) {
  verb.add_flag("--json", options->json, "the answer as JSON");
  verb.callback([&choice, options, action] {
    choice.makes_mounts = true;  // layers of an ordinary user are read, and removed, as their root
    choice.run = [options, action](const Surroundings& surroundings) { return action(*options, surroundings); };
  });
}

}  // namespace

void add_image_removal(CLI::App& image, Choice& choice) {
  const auto remove_options = std::make_shared<RemoveOptions>();
  CLI::App& removing = *image.add_subcommand("remove", "take names from images; an image goes with its last name");
  removing.add_option("image", remove_options->names, "names, or ids")->required()->type_name("IMAGE");
  removing.add_flag("--force", remove_options->force, "also what items, defaults or lock files use");
  act(removing, choice, remove_options, remove);

  const auto prune_options = std::make_shared<PruneImagesOptions>();
  CLI::App& pruning = *image.add_subcommand("prune", "remove images that nothing uses, and say why");
  pruning.add_flag("--all", prune_options->all, "also the newest of each name");
  pruning.add_flag("--dry-run", prune_options->dry_run, "only say what would go, and why");
  act(pruning, choice, prune_options, prune);

  const auto lock_options = std::make_shared<LockImagesOptions>();
  CLI::App& locking = *image.add_subcommand("lock", "pin the images of a content tree by digest, in a lock file");
  locking.add_option("tree", lock_options->lock.tree, "a registered source, or a folder with 'Packs/'")
      ->type_name("SOURCE|PATH");
  locking.add_flag("--update", lock_options->lock.update, "take today's digests for images that are locked already");
  locking.add_flag("--dry-run", lock_options->lock.dry_run, "only say what would change");
  act(locking, choice, lock_options, lock);
}

}  // namespace berth::cli
