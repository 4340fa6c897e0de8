#include "berth/app/build_room.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/app/mask.h"
#include "berth/base/ids.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxLine = 160 << 20;  // 64 MiB as JSON
constexpr std::size_t kMostComplaints = 64 << 10;
constexpr std::size_t kMostWords = 600;

// What runs in the room, in Python 2.7 and 3. Its standard streams are ours: commands get others.
constexpr std::string_view kRunner = R"py(import json
import os
import subprocess
import sys

LIMIT = 64 << 20


def versions():
    pip = ''
    try:
        import importlib.metadata as metadata
        pip = metadata.version('pip')
    except Exception:
        try:
            import pip as module
            pip = module.__version__
        except Exception:
            pass
    version = '.'.join(str(part) for part in sys.version_info[:3])
    return {'python': os.path.basename(sys.executable or 'python3'), 'version': version, 'pip': pip}


def say(value):
    sys.stdout.write(json.dumps(value) + '\n')
    sys.stdout.flush()


def text_of(path):
    with open(path, 'rb') as file:
        data = file.read(LIMIT + 1)
    os.remove(path)
    return data.decode('utf-8', 'replace')


def run(order):
    folder = os.path.join('/work', order['folder'])
    if not os.path.isdir(folder):
        os.makedirs(folder)
    if 'name' in order:
        with open(os.path.join(folder, order['name']), 'wb') as file:
            file.write(order['text'].encode('utf-8'))
        return {'status': 0}
    paths = '/tmp/room-out', '/tmp/room-err'
    with open(os.devnull) as nothing, open(paths[0], 'wb') as out, open(paths[1], 'wb') as err:
        try:
            status = subprocess.call(order['command'], stdin=nothing, stdout=out, stderr=err, cwd=folder)
        except OSError as error:
            status = 127
            err.write(('%s: %s' % (order['command'][0], error.strerror)).encode())
    out, err = text_of(paths[0]), text_of(paths[1])
    if len(out) > LIMIT or len(err) > LIMIT:
        return {'too_much': True}
    return {'status': status, 'out': out, 'err': err}


say(versions())
for line in iter(sys.stdin.readline, ''):
    say(run(json.loads(line)))
)py";

bool has_ways_of_ours(const RoomSpec& spec) { return !spec.reach.loopback_ports.empty() || !spec.reach.gates.empty(); }

container::LaunchSpec launch_spec(const RoomSpec& spec, const ContainerAdditions& additions,
                                  const container::Guards& guards, bool is_ordinary_user) {
  container::LaunchSpec launch;
  launch.id = make_call_id();
  launch.image_name = spec.name;
  launch.root = {spec.image.id, spec.image.layer_folders};
  launch.programs = container::interpreters_for("");
  launch.arguments = {"-E", "-s", std::string(container::kFixedFolder) + "/room.py"};
  std::vector<std::string> variables = additions.variables;
  variables.insert(variables.end(), spec.reach.environment.begin(), spec.reach.environment.end());
  launch.environment = container::environment_for({spec.image.config.env}, variables);
  launch.channel = container::Channel::Stdio;
  launch.fixed = {{"room.py", std::string(kRunner), {}}};
  std::ranges::copy(additions.files, std::back_inserter(launch.fixed));
  std::ranges::copy(spec.reach.files, std::back_inserter(launch.fixed));
  launch.limits = spec.limits;
  launch.network = spec.reach.network;
  // An ordinary user enters a network of Berth's making alone: such a one leads nowhere then.
  const bool needs_one = is_ordinary_user && has_ways_of_ours(spec);
  if (spec.reach.network.profile.destinations.empty() && !needs_one) {
    launch.network.profile.reach = net::Reach::None;
  }
  launch.guards = guards;
  return launch;
}

}  // namespace

std::string last_words(std::string_view text, const std::vector<std::string>& secrets) {
  // Masked while it is whole: the tail of a secret would not be known for one.
  std::string words = mask(text, secrets);
  while (words.ends_with('\n') || words.ends_with(' ')) words.pop_back();
  if (words.size() > kMostWords) words = "... " + words.substr(words.size() - kMostWords);
  std::ranges::replace(words, '\n', ' ');
  return to_visible(words, false);
}

Result<void> check_interrupt(int interrupt) {
  pollfd polled = {interrupt, POLLIN, 0};
  BERTH_TRY(const int ready, sys::call([&] { return ::poll(&polled, 1, 0); }, "look for an interrupt"));
  if (ready == 0) return {};
  return fail(Errc::Unavailable, "it was interrupted");
}

Result<BuildRoom> BuildRoom::open(const RoomSpec& spec, const Settings& settings, const container::Guards& guards) {
  BERTH_CHECK_OK(check_interrupt(spec.interrupt));
  BERTH_TRY(const auto folder, container::RuntimeFolder::open(settings.runtime));
  // The operator's variables are for content; here the machine's own indexes decide.
  const container::LaunchSpec launch = launch_spec(spec, {}, guards, settings.ordinary_user.has_value());
  BERTH_TRY(container::Container container, container::Container::start(launch, folder).context([&] {
    return fmt::format("start a container of '{}'", spec.name);
  }));
  BuildRoom room(std::move(container), spec);
  BERTH_CHECK_OK(sys::set_nonblocking(room.container_->in().get(), "the room's input"));
  if (has_ways_of_ours(spec)) {
    UniqueFd opened;
    int name_space = room.container_->network_name_space();
    if (name_space < 0) {
      const std::string path = fmt::format("/proc/{}/ns/net", room.container_->init());
      BERTH_TRY(name_space, sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open '{}'", path));
      opened.reset(name_space);
    }
    for (const std::uint16_t port : spec.reach.loopback_ports) {
      BERTH_TRY(container::PortForward forward, container::PortForward::listen_in(name_space, port));
      BERTH_CHECK_OK(forward.start(-1));
      room.forwards_.push_back(std::move(forward));
    }
    for (const container::GatePlan& plan : spec.reach.gates) {
      BERTH_TRY(container::ProxyGate gate, container::ProxyGate::open(name_space, plan));
      room.gates_.push_back(std::move(gate));
    }
  }
  BERTH_TRY(const std::string line, room.first_line());
  BERTH_TRY(const Json facts,
            parse_json(line, {.depth = 4, .values = 16}).context([] { return "read what Python says"; }));
  room.python_ = facts.text_or("python", "");
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.'; };
  if (!room.python_.starts_with("python") || !std::ranges::all_of(room.python_, is_plain)) room.python_ = "python3";
  room.python_version_ = to_visible(facts.text_or("version", ""), false);
  room.pip_version_ = to_visible(facts.text_or("pip", ""), false);
  return room;
}

// What it says once it runs. Where it ends before, its end tells whether there is a Python at all.
Result<std::string> BuildRoom::first_line() {
  constexpr std::chrono::milliseconds kGrace{500};
  auto line = read_line();
  if (line || line.error().code() != Errc::Unavailable) return line;
  const auto end = container_->end(kGrace);
  if (end || end.error().code() != Errc::NotFound) return line;
  return fail(Errc::InvalidInput,
              fmt::format("start Python in '{}': there is none in it; choose a base with Python 3, as "
                          "'berth image init' makes one",
                          spec_.name));
}

Result<std::string> BuildRoom::read_line() {
  for (std::size_t searched = 0;;) {
    if (const std::size_t end = buffer_.find('\n', searched); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    searched = buffer_.size();
    if (buffer_.size() > kMaxLine) return fail(Errc::Exhausted, "a command wrote more than 64 MiB");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(spec_.deadline - Clock::now()).count();
    if (left <= 0) return fail(Errc::TimedOut, "it did not end in time");
    std::array<pollfd, 3> polled = {pollfd{container_->out().get(), POLLIN, 0},
                                    pollfd{container_->complaints().get(), POLLIN, 0},
                                    pollfd{spec_.interrupt, POLLIN, 0}};
    BERTH_CHECK_OK(
        sys::call([&] { return ::poll(polled.data(), polled.size(), static_cast<int>(std::min<long>(left, 60'000))); },
                  "wait for the container"));
    if (polled[2].revents != 0) return fail(Errc::Unavailable, "it was interrupted");
    std::array<char, 65536> chunk;
    if (polled[1].revents != 0) {
      const auto read = [&] { return ::read(polled[1].fd, chunk.data(), chunk.size()); };
      BERTH_TRY(int got, sys::call(read, "read from the container"));
      if (got == 0) container_->complaints().reset();
      complaints_.append(chunk.data(), static_cast<std::size_t>(got));
      if (complaints_.size() > kMostComplaints) complaints_.erase(0, complaints_.size() - kMostComplaints);
    }
    if (polled[0].revents != 0) {
      BERTH_TRY(int got,
                sys::call([&] { return ::read(polled[0].fd, chunk.data(), chunk.size()); }, "read from the container"));
      if (got == 0) {
        const std::string words =
            complaints_.empty() ? "it ended (is its memory full?)" : last_words(complaints_, spec_.reach.secrets);
        return fail(Errc::Unavailable, fmt::format("the container's Python: {}", words));
      }
      buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    }
  }
}

Result<Json> BuildRoom::ask(const Json& order) {
  const std::string line = print_json(order) + "\n";
  for (std::string_view rest = line; !rest.empty();) {
    pollfd polled = {container_->in().get(), POLLOUT, 0};
    BERTH_TRY(int ready, sys::call([&] { return ::poll(&polled, 1, 10'000); }, "wait for the container"));
    if (ready == 0) return fail(Errc::TimedOut, "the container's program takes no orders");
    const auto write = [&] {
      return ::write(container_->in().get(), rest.data(), std::min<std::size_t>(rest.size(), 4096));
    };
    BERTH_TRY(int written, sys::call(write, "write to the container"));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  BERTH_TRY(const std::string answer, read_line());
  return parse_json(answer, {.depth = 4, .values = 16}).context([] { return "read what the container says"; });
}

Result<BuildRoom::Done> BuildRoom::run(const std::vector<std::string>& command, std::string_view folder) {
  Json argv = Json::array();
  for (const std::string& word : command) argv.push_back(word);
  const auto doing = [&] { return fmt::format("run {} in a container of '{}'", command.front(), spec_.name); };
  BERTH_TRY(const Json answer,
            ask(Json::object().set("command", std::move(argv)).set("folder", std::string(folder))).context(doing));
  if (answer.find("too_much") != nullptr) return fail(Errc::Exhausted, doing() + ": it wrote more than 64 MiB");
  const Json* status = answer.find("status");
  if (status == nullptr || !status->is_int()) return fail(Errc::Corrupt, doing() + ": the answer has no status");
  return Done{static_cast<int>(*status->as_int()), answer.text_or("out", ""), answer.text_or("err", "")};
}

Result<BuildRoom::Done> BuildRoom::must_run(const std::vector<std::string>& command, std::string_view folder) {
  BERTH_TRY(Done done, run(command, folder));
  if (done.status == 0) return done;
  return std::unexpected(failure(done, command.front()));
}

Error BuildRoom::failure(const Done& done, std::string_view program) {
  const std::string& words = done.err.empty() ? done.out : done.err;
  const std::string text =
      fmt::format("{}: status {}: {}{}", program, done.status, last_words(words, spec_.reach.secrets), explanation());
  return Error(Errc::Unavailable, mask(text, spec_.reach.secrets));
}

Result<void> BuildRoom::put_file(std::string_view folder, std::string_view name, std::string_view text) {
  Json order = Json::object();
  order.set("folder", folder).set("name", name).set("text", text);
  BERTH_TRY(const Json answer, ask(order).context([&] { return fmt::format("put '{}' into a container", name); }));
  const Json* status = answer.find("status");
  if (status != nullptr && status->is_int()) return {};
  return fail(Errc::Corrupt, fmt::format("put '{}' into a container: the answer has no status", name));
}

std::string BuildRoom::explanation() {
  const auto ended = container_->end(std::chrono::milliseconds(0));
  if (!ended || spec_.reach.endpoints.empty()) return "";
  std::string text = fmt::format("; it may reach {}", fmt::join(spec_.reach.endpoints, ", "));
  for (const net::NameEvent& event : ended->network.names) {
    if (event.name.starts_with('_')) continue;  // apt asks for service records, and does without
    text += "; " + net::to_text(event);
  }
  for (const container::Refusal& one : ended->network.refusals) {
    text += fmt::format("; {} port {} was refused", net::to_text(one.address), one.port);
  }
  return text;
}

Result<UniqueFd> BuildRoom::open_folder(std::string_view folder) const {
  return sys::open_without_links(container_->work_folder(), fmt::format("work/{}", folder), O_RDONLY | O_DIRECTORY,
                                 "the container's work folder");
}

}  // namespace berth::app
