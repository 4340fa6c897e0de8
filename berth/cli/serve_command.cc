#include "berth/cli/serve_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "berth/base/utf8.h"
#include "berth/cli/interrupts.h"
#include "berth/http/daemon.h"
#include "berth/sys/whole_path.h"
#include "berth/version.h"

namespace berth::cli {
namespace {

struct ServeOptions {
  std::string socket;
  std::string drain;
};

int serve_command(const ServeOptions& options, const Surroundings& surroundings) {
  app::Settings settings = surroundings.settings;
  if (!options.socket.empty()) {
    const auto socket = sys::whole_path(options.socket);
    if (!socket) return complain(Error(socket.error()).in("--socket"));
    settings.serve.socket = *socket;
  }
  if (!options.drain.empty()) {
    const auto drain = app::parse_duration(options.drain);
    if (!drain) return complain(Error(drain.error()).in("--drain"));
    settings.serve.drain = *drain;
  }
  auto passed = sys::take_passed_sockets();
  auto manager = sys::ServiceManager::of_process();
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());
  std::optional<UniqueFd> handed_over;
  if (!passed.empty()) handed_over = std::move(passed.front());
  auto listener = http::Listener::open(settings.socket(), std::move(handed_over));
  if (!listener) return complain(listener.error());
  std::fputs(fmt::format("berth: serving at '{}'\n", to_visible(settings.socket().native(), false)).c_str(), stderr);
  http::Daemon daemon(settings, surroundings.guards, *std::move(listener), std::move(manager),
                      {kVersion, interrupts->get()});
  const auto served = daemon.run();
  if (!served) return complain(served.error());
  std::fputs("berth: ended\n", stderr);
  return 0;
}

}  // namespace

void add_serve(CLI::App& program, Choice& choice) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App& serve = *program.add_subcommand("serve", "the daemon: calls over a Unix socket, fetches, instances");
  serve.add_option("--socket", options->socket, "where to listen instead of serve.socket")->type_name("PATH");
  serve.add_option("--drain", options->drain, "how long running calls may go on once it is told to end")
      ->type_name("TIME");
  serve.callback([&choice, options] {
    choice.makes_mounts = true;
    choice.run = [options](const Surroundings& surroundings) { return serve_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
