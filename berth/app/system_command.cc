#include "berth/app/system_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "berth/app/create_line.h"
#include "berth/app/engine_handover.h"
#include "berth/app/image_json.h"
#include "berth/app/image_list.h"
#include "berth/app/image_moves.h"
#include "berth/app/pool_reset.h"
#include "berth/base/ids.h"
#include "berth/base/utf8.h"
#include "berth/content/suggestion.h"
#include "berth/sys/interrupt.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

Json entry_of(Json contents, std::string human_readable) {
  Json entry = Json::object();
  entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", std::move(contents));
  return entry.set("ReadableContentsFormat", "markdown").set("HumanReadable", std::move(human_readable));
}

constexpr std::int64_t kErrorType = 4;

bool is_error(const Json& entry) {
  const Json* type = entry.find("Type");
  return type != nullptr && type->is_int() && *type->as_int() == kErrorType;
}

Json error_entry(const std::string& text) {
  Json entry = Json::object();
  return entry.set("Type", kErrorType).set("ContentsFormat", "text").set("Contents", text);
}

Result<bool> is_on(const Json& arguments, const char* name) {
  const std::string text = arguments.text_or(name, "false");
  if (text == "true" || text == "false") return text == "true";
  return fail(Errc::InvalidInput, fmt::format("{}={}: it is true or false", name, text));
}

// The words are those of the options of `berth image list`.
Result<ImageListOrder> order_of(const Json& arguments) {
  ImageListOrder order;
  order.text = arguments.text_or("name", "");
  constexpr std::string_view kOriginal = "localhost.local/";  // how the original writes images of this machine
  if (order.text.starts_with(kOriginal)) order.text.replace(0, kOriginal.size(), "localhost/");
  order.python = arguments.text_or("python", "");
  order.sort = arguments.text_or("sort", order.sort);
  BERTH_TRY(order.used, is_on(arguments, "used"));
  BERTH_TRY(order.unused, is_on(arguments, "unused"));
  BERTH_TRY(order.reverse, is_on(arguments, "reverse"));
  BERTH_CHECK_OK(check_order(order));
  if (order.used && order.unused) return fail(Errc::InvalidInput, "used and unused exclude each other");
  return order;
}

// What the last look told, where none is asked for.
Result<image::TagQuestions> questions_of(const Json& arguments) {
  BERTH_TRY(const bool newer, is_on(arguments, "newer"));
  BERTH_TRY(const bool refresh, is_on(arguments, "refresh"));
  if (refresh && !newer) return fail(Errc::InvalidInput, "refresh=true goes with newer=true");
  if (refresh) return image::TagQuestions::All;
  return newer ? image::TagQuestions::Stale : image::TagQuestions::None;
}

Result<Json> docker_images(const Json& arguments, const SystemMeans& means) {
  const auto doing = [] { return "/docker_images"; };
  BERTH_TRY(const ImageListOrder order, order_of(arguments).context(doing));
  BERTH_TRY(const image::TagQuestions questions, questions_of(arguments).context(doing));
  ImageListOptions options;
  options.with_containers = order.used || order.unused || order.sort == "used";
  options.on_step = means.on_step;
  BERTH_TRY(options.engine, engine_with_images(means.settings));
  auto newer = newer_tags_of_registries(means.settings, questions);
  // Where no registry is to be asked, what is wrong with the way there does not matter.
  if (!newer && questions != image::TagQuestions::None) return std::unexpected(std::move(newer).error());
  if (newer) options.find_newer = *std::move(newer);
  BERTH_TRY(ImageListing listing, list_images(means.settings, options));
  const bool is_empty = listing.rows.empty();
  const auto rows = ordered(std::move(listing.rows), order);
  std::string text = images_markdown(rows);
  if (rows.empty()) text = is_empty ? "There is no image here yet.\n" : "No image is like that.\n";
  for (const std::string& warning : listing.warnings) text += fmt::format("\n{}\n", to_visible(warning, false));
  return entry_of(images_json(rows), std::move(text));
}

std::span<const SystemCommand> system_commands() {
  static const SystemCommand commands[] = {
      {"docker_image_create",
       "Makes an image with libraries and packages.",
       {"name", "dependencies", "packages", "base"},
       [](const Json& arguments, const SystemMeans& means) {
         return docker_image_create(arguments, means.settings, means.interrupt, means.on_step);
       }},
      {"docker_image_update",
       "Brings images to the state of their registries.",
       {"image", "all"},
       [](const Json& arguments, const SystemMeans& means) {
         return docker_image_update(arguments, means.settings, means.on_step);
       }},
      {"docker_images",
       "The images of this machine.",
       {"name", "python", "used", "unused", "sort", "reverse", "newer", "refresh"},
       docker_images},
      {"reset_containers",
       "Ends what the daemon keeps ready, so that the next calls begin anew.",
       {},
       [](const Json&, const SystemMeans& means) { return reset_containers(means.settings); }},
  };
  return commands;
}

Result<Json> arguments_of(const SystemCommand& command, const content::CommandLine& line) {
  Json arguments = Json::object();
  for (const content::Assignment& one : line.arguments) {
    const std::string name = one.name.value_or("");
    if (std::ranges::find(command.arguments, name) == command.arguments.end()) {
      return fail(
          Errc::InvalidInput,
          fmt::format("/{}: {}; it takes {}", command.name,
                      name.empty() ? "it takes no bare value" : fmt::format("there is no argument '{}'", name),
                      command.arguments.empty() ? "none" : fmt::format("{}", fmt::join(command.arguments, ", "))));
    }
    if (arguments.find(name) != nullptr) {
      return fail(Errc::InvalidInput, fmt::format("/{}: argument '{}' is given twice", command.name, name));
    }
    arguments.set(name, one.value);
  }
  return arguments;
}

}  // namespace

const SystemCommand* find_system_command(std::string_view name) {
  const auto commands = system_commands();
  const auto found = std::ranges::find(commands, name, &SystemCommand::name);
  return found == commands.end() ? nullptr : &*found;
}

Result<CommandAnswer> run_system_command(const content::CommandLine& line, const CallRequest& call,
                                         CallService& calls) {
  const SystemCommand* command = find_system_command(line.name);
  if (command == nullptr) {
    std::vector<std::string> names;
    for (const SystemCommand& one : system_commands()) names.emplace_back(one.name);
    return fail(Errc::NotFound, fmt::format("there is no command '/{}' of the server's own here{}", line.name,
                                            content::suggestion_for(line.name, names)));
  }
  const auto begun = Clock::now();
  BERTH_TRY(const Json arguments, arguments_of(*command, line));
  const sys::InterruptScope scope(call.interrupt);
  auto entry = command->run(arguments, {calls.settings(), call.interrupt, call.on_step});
  CallAnswer answer;
  answer.id = make_call_id();
  answer.command = command->name;
  // An error of what was told to end is that it has ended.
  const bool was_interrupted = !sys::check_interrupted() && (!entry || is_error(*entry));
  answer.outcome.cause = was_interrupted ? engine::Cause::Interrupted : engine::Cause::Completed;
  answer.outcome.explanation = was_interrupted ? "it was interrupted" : "the server answered";
  answer.outcome.wall_time = Clock::now() - begun;
  answer.new_entries.push_back({entry ? *std::move(entry) : error_entry(entry.error().message()), std::nullopt});
  answer.new_entries.back().entry.set("Brand", "Builtin").set("ModuleName", "Builtin");
  BERTH_CHECK_OK(calls.post(answer, {}).context([] { return "keep what the server answered"; }));
  return CommandAnswer{"Builtin", "Builtin", std::move(answer)};
}

}  // namespace berth::app
