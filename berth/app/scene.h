// What the calls of one run share: the investigation, what lasts, registered content, instances, JavaScript.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "berth/app/content_service.h"
#include "berth/app/instance_service.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/dt/script_worker.h"
#include "berth/server/caller.h"
#include "berth/server/investigation.h"
#include "berth/server/playground.h"
#include "berth/server/state.h"

namespace berth::app {

// A script could call commands for ever.
constexpr std::int64_t kMostCommands = 10'000;

// Everything but the investigation is opened when it is first asked for. For one thread; it stays where it is.
class Scene {
 public:
  // In a playground of its own.
  explicit Scene(const Settings& settings);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // Errors: NotFound, with the remedy; those of the database.
  Result<void> enter_investigation(std::string_view id);

  // In the investigation `id` until the visit is over; then the scene is where it was.
  class Visit;
  // Errors: as for enter_investigation.
  Result<Visit> visit(std::string_view id);

  server::Investigation& investigation() { return *investigation_; }
  // Null in an investigation that lasts.
  server::Playground* playground() { return playground_; }
  server::State& state() { return state_; }
  dt::Script& script() { return *script_; }
  Result<ContentService*> content();
  Result<InstanceService*> instances();

  // One command fewer is left. Errors: Exhausted when none was.
  Result<void> take_command();

  // Whether the operator lets `item` into other investigations.
  server::Caller caller_of(const content::Item& item) const;

  // In a process that was forked: what the parent has open is left alone, and opened anew when it is needed.
  void leave_to_parent();

 private:
  const Settings& settings_;
  server::State state_;
  std::unique_ptr<server::Investigation> investigation_;
  server::Playground* playground_ = nullptr;
  std::unique_ptr<dt::ScriptWorker> script_;
  std::unique_ptr<ContentService> content_;
  std::unique_ptr<InstanceService> instances_;
  std::int64_t commands_left_ = kMostCommands;
};

// The scene outlives it.
class Scene::Visit {
 public:
  Visit(Visit&&) noexcept = default;
  Visit& operator=(Visit&&) = delete;
  ~Visit();

 private:
  friend class Scene;
  Visit(Scene& scene, std::unique_ptr<server::Investigation> home)
      : scene_(scene), home_(std::move(home)), playground_(scene.playground_) {}

  Scene& scene_;
  std::unique_ptr<server::Investigation> home_;  // null once moved from
  server::Playground* playground_;
};

}  // namespace berth::app
