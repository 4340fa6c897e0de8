#include "berth/cli/instance_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "berth/app/answer_json.h"
#include "berth/app/instance_service.h"
#include "berth/app/integration_lookup.h"
#include "berth/base/utf8.h"
#include "berth/cli/fetch_command.h"
#include "berth/cli/instance_input.h"
#include "berth/cli/instance_test.h"
#include "berth/cli/instance_view.h"
#include "berth/cli/terminal.h"

namespace berth::cli {
namespace {

struct AddOptions : InstanceSettingOptions {
  std::string brand;
  std::string name;
  bool disabled = false;
  bool json = false;
};

struct SetOptions : InstanceSettingOptions {
  std::string name;
  std::string content;
  bool json = false;
};

struct ListOptions {
  std::string brand;
  bool json = false;
};

struct NameOptions {
  std::string name;
  bool json = false;
};

void put(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int refuse(const Error& error, bool json) {
  // What a user gave is the user's to mend, also where it is over a limit.
  const int exit_code = error.code() == Errc::Exhausted ? kBadInputExit : exit_code_of(error);
  if (json) put(print_json_pretty(app::error_json(error, exit_code)) + "\n");
  complain(error);
  return exit_code;
}

// Says that `what` was done with the instance `name`.
int done(std::string_view what, const std::string& name, bool json) {
  if (json) {
    put(print_json_pretty(Json::object().set("schema", kInstanceSchema).set("name", name).set("done", what)) + "\n");
  } else {
    put(fmt::format("{} instance '{}'\n", what, to_visible(name, false)));
  }
  return 0;
}

Result<std::string> add(const AddOptions& options, const app::Settings& settings) {
  BERTH_TRY(const app::ContentService content, app::ContentService::open(settings));
  BERTH_TRY(const content::Item integration, app::find_integration(content, options.brand));
  app::NewInstance request;
  request.name = options.name;
  request.enabled = !options.disabled;
  BERTH_TRY(request.options.network, read_network(options));
  BERTH_TRY(request.options.allowed, read_allowed(options));
  if (app::is_item_path(options.brand)) request.options.source = integration.source;
  BERTH_TRY(request.parameters, read_parameters(options, integration));
  BERTH_TRY(app::InstanceService service, app::InstanceService::open(settings));
  return service.add(integration, request);
}

Result<std::string> set(const SetOptions& options, const app::Settings& settings) {
  BERTH_TRY(app::InstanceService service, app::InstanceService::open(settings));
  BERTH_TRY(const store::Instance instance, service.get(options.name));
  BERTH_TRY(const app::ContentService content, app::ContentService::open(settings));
  app::InstanceChange change;
  content::Item integration;
  if (options.content.empty()) {
    BERTH_TRY(integration, app::integration_of(content, instance));
  } else {
    BERTH_TRY(integration, app::find_integration(content, options.content));
    if (integration.id != instance.brand) {
      return fail(Errc::InvalidInput, fmt::format("--content '{}': it is the integration '{}', not '{}'",
                                                  options.content, integration.id, instance.brand));
    }
    change.source = app::is_item_path(options.content) ? integration.source : std::filesystem::path();
  }
  BERTH_TRY(change.network, read_network(options));
  BERTH_TRY(auto allowed, read_allowed(options));
  if (!allowed.empty()) change.allowed = std::move(allowed);
  BERTH_TRY(change.parameters, read_parameters(options, integration));
  BERTH_CHECK_OK(service.change(options.name, integration, change));
  return options.name;
}

int show(const NameOptions& options, const app::Settings& settings) {
  auto service = app::InstanceService::open(settings);
  if (!service) return refuse(service.error(), options.json);
  const auto instance = service->get(options.name);
  if (!instance) return refuse(instance.error(), options.json);
  const auto content = app::ContentService::open(settings);
  if (!content) return refuse(content.error(), options.json);
  const auto found = app::integration_of(*content, *instance);
  const content::Item* integration = found ? &*found : nullptr;
  const std::string problem = found ? "" : found.error().message();
  put(options.json ? print_json_pretty(instance_json(*instance, integration, problem)) + "\n"
                   : instance_text(*instance, integration, problem));
  return 0;
}

int list(const ListOptions& options, const app::Settings& settings) {
  auto service = app::InstanceService::open(settings);
  if (!service) return refuse(service.error(), options.json);
  const auto instances = service->list(options.brand);
  if (!instances) return refuse(instances.error(), options.json);
  put(options.json ? print_json_pretty(instances_json(*instances)) + "\n"
                   : instances_text(*instances, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  return 0;
}

using Action = Result<void> (*)(app::InstanceService&, const std::string&);

int act(const NameOptions& options, std::string_view what, Action action, const app::Settings& settings) {
  auto service = app::InstanceService::open(settings);
  if (!service) return refuse(service.error(), options.json);
  const auto outcome = action(*service, options.name);
  if (!outcome) return refuse(outcome.error(), options.json);
  return done(what, options.name, options.json);
}

void take_all(CLI::Option* option, const char* type) {
  option->type_name(type)->expected(1)->allow_extra_args(false)->take_all();
}

void add_setting_options(CLI::App& command, InstanceSettingOptions& options) {
  take_all(
      command.add_option("--param", options.parameters, "a parameter: name=value; a secret as name=@file or name=-"),
      "NAME=VALUE");
  take_all(command.add_option("--secret", options.secrets, "a parameter from a file or standard input"),
           "NAME=@FILE|NAME=-");
  command.add_option("--params-file", options.parameters_file, "parameters as a JSON object")->type_name("FILE");
  command.add_option("--network", options.network, "none, egress, proxy, or host:port,...: what its calls may reach")
      ->type_name("NETWORK");
  take_all(command.add_option("--allow", options.allowed, "private addresses that its calls may reach"), "RANGE");
}

void add_add(CLI::App& instance, Choice& choice) {
  CLI::App& command = *instance.add_subcommand("add", "make an instance of an integration");
  const auto options = std::make_shared<AddOptions>();
  command.add_option("integration", options->brand, "its YAML or package folder")->required();
  command.add_option("--name", options->name, "its name; BRAND_instance_1 and so on without")->type_name("NAME");
  add_setting_options(command, *options);
  command.add_flag("--disabled", options->disabled, "do not let it run yet");
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([options, &choice] {
    choice.run = [options](const Surroundings& surroundings) {
      const auto name = add(*options, surroundings.settings);
      return name ? done("added", *name, options->json) : refuse(name.error(), options->json);
    };
  });
}

void add_set(CLI::App& instance, Choice& choice) {
  CLI::App& command = *instance.add_subcommand("set", "change what is given, and nothing else");
  const auto options = std::make_shared<SetOptions>();
  command.add_option("name", options->name)->required();
  add_setting_options(command, *options);
  command.add_option("--content", options->content, "where its integration lies now")->type_name("PATH");
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([options, &choice] {
    choice.run = [options](const Surroundings& surroundings) {
      const auto name = set(*options, surroundings.settings);
      return name ? done("changed", *name, options->json) : refuse(name.error(), options->json);
    };
  });
}

void add_list(CLI::App& instance, Choice& choice) {
  CLI::App& command = *instance.add_subcommand("list", "list the instances");
  const auto options = std::make_shared<ListOptions>();
  command.add_option("--brand", options->brand, "of this integration")->type_name("BRAND");
  command.add_flag("--json", options->json, "the list as JSON");
  command.callback([options, &choice] {
    choice.run = [options](const Surroundings& surroundings) { return list(*options, surroundings.settings); };
  });
}

void add_show(CLI::App& instance, Choice& choice) {
  CLI::App& command = *instance.add_subcommand("show", "show one, without its secrets");
  const auto options = std::make_shared<NameOptions>();
  command.add_option("name", options->name)->required();
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([options, &choice] {
    choice.run = [options](const Surroundings& surroundings) { return show(*options, surroundings.settings); };
  });
}

void add_test(CLI::App& instance, Choice& choice) {
  CLI::App& command = *instance.add_subcommand("test", "call its test-module, which answers ok when all is well");
  const auto options = std::make_shared<InstanceTestOptions>();
  command.add_option("name", options->name)->required();
  command.add_flag("--json", options->json, "the answer as JSON");
  command.add_flag("--debug", options->debug, "run in debug mode and show its log");
  command.callback([options, &choice] {
    choice.makes_mounts = true;
    choice.run = [options](const Surroundings& surroundings) { return instance_test_command(*options, surroundings); };
  });
}

void add_action(CLI::App& instance, Choice& choice, const std::string& verb, const std::string& help, Action action) {
  CLI::App& command = *instance.add_subcommand(verb, help);
  const auto options = std::make_shared<NameOptions>();
  command.add_option("name", options->name)->required();
  command.add_flag("--json", options->json, "the answer as JSON");
  const std::string what = verb + "d";  // "enabled", "disabled", "removed"
  command.callback([options, what, action, &choice] {
    choice.run = [options, what, action](const Surroundings& surroundings) {
      return act(*options, what, action, surroundings.settings);
    };
  });
}

}  // namespace

void add_instance(CLI::App& program, Choice& choice) {
  CLI::App& instance = *program.add_subcommand("instance", "make, test and change instances of integrations");
  instance.require_subcommand(1);
  add_add(instance, choice);
  add_list(instance, choice);
  add_show(instance, choice);
  add_test(instance, choice);
  add_set(instance, choice);
  add_instance_start(instance, choice);
  add_action(instance, choice, "enable", "let it run",
             [](app::InstanceService& service, const std::string& name) { return service.set_enabled(name, true); });
  add_action(instance, choice, "disable", "keep it from running",
             [](app::InstanceService& service, const std::string& name) { return service.set_enabled(name, false); });
  add_action(instance, choice, "remove", "remove it with its secrets and what it remembers",
             [](app::InstanceService& service, const std::string& name) { return service.remove(name); });
}

}  // namespace berth::cli
