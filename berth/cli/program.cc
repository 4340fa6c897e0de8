#include "berth/cli/program.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/app/settings.h"
#include "berth/cli/bundle_command.h"
#include "berth/cli/choice.h"
#include "berth/cli/common_options.h"
#include "berth/cli/content_command.h"
#include "berth/cli/context_command.h"
#include "berth/cli/exec_command.h"
#include "berth/cli/fetch_command.h"
#include "berth/cli/file_command.h"
#include "berth/cli/image_check_command.h"
#include "berth/cli/image_create_command.h"
#include "berth/cli/image_list_command.h"
#include "berth/cli/image_move_command.h"
#include "berth/cli/image_removal_command.h"
#include "berth/cli/image_signing_command.h"
#include "berth/cli/image_view_command.h"
#include "berth/cli/instance_command.h"
#include "berth/cli/investigation_command.h"
#include "berth/cli/list_command.h"
#include "berth/cli/pool_command.h"
#include "berth/cli/sbom_command.h"
#include "berth/cli/secret_command.h"
#include "berth/cli/serve_command.h"
#include "berth/cli/shell_command.h"
#include "berth/cli/top_command.h"
#include "berth/cli/vet_command.h"
#include "berth/content/suggestion.h"
#include "berth/version.h"

namespace berth::cli {
namespace {

// The options of all commands, filled by the parser, and the command that was chosen.
struct CommandLine {
  RunOptions run;
  LoopOptions loop;
  PruneOptions prune;
  DoctorOptions doctor;
  EscapeTestOptions escape_test;
  ImageInitOptions image_init;
  Choice choice;
};

void add_run(CLI::App& program, CommandLine& line) {
  RunOptions& options = line.run;
  CLI::App& run = *program.add_subcommand("run", "run a script, or a command of an integration, in a container");
  run.add_option("path", options.path,
                 "Python file, content YAML, package folder, name of a registered item, or - for standard input")
      ->required();
  run.add_option("arguments", options.arguments, "arguments: name=value, or a bare value");
  run.add_option("--command", options.command, "the command of an integration")->type_name("NAME");
  run.add_option("--param", options.parameters,
                 "a parameter of the integration: name=value; a secret as name=@file or name=-")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  run.add_option("--params-file", options.parameters_file, "parameters as a JSON object")->type_name("FILE");
  run.add_option("--image", options.image, "image to use instead of the item's")->type_name("REF");
  add_limits(run, options);
  run.add_option("--network", options.network, "none, egress, proxy, or host:port,...: what the call may reach")
      ->type_name("NETWORK");
  add_engine(run, options);
  add_scene(run, options.scene);
  run.add_option("--save-files", options.save_files, "save files that the script returns")->type_name("FOLDER");
  run.add_flag("--json", options.json, "the whole answer as JSON");
  run.add_flag("--raw", options.raw, "show the messages as they pass, > to the script, < from it");
  run.add_flag("--keep", options.keep, "leave the container standing for a look (berth ps, berth prune --all)");
  run.add_option("--debugpy", options.debugpy, "wait for an editor to attach on 127.0.0.1, at this port")
      ->type_name("PORT");
  run.add_flag("--trace", options.trace, "show the phases with their times");
  run.add_flag("--no-daemon", options.no_daemon, "in this process, also where 'berth serve' runs");
  run.add_flag("--debug", options.debug, "run in debug mode and show warnings and debug messages");
  run.callback([&line] {
    line.choice.makes_mounts = true;
    line.choice.by_daemon = [&line](const Surroundings& surroundings) { return run_by_daemon(line.run, surroundings); };
    line.choice.run = [&line](const Surroundings& surroundings) { return run_command(line.run, surroundings); };
  });
}

void add_loop(CLI::App& program, CommandLine& line) {
  LoopOptions& options = line.loop;
  CLI::App& loop = *program.add_subcommand("loop", "connect standard input and output to a loop in a container");
  loop.add_option("--image", options.image, "image to run it in")->type_name("REF")->required();
  loop.add_option("--loop", options.loop_file, "a loop of your own instead of Berth's")->type_name("FILE");
  add_limits(loop, options);
  loop.callback([&line] {
    line.choice.makes_mounts = true;
    line.choice.run = [&line](const Surroundings& surroundings) { return loop_command(line.loop, surroundings); };
  });
}

void add_image(CLI::App& program, CommandLine& line) {
  CLI::App& image = *program.add_subcommand("image", "make and look at images");
  image.require_subcommand(1);
  CLI::App& init = *image.add_subcommand("init", "make a base image from the distribution's packages");
  init.add_option("NAME", line.image_init.recipe, "python3, or python2 (from Debian 11)")->capture_default_str();
  init.add_flag("--json", line.image_init.json, "the answer as JSON");
  init.callback([&line] {
    line.choice.makes_mounts = true;
    line.choice.run = [&line](const Surroundings& surroundings) {
      return image_init_command(line.image_init, surroundings);
    };
  });
  add_image_create(image, line.choice);
  add_image_list(image, line.choice);
  add_image_views(image, line.choice);
  add_image_removal(image, line.choice);
  add_image_check(image, line.choice);
  add_image_moves(image, line.choice);
  add_image_signing(image, line.choice);
}

void add_ps(CLI::App& program, CommandLine& line) {
  program.add_subcommand("ps", "list kept containers and kept mounts of images")->callback([&line] {
    line.choice.run = [](const Surroundings& surroundings) { return ps_command(surroundings); };
  });
}

void add_prune(CLI::App& program, CommandLine& line) {
  CLI::App& prune = *program.add_subcommand("prune", "remove kept mounts of images and dead kept containers");
  prune.add_flag("--all", line.prune.all, "remove containers that stand, too");
  prune.add_flag("--dry-run", line.prune.dry_run, "only say what would be removed");
  prune.callback([&line] {
    line.choice.run = [&line](const Surroundings& surroundings) { return prune_command(line.prune, surroundings); };
  });
}

void add_doctor(CLI::App& program, CommandLine& line) {
  DoctorOptions& options = line.doctor;
  CLI::App& doctor = *program.add_subcommand("doctor", "check what this machine has and lacks, and say what to do");
  doctor.add_option("checks", options.checks, "checks to make; all when none is named")->type_name("CHECK");
  doctor.add_flag("--list", options.list, "list the checks");
  doctor.add_flag("--json", options.json, "the answer as JSON");
  doctor.callback([&line] { line.choice.diagnoses = true; });
}

void add_escape_test(CLI::App& program, CommandLine& line) {
  EscapeTestOptions& options = line.escape_test;
  CLI::App& test = *program.add_subcommand("escape-test", "try to break out of containers on this machine");
  test.add_flag("--quick", options.quick, "a set of thirty that takes less than a minute");
  test.add_option("--only", options.only, "these probes, for example K12,K13")->type_name("ID,...");
  test.add_option("--image", options.image, "image to run them in instead of the default for Python 3")
      ->type_name("REF");
  test.add_flag("--warm", options.warm, "each call in a process that a zygote has forked, as with calls.warm");
  test.add_flag("--list", options.list, "list the probes, and run none");
  test.add_flag("--json", options.json, "the report as JSON");
  test.callback([&line] {
    line.choice.makes_mounts = true;
    line.choice.run = [&line](const Surroundings& surroundings) {
      return escape_test_command(line.escape_test, surroundings);
    };
  });
}

using Add = void (*)(CLI::App&, CommandLine&);

template <void (*AddTo)(CLI::App&, Choice&)>
void with_choice(CLI::App& program, CommandLine& line) {
  AddTo(program, line.choice);
}

// In the order of the help.
constexpr std::pair<std::string_view, Add> kCommands[] = {
    {"run", add_run},
    {"exec", with_choice<add_exec>},
    {"content", with_choice<add_content>},
    {"instance", with_choice<add_instance>},
    {"fetch", with_choice<add_fetch>},
    {"investigation", with_choice<add_investigation>},
    {"context", with_choice<add_context>},
    {"list", with_choice<add_lists>},
    {"file", with_choice<add_files>},
    {"loop", add_loop},
    {"image", add_image},
    {"bundle", with_choice<add_bundle>},
    {"ps", add_ps},
    {"prune", add_prune},
    {"shell", with_choice<add_shell>},
    {"doctor", add_doctor},
    {"escape-test", add_escape_test},
    {"secret", with_choice<add_secret>},
    {"serve", with_choice<add_serve>},
    {"pool", with_choice<add_pool>},
    {"top", with_choice<add_top>},
    {"vet", with_choice<add_vet>},
    {"sbom", with_choice<add_sbom>},
};

// The command that stands first is all that the parser need know: to describe the others would be a tenth of a start.
// Where none of them stands first, it is told all, for help and for what it says of a mistake.
void add_commands(CLI::App& program, CommandLine& line, std::string_view first) {
  const auto chosen = std::ranges::find(kCommands, first, &std::pair<std::string_view, Add>::first);
  if (chosen != std::ranges::end(kCommands)) return chosen->second(program, line);
  for (const auto& [name, add] : kCommands) add(program, line);
}

// What is wrong with the command line, by the command that was come to.
std::string mistake_text(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App* at = &program;
  std::string where;  // "image diff: "
  std::string command = program.get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().back();
    where += fmt::format("{}{}", where.empty() ? "" : " ", at->get_name());
    command += " " + at->get_name();
  }
  if (!where.empty()) where += ": ";
  const std::string help = fmt::format("'{} --help' tells more", command);
  const bool lacks_command = at->get_require_subcommand_min() > 0 && dynamic_cast<const CLI::RequiredError*>(&error);
  if (!lacks_command) return fmt::format("{}{}; {}", where, error.what(), help);
  const std::vector<std::string> words = at->remaining();
  if (words.empty()) return fmt::format("{}it needs a command; '{} --help' lists them", where, command);
  if (words.front().starts_with('-')) return fmt::format("{}it has no option '{}'; {}", where, words.front(), help);
  std::vector<std::string> names;
  for (const CLI::App* one : at->get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  return fmt::format("{}it has no command '{}'{}; {}", where, words.front(),
                     content::suggestion_for(words.front(), names), help);
}

bool is_reader_gone() {
  pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

// What was printed must have gone out, whatever the command: a report that is cut short must not pass for one. A reader
// that went away (`| head`) wanted no more.
int checked_output(int status) {
  const int why = std::fflush(stdout) == 0 ? 0 : errno;
  if (why == 0 && std::ferror(stdout) == 0) return status;
  if (why == EPIPE || is_reader_gone()) return status;
  // What failed long ago has left no reason.
  complain(why != 0 ? Error::from_errno(why, "write to standard output")
                    : Error(Errc::Exhausted, "write to standard output: not all could be written (is the disk full?)"));
  return status == 0 ? kMachineExit : status;
}

int run(int argc, char** argv, const container::Guards& guards, std::int64_t begun_ns) {
  CLI::App program("Berth runs Python scripts and integrations in isolated containers.", "berth");
  program.set_version_flag("--version", std::string("berth ") + kVersion);
  program.require_subcommand(1);
  CommandLine line;
  add_commands(program, line, argc > 1 ? argv[1] : "");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come this way too, with status 0.
    if (error.get_exit_code() == 0) return program.exit(error);
    return complain(Error(Errc::InvalidInput, mistake_text(program, error)));
  }
  try {
    const auto settings = app::load_settings();
    if (!settings && !line.choice.diagnoses) return complain(settings.error());
    if (line.choice.diagnoses) return doctor_command(line.doctor, settings);
    const Surroundings surroundings{*settings, guards, begun_ns};
    if (line.choice.by_daemon) {
      if (const auto status = line.choice.by_daemon(surroundings)) return *status;
    }
    if (settings->ordinary_user && line.choice.makes_mounts) {
      const auto entered = sys::enter_own_namespace(*settings->ordinary_user);
      if (!entered) return complain(entered.error());
    }
    return line.choice.run(surroundings);
  } catch (const std::exception& error) {
    // Ours throws nothing; what a library throws here is a bug, or memory that is not to be had.
    return complain(Error(Errc::Internal, error.what()));
  }
}

}  // namespace

int run_program(int argc, char** argv, const container::Guards& guards, std::int64_t begun_ns) {
  return checked_output(run(argc, argv, guards, begun_ns));
}

}  // namespace berth::cli
