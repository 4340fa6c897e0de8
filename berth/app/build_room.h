// A container of an image in which commands run one after the other, for making and checking images.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/index_reach.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/container/container.h"
#include "berth/container/port_forward.h"
#include "berth/container/proxy_gate.h"
#include "berth/image/local_store.h"

namespace berth::app {

// Errors: Unavailable once `interrupt` is readable; -1 never is.
Result<void> check_interrupt(int interrupt);

struct RoomSpec {
  image::LocalImage image;
  std::string name;  // of the image, for error texts
  IndexReach reach;  // nothing is reached where it names no endpoint
  container::Limits limits;
  std::chrono::steady_clock::time_point deadline;
  int interrupt = -1;  // readable once it is to end
};

// The last words of what a program wrote, for an error, on one line: no secret is in them, and none that is cut in two.
std::string last_words(std::string_view text, const std::vector<std::string>& secrets);

// Commands run as the script's user, behind all guards of a call, with the container's limits and network. Nothing in
// the image changes; what they write lies in the work folder. Gone with the object. For one thread.
class BuildRoom {
 public:
  struct Done {
    int status = 0;  // as subprocess has it: negative for a signal
    std::string out;
    std::string err;
  };

  // Starts the container and a program in it, with the image's own Python, that carries out what it is told.
  // Errors: those of Container::start; Unavailable when the image's Python does not start.
  static Result<BuildRoom> open(const RoomSpec& spec, const Settings& settings, const container::Guards& guards);

  // What the image's Python says of itself: "3.11.2", its program's name "python3", and pip's version, empty without
  // pip.
  const std::string& python_version() const { return python_version_; }
  const std::string& python() const { return python_; }
  const std::string& pip_version() const { return pip_version_; }

  // Runs `command` in the folder `folder` (made where it is missing) of the work folder, to its end; its status need
  // not be 0. Errors: TimedOut at the deadline; Unavailable when it is interrupted; Exhausted when it writes more than
  // 64 MiB; Unavailable when the container's program is gone, as when its memory is full.
  Result<Done> run(const std::vector<std::string>& command, std::string_view folder = "");

  // The same, and another status than 0 is an error: Unavailable, with its last words and, of a room with a network,
  // what it was kept from, without secrets. The room is of no use then.
  Result<Done> must_run(const std::vector<std::string>& command, std::string_view folder = "");

  // That error, for a command of which `program` is the one that people know.
  Error failure(const Done& done, std::string_view program);

  // Writes a file into the folder `folder` of the work folder. Errors: as of run().
  Result<void> put_file(std::string_view folder, std::string_view name, std::string_view text);

  // A folder of the work folder, to be read without trust.
  Result<UniqueFd> open_folder(std::string_view folder) const;

 private:
  BuildRoom(container::Container container, RoomSpec spec)
      : container_(std::make_unique<container::Container>(std::move(container))), spec_(std::move(spec)) {}

  Result<Json> ask(const Json& order);
  Result<std::string> first_line();
  Result<std::string> read_line();
  std::string explanation();

  std::unique_ptr<container::Container> container_;
  std::vector<container::PortForward> forwards_;
  std::vector<container::ProxyGate> gates_;
  RoomSpec spec_;
  std::string buffer_;
  std::string complaints_;
  std::string python_;
  std::string python_version_;
  std::string pip_version_;
};

}  // namespace berth::app
