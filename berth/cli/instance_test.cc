#include "berth/cli/instance_test.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "berth/app/answer_json.h"
#include "berth/app/call_service.h"
#include "berth/app/instance_service.h"
#include "berth/app/integration_lookup.h"
#include "berth/app/mask.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/instance_view.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/terminal.h"

namespace berth::cli {
namespace {

constexpr std::size_t kLongestMessage = 4000;

void put(std::FILE* to, const std::string& text) { std::fwrite(text.data(), 1, text.size(), to); }

std::string contents_of(const Json& entry) {
  const Json* contents = entry.find("Contents");
  if (contents == nullptr) return {};
  const std::string* text = contents->as_string();
  return text != nullptr ? *text : print_json(*contents);
}

bool is_error(const Json& entry) {
  const Json* type = entry.find("Type");
  return type != nullptr && type->is_int() && *type->as_int() == 4;
}

std::string failure_of(const app::CallAnswer& answer) {
  for (const Json& entry : answer.record.entries) {
    if (is_error(entry)) return contents_of(entry);
  }
  if (answer.outcome.cause != engine::Cause::Completed) {
    std::string text = fmt::format("{}: {}", engine::name_of(answer.outcome.cause), answer.outcome.explanation);
    if (!answer.record.exception.empty()) text += ": " + answer.record.exception.back();
    return text;
  }
  if (answer.record.entries.empty()) return "it returned nothing instead of 'ok'";
  if (answer.record.entries.size() > 1) {
    return fmt::format("it returned {} results instead of one 'ok'", answer.record.entries.size());
  }
  return fmt::format("it returned '{}' instead of 'ok'", contents_of(answer.record.entries.front()));
}

struct Tested {
  app::CallAnswer answer;
  Json context;
};

std::expected<Tested, app::StartError> run(const app::CallRequest& request, const Surroundings& surroundings) {
  auto service = app::CallService::open(surroundings.settings, surroundings.guards);
  if (!service) return std::unexpected(app::StartError{service.error(), false});
  auto answer = service->run(request);
  if (!answer) return std::unexpected(std::move(answer).error());
  auto context = service->scene().investigation().context();
  if (!context) return std::unexpected(app::StartError{std::move(context).error(), false});
  return Tested{*std::move(answer), *std::move(context)};
}

void show(const app::CallAnswer& answer, const Verdict& verdict, bool debug) {
  for (const std::string& warning : answer.warnings) {
    put(stderr, fmt::format("berth: warning: {}\n", to_visible(warning, false)));
  }
  const app::Mask mask(answer.secrets);
  for (const engine::LogLine& line : answer.record.log) {
    if (debug) put(stderr, to_visible(mask.in_text(line.text), true) + "\n");
  }
  for (const std::string& line : answer.record.exception) put(stderr, to_visible(mask.in_text(line), true));
  put(verdict.passed ? stdout : stderr, verdict.passed ? "ok\n" : to_visible(verdict.message, true) + "\n");
}

}  // namespace

Verdict verdict_of(const app::CallAnswer& answer) {
  const auto& entries = answer.record.entries;
  const bool passed = answer.outcome.cause == engine::Cause::Completed && entries.size() == 1 &&
                      !is_error(entries.front()) && contents_of(entries.front()) == "ok";
  if (passed) return {true, "ok"};
  std::string message = app::mask(failure_of(answer), answer.secrets);
  if (message.size() > kLongestMessage) message = to_valid_utf8(message.substr(0, kLongestMessage)) + "...";
  return {false, std::move(message)};
}

int instance_test_command(const InstanceTestOptions& options, const Surroundings& surroundings) {
  const auto fails = [&](const Error& error) { return refuse(error, exit_code_of(error), options.json); };
  auto service = app::InstanceService::open(surroundings.settings);
  if (!service) return fails(service.error());
  const auto instance = service->get(options.name);
  if (!instance) return fails(instance.error());
  app::CallRequest request;
  const auto content = app::ContentService::open(surroundings.settings);
  if (!content) return fails(content.error());
  auto integration = app::integration_of(*content, *instance);
  if (!integration) return fails(integration.error());
  request.item = *std::move(integration);
  auto call = service->open_for_call(options.name, request.item);
  if (!call) return fails(call.error());
  request.instance = *std::move(call);
  request.command = "test-module";
  request.limits = surroundings.settings.limits;
  request.debug = options.debug;
  const auto interrupts = watch_interrupts();
  if (!interrupts) return fails(interrupts.error());
  request.interrupt = interrupts->get();

  Progress progress(detect_terminal(STDERR_FILENO, ColourChoice::Auto));
  progress.step(fmt::format("testing {}", options.name));
  const auto tested = run(request, surroundings);
  progress.done();
  if (!tested) {
    const Error& error = tested.error().error;
    const int start_code = engine::exit_code_of(engine::Cause::FailedToStart);
    return refuse(error, tested.error().is_start ? start_code : exit_code_of(error), options.json);
  }
  const Verdict verdict = verdict_of(tested->answer);
  auto stored = service->set_last_test(options.name, {verdict.passed, verdict.message, store::now()});
  if (!stored) return fails(stored.error());
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kInstanceSchema).set("instance", options.name).set("brand", instance->brand);
    json.set("passed", verdict.passed).set("message", verdict.message);
    json.set("answer", app::answer_json(tested->answer, tested->context, surroundings.begun_ns, false));
    put(stdout, print_json_pretty(json) + "\n");
  } else {
    show(tested->answer, verdict, options.debug);
  }
  return verdict.passed ? 0 : 1;
}

}  // namespace berth::cli
