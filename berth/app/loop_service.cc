#include "berth/app/loop_service.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "berth/app/embedded.h"
#include "berth/app/own_guards.h"
#include "berth/base/ids.h"
#include "berth/image/storage_places.h"
#include "berth/image/substitution.h"
#include "berth/sys/pipe.h"
#include "berth/sys/pump.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

// All directions until the loop has ended and everything it wrote has been passed on, or nobody takes it.
class Bridge {
 public:
  Bridge(container::Container& container, const LoopRequest& request) : container_(container), request_(request) {}

  Result<void> run(LoopEnd& end) {
    const auto begun = Clock::now();
    while (!out_.is_done() || !err_.is_done()) {
      int wait = -1;
      if (request_.wall_time) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*request_.wall_time - (Clock::now() - begun));
        end.timed_out = left.count() <= 0;
        if (end.timed_out) return {};
        wait = static_cast<int>(std::min<long>(left.count(), 60'000));
      }
      BERTH_TRY(const bool goes_on, step(wait, end));
      if (!goes_on) return {};
    }
    return {};
  }

 private:
  static int when(bool wanted, int fd) { return wanted ? fd : -1; }

  Result<bool> step(int wait, LoopEnd& end) {
    std::array<pollfd, 8> polled = {
        pollfd{when(in_.wants_input(), request_.in), POLLIN, 0},
        pollfd{when(in_.wants_output(), container_.in().get()), POLLOUT, 0},
        pollfd{when(out_.wants_input(), container_.out().get()), POLLIN, 0},
        pollfd{when(out_.wants_output(), request_.out), POLLOUT, 0},
        pollfd{when(err_.wants_input(), container_.complaints().get()), POLLIN, 0},
        pollfd{when(err_.wants_output(), request_.err), POLLOUT, 0},
        pollfd{request_.interrupt, POLLIN, 0},
        pollfd{container_.ended(), POLLIN, 0},
    };
    BERTH_CHECK_OK(sys::call([&] { return ::poll(polled.data(), polled.size(), wait); }, "wait for the loop"));
    end.interrupted = polled[6].revents != 0;
    if (end.interrupted) return false;
    bool moved = false;
    const auto on = [&](std::size_t at, auto&& act) -> Result<void> {
      if (polled[at].revents == 0) return {};
      moved = true;
      return act();
    };
    BERTH_CHECK_OK(on(0, [&] { return in_.read(request_.in); }));
    BERTH_CHECK_OK(on(1, [&] { return in_.write(container_.in().get()); }));
    BERTH_CHECK_OK(on(2, [&] { return out_.read(container_.out().get()); }));
    BERTH_CHECK_OK(on(3, [&] { return out_.write(request_.out); }));
    BERTH_CHECK_OK(on(4, [&] { return err_.read(container_.complaints().get()); }));
    BERTH_CHECK_OK(on(5, [&] { return err_.write(request_.err); }));
    if (in_.is_done()) container_.in().reset();  // the loop reads the end of its input
    // The interpreter has ended; a child of its that keeps a pipe open does not hold us.
    return moved || polled[7].revents == 0;
  }

  container::Container& container_;
  const LoopRequest& request_;
  sys::Pump in_;
  sys::Pump out_;
  sys::Pump err_;
};

}  // namespace

Result<LoopEnd> run_loop(const LoopRequest& request, const Settings& settings, const container::Guards& guards) {
  if (settings.engine != container::EngineKind::Native) {
    return fail(Errc::InvalidInput, fmt::format("a loop is run by engine native alone, and the setting 'engine' is {}",
                                                container::name_of(settings.engine)));
  }
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto reference, image::parse_reference(request.image));
  BERTH_TRY(const auto resolved, image::resolve_image(store, reference, settings.substitutes, settings.trust));
  BERTH_TRY(const auto folder, container::RuntimeFolder::open(settings.runtime));

  BERTH_TRY(ContainerAdditions additions, additions_of(settings.containers, settings.network.proxy));

  container::LaunchSpec spec;
  spec.id = make_call_id();
  spec.image_name = image::to_string(resolved.used);
  spec.root = {resolved.image.id, resolved.image.layer_folders, {}};
  spec.programs = container::interpreters_for("");
  spec.arguments = {std::string(container::kFixedFolder) + "/loop.py"};
  if (!request.foreign_loop) spec.arguments.emplace_back("stdio");
  spec.environment = container::environment_for({resolved.image.config.env}, additions.variables);
  spec.channel = container::Channel::Stdio;
  spec.fixed = {{"loop.py", request.foreign_loop ? *request.foreign_loop : std::string(embedded_loop())}};
  std::ranges::move(additions.files, std::back_inserter(spec.fixed));
  spec.limits = request.limits;
  spec.guards = guards_for(settings, guards);
  BERTH_TRY(container::Container container,
            container::Container::start(spec, folder).context([] { return "start the container"; }));
  LoopEnd end;
  end.id = spec.id;
  BERTH_CHECK_OK(sys::set_nonblocking(container.in().get(), "the loop's input"));
  BERTH_CHECK_OK(Bridge(container, request).run(end));
  BERTH_TRY(end.end, container.end(std::chrono::seconds(end.timed_out || end.interrupted ? 0 : 2)));
  end.status = end.end.status;
  return end;
}

}  // namespace berth::app
