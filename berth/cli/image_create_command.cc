#include "berth/cli/image_create_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "berth/app/create_line.h"
#include "berth/app/created_view.h"
#include "berth/base/json.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/markdown.h"
#include "berth/cli/progress.h"
#include "berth/cli/terminal.h"

namespace berth::cli {
namespace {

struct CreateWords {
  app::CreateTexts texts;
  std::vector<std::string> dependencies;
  std::vector<std::string> packages;
  std::string export_folder;
  std::string apt_sources;
  std::vector<std::string> package_hosts;
  std::string timeout;
  std::string memory;
  bool dry_run = false;
  bool refresh = false;
  bool rebuild = false;
  bool json = false;
};

Result<app::CreateOptions> read_words(const CreateWords& words, const Surroundings& surroundings) {
  app::CreateTexts texts = words.texts;
  texts.dependencies = fmt::format("{}", fmt::join(words.dependencies, "\n"));
  texts.packages = fmt::format("{}", fmt::join(words.packages, "\n"));
  BERTH_TRY(app::CreateOptions options, app::create_options_of(texts));
  options.dry_run = words.dry_run;
  options.refresh = words.refresh;
  options.rebuild = words.rebuild;
  options.export_folder = words.export_folder;
  options.indexes.apt_sources = words.apt_sources;
  for (const std::string& url : words.package_hosts) {
    BERTH_CHECK_OK(app::index_address(url).context([] { return "--package-host"; }));
  }
  options.indexes.package_hosts = words.package_hosts;
  options.guards = surroundings.guards;
  if (!words.timeout.empty()) {
    BERTH_TRY(options.time_limit, app::parse_duration(words.timeout).context([] { return "--timeout"; }));
  }
  if (!words.memory.empty()) {
    BERTH_TRY(options.memory_bytes, app::parse_bytes(words.memory).context([] { return "--memory"; }));
  }
  return options;
}

int image_create_command(const CreateWords& words, const Surroundings& surroundings, int interrupt) {
  auto options = read_words(words, surroundings);
  if (!options) return complain(options.error());
  options->interrupt = interrupt;
  const Terminal terminal = detect_terminal(STDERR_FILENO, ColourChoice::Auto);
  Progress progress(terminal);
  options->on_step = [&](std::string_view step) {
    // In a pipe the steps are lines: a log should say what it waits for.
    if (terminal.can_redraw) {
      progress.step(step);
    } else {
      std::fputs(fmt::format("{}\n", step).c_str(), stderr);
    }
  };
  const auto created = app::create_image(*options, surroundings.settings);
  progress.done();
  if (!created) return complain(created.error());
  std::string text;
  if (words.json) {
    Json json = app::created_json(*created);
    if (words.dry_run) json.set("dockerfile", image::dockerfile(created->recipe));
    text = print_json_pretty(json) + "\n";
  } else {
    text = app::created_notice(*created);
    if (words.dry_run) text += "\n" + app::recipe_text(*created);
    text = render_markdown(text, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page());
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

void add_list(CLI::App& command, const char* name, std::vector<std::string>& into, const char* help) {
  command.add_option(name, into, help)->type_name("NAME,...")->expected(1)->allow_extra_args(false)->take_all();
}

}  // namespace

void add_image_create(CLI::App& image, Choice& choice) {
  const auto words = std::make_shared<CreateWords>();
  CLI::App& create = *image.add_subcommand("create", "make an image with Python libraries and packages on a base");
  create.add_option("NAME", words->texts.name, "name of the image, in lower case; the tag is given")->required();
  add_list(create, "--dependencies", words->dependencies, "Python libraries, as pip takes them: 'requests>=2.31'");
  add_list(create, "--packages", words->packages, "packages of the base's distribution: name, or name=version");
  create.add_option("--base", words->texts.base, "image to build on; the newest Python 3 base without it")
      ->type_name("REF");
  create.add_flag("--allow-sources", words->texts.allow_sources,
                  "also libraries without a wheel: their own code runs when they are built, in a container");
  create.add_option("--description", words->texts.description, "label: what it is for")->type_name("TEXT");
  create.add_option("--authors", words->texts.authors, "label: who is asked about it")->type_name("TEXT");
  create.add_option("--source", words->texts.source, "label: address of what it is made from")->type_name("URL");
  create.add_option("--export", words->export_folder, "also write the image's folder for an image repository")
      ->type_name("FOLDER");
  create.add_option("--apt-sources", words->apt_sources, "package sources instead of the machine's, in apt's form")
      ->type_name("FILE");
  create
      .add_option("--package-host", words->package_hosts,
                  "address that package indexes lead to, beside their own: https://files.example.com")
      ->type_name("URL")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  create.add_option("--timeout", words->timeout, "time for all of it, for example 30m")->type_name("TIME");
  create.add_option("--memory", words->memory, "memory of each of its containers, for example 2g")->type_name("BYTES");
  create.add_flag("--dry-run", words->dry_run, "resolve and show what would be made");
  create.add_flag("--refresh", words->refresh, "ask the indexes again, also where the same was made before");
  create.add_flag("--rebuild", words->rebuild, "build also where an image of exactly the same is there");
  create.add_flag("--json", words->json, "the answer as JSON");
  create.callback([&choice, words] {
    choice.makes_mounts = true;
    choice.run = [words](const Surroundings& surroundings) {
      return with_interrupts([&](int interrupt) { return image_create_command(*words, surroundings, interrupt); });
    };
  });
}

}  // namespace berth::cli
