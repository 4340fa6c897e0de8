// Who makes the container of a call: one interface, behind which stand Berth itself and the engines of others.
#pragma once

#include <memory>
#include <variant>

#include "berth/base/result.h"
#include "berth/container/container.h"
#include "berth/container/engine_container.h"
#include "berth/container/engine_kind.h"
#include "berth/container/launch_spec.h"
#include "berth/container/runtime_folder.h"

namespace berth::container {

using StartedContainer = std::variant<Container, EngineContainer>;

// Two implementations, held to the same cases by tests/system/test_engines.py. For one thread.
class ContainerEngine {
 public:
  virtual ~ContainerEngine() = default;

  virtual EngineKind kind() const = 0;

  // What cannot be had here, before anything is made. Errors: Unavailable where limits cannot be enforced, where no ids
  // are granted; InvalidInput for what this engine cannot do at all, with the remedy.
  virtual Result<void> check(const LaunchSpec& spec) = 0;

  // Errors: those of Container::start() and EngineContainer::start().
  virtual Result<StartedContainer> start(const LaunchSpec& spec) = 0;
};

// `folder` outlives it. `is_ordinary_user`: who asks is not root of the machine. Errors: InvalidInput for an engine
// that is not for them.
Result<std::unique_ptr<ContainerEngine>> make_engine(EngineKind kind, const RuntimeFolder& folder,
                                                     bool is_ordinary_user);

}  // namespace berth::container
