#include "berth/cli/context_command.h"

#include <fmt/format.h>

#include "berth/base/utf8.h"
#include "berth/cli/state_options.h"
#include "berth/dt/evaluate.h"
#include "berth/server/built_in.h"

namespace berth::cli {
namespace {

struct ContextOptions {
  std::string investigation;
  std::string key;
  std::string value;
  bool append = false;
  bool as_text = false;
  bool all = false;
  bool json = false;
};

Result<void> get(const ContextOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(scene.enter_investigation(options.investigation));
  BERTH_TRY(Json context, scene.investigation().context());
  if (!options.key.empty()) {
    BERTH_TRY(context, dt::evaluate(options.key, context, scene.script()).context([&] {
      return fmt::format("context path '{}'", options.key);
    }));
  }
  if (options.json) {
    put_json(Json::object().set("investigation", options.investigation).set("context", std::move(context)));
  } else {
    const std::string* text = context.as_string();
    put_text((text != nullptr ? to_visible(*text, true) : print_json_pretty(context)) + "\n");
  }
  return {};
}

// The same as a person's `!Set` or `!DeleteContext`.
Result<void> run_built_in(std::string_view name, const Json& args, const ContextOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(scene.enter_investigation(options.investigation));
  server::Caller person;
  person.is_person = true;
  const server::CommandScene where{scene.investigation(), scene.state(), scene.script(), person};
  BERTH_TRY(const auto entries, server::find_built_in(name)->run(server::CommandArguments(name, args), where));
  const std::string said = entries.front().text_or("Contents", "");
  if (options.json) {
    put_json(Json::object().set("investigation", options.investigation).set("done", said));
  } else {
    put_text(to_visible(said, false) + "\n");
  }
  return {};
}

Result<void> set(const ContextOptions& options, app::Scene& scene) {
  Json args = Json::object();
  args.set("key", options.key).set("value", options.value).set("append", options.append);
  return run_built_in("Set", args.set("stringify", options.as_text), options, scene);
}

Result<void> remove(const ContextOptions& options, app::Scene& scene) {
  Json args = Json::object();
  return run_built_in("DeleteContext", args.set("key", options.key).set("all", options.all), options, scene);
}

CLI::App& add_one(CLI::App& group, const char* name, const char* description, ContextOptions& options) {
  CLI::App& command = *group.add_subcommand(name, description);
  command.add_option("--investigation", options.investigation, "whose context it is")->type_name("ID")->required();
  return command;
}

}  // namespace

void add_context(CLI::App& program, Choice& choice) {
  CLI::App& group = *program.add_subcommand("context", "the context of an investigation");
  group.require_subcommand(1);
  {
    const auto options = std::make_shared<ContextOptions>();
    CLI::App& command = add_one(group, "get", "what is at a path, or all of it", *options);
    command.add_option("path", options->key, "a DT expression, such as File(val.Size > 10).Name");
    on_chosen(command, choice, options, get);
  }
  {
    const auto options = std::make_shared<ContextOptions>();
    CLI::App& command = add_one(group, "set", "set a key", *options);
    command.add_option("key", options->key, "dotted path")->required();
    command.add_option("value", options->value, "text, or JSON of an object or a list")->required();
    command.add_flag("--append", options->append, "add to what is there");
    command.add_flag("--text", options->as_text, "keep JSON as the text that it is");
    on_chosen(command, choice, options, set);
  }
  {
    const auto options = std::make_shared<ContextOptions>();
    CLI::App& command = add_one(group, "delete", "delete a key, or all of it", *options);
    command.add_option("key", options->key, "dotted path");
    command.add_flag("--all", options->all, "everything");
    on_chosen(command, choice, options, remove);
  }
}

}  // namespace berth::cli
