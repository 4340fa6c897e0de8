#include "berth/app/loop_service.h"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "berth/app/embedded.h"
#include "berth/app/ids.h"
#include "berth/image/storage_places.h"
#include "berth/image/substitution.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

// Copies what there is from one descriptor to another; false at the end of either.
Result<bool> pump(int from, int to) {
  std::array<char, 65536> chunk;
  BERTH_TRY(int got, sys::call([&] { return ::read(from, chunk.data(), chunk.size()); }, "read"));
  if (got == 0) return false;
  auto put = sys::write_all(to, {chunk.data(), static_cast<std::size_t>(got)}, "a stream of the loop");
  if (!put && put.error().os_error() == EPIPE) return false;
  if (!put) return std::unexpected(std::move(put).error());
  return true;
}

// Both directions until the loop has ended and everything it wrote has been passed on.
Result<void> connect(container::Container& container, const LoopRequest& request, LoopEnd& end) {
  const auto begun = Clock::now();
  bool has_input = true;
  while (container.out() || container.complaints()) {
    std::array<pollfd, 4> polled = {
        pollfd{has_input ? request.in : -1, POLLIN, 0}, pollfd{container.out().get(), POLLIN, 0},
        pollfd{container.complaints().get(), POLLIN, 0}, pollfd{request.interrupt, POLLIN, 0}};
    int wait = -1;
    if (request.wall_time) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*request.wall_time - (Clock::now() - begun));
      end.timed_out = left.count() <= 0;
      if (end.timed_out) return {};
      wait = static_cast<int>(std::min<long>(left.count(), 60'000));
    }
    BERTH_CHECK_OK(sys::call([&] { return ::poll(polled.data(), polled.size(), wait); }, "wait for the loop"));
    end.interrupted = polled[3].revents != 0;
    if (end.interrupted) return {};
    if (polled[1].revents != 0) {
      BERTH_TRY(bool more, pump(container.out().get(), request.out));
      if (!more) container.out().reset();
    }
    if (polled[2].revents != 0) {
      BERTH_TRY(bool more, pump(container.complaints().get(), request.err));
      if (!more) container.complaints().reset();
    }
    if (polled[0].revents != 0) {
      BERTH_TRY(has_input, pump(request.in, container.in().get()));
      if (!has_input) container.in().reset();
    }
  }
  return {};
}

}  // namespace

Result<LoopEnd> run_loop(const LoopRequest& request, const Settings& settings, const container::Guards& guards) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(image::storage_places_of_process(settings.storage)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto reference, image::parse_reference(request.image));
  BERTH_TRY(const auto resolved, image::resolve_image(store, reference, settings.substitutes));
  BERTH_TRY(const auto folder, container::RuntimeFolder::open(settings.runtime));

  container::LaunchSpec spec;
  spec.id = make_call_id();
  spec.image_name = image::to_string(resolved.used);
  spec.root = {resolved.image.id, resolved.image.layer_folders};
  spec.programs = container::interpreters_for("");
  spec.arguments = {std::string(container::kFixedFolder) + "/loop.py"};
  if (!request.foreign_loop) spec.arguments.emplace_back("stdio");
  spec.environment = container::environment_for({resolved.image.config.env}, {});
  spec.channel = container::Channel::Stdio;
  spec.fixed = {{"loop.py", request.foreign_loop ? *request.foreign_loop : std::string(embedded_loop())}};
  spec.limits = request.limits;
  spec.guards = guards;
  BERTH_TRY(container::Container container,
            container::Container::start(spec, folder).context([] { return "start the container"; }));
  LoopEnd end;
  BERTH_CHECK_OK(connect(container, request, end));
  BERTH_TRY(end.end, container.end(std::chrono::seconds(end.timed_out || end.interrupted ? 0 : 2)));
  end.status = end.end.status;
  return end;
}

}  // namespace berth::app
