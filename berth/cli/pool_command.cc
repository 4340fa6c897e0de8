#include "berth/cli/pool_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "berth/app/content_service.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/daemon_question.h"
#include "berth/cli/pool_view.h"
#include "berth/cli/state_options.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/client/question.h"
#include "berth/content/suggestion.h"

namespace berth::cli {
namespace {

struct PoolOptions {
  std::string item;
  bool json = false;
};

int show_pool(const PoolOptions& options, const Surroundings& surroundings) {
  const auto pool = ask_daemon(surroundings, "GET", "/v1/pool");
  if (!pool) return complain(pool.error());
  if (options.json) {
    put_text(print_json_pretty(*pool) + "\n");
    return 0;
  }
  const Page page = detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page();
  put_text(pool_summary(*pool) + "\n");
  for (const Table& table : {worker_table(*pool), zygote_table(*pool), shared_table(*pool)}) {
    if (!table.rows.empty()) put_text("\n" + render_table(table, page));
  }
  return 0;
}

Result<client::PoolReset> ask_for_reset(const std::string& item, const Surroundings& surroundings) {
  BERTH_TRY(client::Daemon daemon, find_daemon(surroundings));
  return client::reset_pool(daemon, item);
}

// A name that the pool does not have may be an item's id, or that of an item that has nothing there. Errors: NotFound
// for one that is neither.
Result<client::PoolReset> reset_by_other_name(const std::string& item, client::PoolReset nothing,
                                              const Surroundings& surroundings) {
  BERTH_TRY(const auto content, app::ContentService::open(surroundings.settings));
  const auto found = content.find_item(item);
  if (found) return found->name == item ? std::move(nothing) : ask_for_reset(found->name, surroundings);
  if (found.error().code() != Errc::NotFound) return std::unexpected(found.error());
  BERTH_TRY(const Json pool, ask_daemon(surroundings, "GET", "/v1/pool"));
  const std::vector<std::string> there = items_of_pool(pool);
  const std::string names = fmt::format("{}", fmt::join(there, ", "));
  return fail(Errc::NotFound,
              fmt::format("there is no item '{}', and nothing of that name in the pool{}; it holds {}", item,
                          content::suggestion_for(item, there), there.empty() ? "nothing" : names));
}

int reset_pool(const PoolOptions& options, const Surroundings& surroundings) {
  auto done = ask_for_reset(options.item, surroundings);
  if (done && done->count == 0 && !options.item.empty()) {
    done = reset_by_other_name(options.item, *std::move(done), surroundings);
  }
  if (!done) return refuse(done.error(), input_exit_code(done.error()), options.json);
  if (options.json) {
    put_text(print_json_pretty(done->told) + "\n");
    return 0;
  }
  put_text(fmt::format("told to end, at once or after the call that they have: {}\n",
                       options.item.empty() ? count_text(done->count, "worker")
                       : done->count == 1   ? "1 zygote or shared process"
                                            : fmt::format("{} zygotes and shared processes", done->count)));
  return 0;
}

}  // namespace

void add_pool(CLI::App& program, Choice& choice) {
  const auto options = std::make_shared<PoolOptions>();
  CLI::App& pool = *program.add_subcommand("pool", "the daemon's workers and zygotes, which calls find ready");
  pool.add_flag("--json", options->json, "as JSON");
  CLI::App& reset = *pool.add_subcommand("reset", "end them, so that the next calls begin anew");
  reset.add_option("item", options->item, "only the zygotes of this item, and the processes that its calls share");
  reset.add_flag("--json", options->json, "as JSON");
  pool.callback([&choice, &reset, options] {
    const bool resets = reset.parsed();
    choice.run = [options, resets](const Surroundings& surroundings) {
      return resets ? reset_pool(*options, surroundings) : show_pool(*options, surroundings);
    };
  });
}

}  // namespace berth::cli
