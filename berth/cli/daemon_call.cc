#include "berth/cli/daemon_call.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "berth/base/base64.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/daemon_question.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/run_input.h"
#include "berth/cli/step_lines.h"
#include "berth/cli/terminal.h"
#include "berth/cli/value_source.h"
#include "berth/client/daemon.h"
#include "berth/engine/outcome.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/syscall.h"
#include "berth/sys/unix_socket.h"

namespace berth::cli {
namespace {

constexpr std::size_t kLargestBody = 12 << 20;  // the daemon takes 16 MiB

constexpr int kConflictStatus = 409;

void say_why(const std::string& reason, bool is_wanted) {
  if (is_wanted) {
    std::fprintf(stderr, "berth: in this process, not through the daemon: %s\n", to_visible(reason, false).c_str());
  }
}

}  // namespace

Result<void> DaemonCall::add(std::string_view key, const std::string& text) {
  if (text.empty()) return {};
  if (to_valid_utf8(text) != text) return fail(Errc::Unavailable, "a text that is no UTF-8 cannot travel");
  body_.set(key, text);
  return {};
}

void DaemonCall::add(std::string_view key, bool given) {
  if (given) body_.set(key, true);
}

Result<std::size_t> DaemonCall::open(const std::string& path, int flags) {
  if (descriptors_.size() >= sys::kMostPassed) {
    return fail(Errc::Unavailable, fmt::format("more than {} files cannot travel", sys::kMostPassed));
  }
  const auto open = [&] { return ::open(path.c_str(), flags | O_CLOEXEC); };
  BERTH_TRY(const int fd, sys::call(open, "open '{}'", path));
  descriptors_.emplace_back(fd);
  return descriptors_.size() - 1;
}

Result<void> DaemonCall::add_json_file(std::string_view key, const std::string& path) {
  if (path.empty()) return {};
  const std::string option = "--" + std::string(key);
  BERTH_TRY(Json json, read_json_file(option.c_str(), path));
  if (!json.is_object()) return fail(Errc::Unavailable, option + " holds no JSON object");
  body_.set(key, std::move(json));
  return {};
}

Result<void> DaemonCall::add_scene(const SceneOptions& scene) {
  BERTH_CHECK_OK(add("investigation", scene.investigation));
  BERTH_CHECK_OK(add_json_file("incident", scene.incident));
  BERTH_CHECK_OK(add_json_file("context", scene.context));
  Json files = Json::array();
  for (const std::string& path : scene.files) {
    // Not through a FIFO or the like: what was read of it could not be read again.
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return fail(Errc::Unavailable, "--file is no regular file");
    const std::string name = std::filesystem::path(path).filename();
    if (to_valid_utf8(name) != name) return fail(Errc::Unavailable, "a name that is no UTF-8 cannot travel");
    BERTH_TRY(const std::size_t descriptor, open(path, O_RDONLY));
    files.push_back(Json::object().set("name", name).set("descriptor", std::uint64_t{descriptor}));
  }
  if (!files.as_array()->empty()) body_.set("files", std::move(files));
  return {};
}

// Nothing: not by the daemon. A number: the exit status, once all has been said.
using DaemonEnd = std::variant<std::monostate, int, DaemonAnswer>;

// One call, from the connection to its end.
class DaemonConversation {
 public:
  DaemonConversation(DaemonCall call, const Surroundings& surroundings, const DaemonShow& show)
      : call_(std::move(call)),
        surroundings_(surroundings),
        show_(show),
        terminal_(detect_terminal(STDERR_FILENO, ColourChoice::Auto)),
        progress_(terminal_) {}

  DaemonEnd run() {
    auto daemon = client::Daemon::connect(surroundings_.settings.socket());
    if (!daemon) return in_this_process(daemon.error().message());
    call_.set("settings", surroundings_.settings.fingerprint);
    call_.set("begun_ns", surroundings_.begun_ns);
    client::Request request{"POST", call_.target_, print_json(call_.body_), {}, call_.affinity_};
    if (request.body.size() > kLargestBody) return in_this_process("the request is too long");
    for (const UniqueFd& one : call_.descriptors_) request.descriptors.push_back(one.get());
    const auto interrupts = watch_interrupts();
    if (!interrupts) return complain(interrupts.error());
    client::CallWatch watch{.interrupt = interrupts->get(), .on_event = [&](const Json& event) { take(event); }};
    watch.on_second = [&] { tell_time(); };
    watch.on_told = [&] { was_told_ = true; };
    progress_.restart();
    auto end = daemon->call(request, watch);
    progress_.done();
    steps_.done();
    if (!end && (was_told_ || sys::is_readable(interrupts->get()))) return interrupted();
    // Whether it has run nobody can say here: it is not made again.
    if (!end) return refuse(end.error(), kMachineExit, show_.json);
    if (end->last.is_null()) return was_told_ ? interrupted() : refused(end->reply);
    const Json& last = end->last;
    if (last.text_or("event", "") == "error") {
      return refuse(Error(Errc::Unavailable, last.text_or("message", "")), exit_code_in(last), show_.json);
    }
    const auto part = [&](const char* key) { return last.find(key) != nullptr ? *last.find(key) : Json(); };
    return DaemonAnswer{exit_code_in(last), part("answer"), part("view"), std::move(files_)};
  }

 private:
  DaemonEnd in_this_process(const std::string& reason) {
    say_why(reason, show_.debug);
    return {};
  }

  static int exit_code_in(const Json& json) {
    const Json* code = json.find("exit_code");
    return code != nullptr && code->is_int() ? static_cast<int>(*code->as_int()) : kBugExit;
  }

  void take(const Json& event) {
    const std::string name = event.text_or("event", "");
    if (!std::exchange(has_begun_, true)) progress_.done();
    if (name == "progress" && !show_.raw) {
      progress_.step(event.text_or("text", ""));
    } else if (name == "step") {
      has_steps_ = true;
      steps_.step(event.text_or("text", ""));
    } else if (name == "frame") {
      const Json* to_script = event.find("to_script");
      const bool goes_in = to_script != nullptr && to_script->is_bool() && *to_script->as_bool();
      show_frame(goes_in ? engine::Direction::ToScript : engine::Direction::FromScript, event.text_or("line", ""));
    } else if (name == "file") {
      const std::string id = event.text_or("id", "");
      if (files_.empty() || files_.back().id != id) files_.push_back({id, event.text_or("name", ""), ""});
      files_.back().bytes += from_base64(event.text_or("bytes", "")).value_or("");
    }
  }

  // Each second while it lasts: on a terminal alone, but for what is waited for once it was told to end.
  void tell_time() {
    if (was_told_) {
      if (!std::exchange(has_said_wait_, true)) say_wait();
    } else if (!has_begun_ && !show_.raw && !std::exchange(has_said_turn_, true)) {
      progress_.step("waiting for its turn with the daemon");
    }
    if (has_steps_) {
      steps_.tick();
    } else {
      progress_.tick();
    }
  }

  void say_wait() {
    const std::string text =
        fmt::format("told the call to end; the daemon has {} s to answer, unless it is interrupted again",
                    client::kEndTime.count());
    if (terminal_.can_redraw && !show_.raw) {
      has_steps_ = false;
      progress_.restart();
      progress_.step(text);
    } else {
      std::fprintf(stderr, "berth: %s\n", text.c_str());
    }
  }

  DaemonEnd interrupted() const {
    return refuse(Error(Errc::Unavailable, "interrupted before the daemon had answered"),
                  engine::exit_code_of(engine::Cause::Interrupted), show_.json);
  }

  // Nothing has run. What is wrong with the request is said by this process in its own words; that the daemon is busy
  // is no reason to go past the bounds that it keeps.
  DaemonEnd refused(const client::Reply& reply) {
    const auto json = parse_json(reply.body);
    const Json* error = json ? json->find("error") : nullptr;
    const std::string message = error != nullptr ? error->text_or("message", "") : "";
    if (reply.status == 429) return refuse(Error(Errc::Exhausted, message), kMachineExit, show_.json);
    // Settings that are not the daemon's make it useless until somebody does something about it.
    say_why(message, show_.debug || (reply.status == kConflictStatus && daemon_has_other_settings()));
    return {};
  }

  // A conflict may also be about what the call names.
  bool daemon_has_other_settings() const {
    const auto version = ask_daemon(surroundings_, "GET", "/v1/version");
    return version && version->text_or("settings", "") != surroundings_.settings.fingerprint;
  }

  DaemonCall call_;
  const Surroundings& surroundings_;
  DaemonShow show_;
  Terminal terminal_;
  Progress progress_;
  StepLines steps_;
  bool has_begun_ = false;  // the daemon has told of it
  bool has_steps_ = false;  // and of what it does now
  bool was_told_ = false;   // to end
  bool has_said_turn_ = false;
  bool has_said_wait_ = false;
  std::vector<AnsweredFile> files_;
};

namespace {

Result<void> save_answered_files(const std::vector<AnsweredFile>& files, const std::string& folder) {
  BERTH_CHECK_OK(make_save_folder(folder));
  for (const AnsweredFile& file : files) BERTH_CHECK_OK(save_file(folder, file.name, file.id, file.bytes));
  return {};
}

}  // namespace

std::optional<int> answer_by_daemon(const std::function<Result<DaemonCall>()>& ask, const Surroundings& surroundings,
                                    const DaemonShow& show,
                                    const std::function<Result<void>(const DaemonAnswer&)>& show_answer) {
  const bool may_be_there = ::access(surroundings.settings.socket().c_str(), F_OK) == 0;
  if (!may_be_there && !show.debug) return std::nullopt;
  auto call = ask();
  if (!call) {
    say_why(call.error().message(), show.debug);
    return std::nullopt;
  }
  if (!surroundings.guards.all_up()) return std::nullopt;
  const DaemonEnd end = DaemonConversation(*std::move(call), surroundings, show).run();
  if (const int* status = std::get_if<int>(&end)) return *status;
  const auto* told = std::get_if<DaemonAnswer>(&end);
  if (told == nullptr) return std::nullopt;
  if (!show.save_files.empty()) {
    if (auto saved = save_answered_files(told->files, show.save_files); !saved) complain(saved.error());
  }
  if (show.json) {
    std::fputs((print_json_pretty(told->answer) + "\n").c_str(), stdout);
  } else if (auto shown = show_answer(*told); !shown) {
    return complain(shown.error());
  }
  return told->exit_code;
}

}  // namespace berth::cli
