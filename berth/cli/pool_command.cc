#include "berth/cli/pool_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "berth/cli/daemon_question.h"
#include "berth/cli/pool_view.h"
#include "berth/cli/state_options.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"

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

int reset_pool(const PoolOptions& options, const Surroundings& surroundings) {
  Json body = Json::object();
  if (!options.item.empty()) body.set("item", options.item);
  const auto done = ask_daemon(surroundings, "POST", "/v1/pool/reset", print_json(body));
  if (!done) return complain(done.error());
  if (options.json) {
    put_text(print_json_pretty(*done) + "\n");
    return 0;
  }
  const Json* count = done->find("reset");
  const std::int64_t number = count != nullptr && count->is_int() ? *count->as_int() : 0;
  put_text(fmt::format("told to end, at once or after the call that they have: {} {}\n", number,
                       options.item.empty() ? "workers" : "zygotes and shared processes"));
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
