#include "berth/container/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "berth/container/ground.h"

namespace berth::container {
namespace {

class NativeEngine final : public ContainerEngine {
 public:
  explicit NativeEngine(const RuntimeFolder& folder) : folder_(folder) {}

  EngineKind kind() const override { return EngineKind::Native; }

  Result<void> check(const LaunchSpec& spec) override {
    BERTH_TRY(ground_, find_ground(spec.limits));
    return {};
  }

  Result<StartedContainer> start(const LaunchSpec& spec) override {
    if (!ground_) BERTH_CHECK_OK(check(spec));
    Ground ground = *std::move(ground_);
    ground_.reset();
    BERTH_TRY(Container container, Container::start(spec, folder_, std::move(ground)));
    return container;
  }

 private:
  const RuntimeFolder& folder_;
  std::optional<Ground> ground_;  // that check() has found for the start after it
};

std::unexpected<Error> refuse(EngineKind kind, std::string_view what) {
  return fail(Errc::InvalidInput, fmt::format("engine {}: {}; use --engine native", name_of(kind), what));
}

class CommandEngine final : public ContainerEngine {
 public:
  CommandEngine(EngineKind kind, const RuntimeFolder& folder) : kind_(kind), folder_(folder) {}

  EngineKind kind() const override { return kind_; }

  Result<void> check(const LaunchSpec& spec) override {
    if (spec.keep) return refuse(kind_, "a container of it cannot be kept (--keep)");
    // The user namespace is as the engine is set: the operator may say that there need be none.
    const bool others_up =
        std::ranges::all_of(spec.guards.lowered(), [](Guard g) { return g == Guard::UserNamespace; });
    if (!others_up) return refuse(kind_, "its containers have all of their guards");
    BERTH_CHECK_OK(granted_ids());
    return {};
  }

  Result<StartedContainer> start(const LaunchSpec& spec) override {
    BERTH_TRY(EngineContainer container, EngineContainer::start(kind_, spec, folder_));
    return container;
  }

 private:
  EngineKind kind_;
  const RuntimeFolder& folder_;
};

}  // namespace

Result<EngineKind> parse_engine(std::string_view name) {
  const auto* found = std::ranges::find(kEngineNames, name);
  if (found != kEngineNames.end()) return static_cast<EngineKind>(found - kEngineNames.begin());
  return fail(Errc::InvalidInput, fmt::format("'{}' is no engine; there are native, docker and podman", name));
}

Result<std::unique_ptr<ContainerEngine>> make_engine(EngineKind kind, const RuntimeFolder& folder,
                                                     bool is_ordinary_user) {
  if (kind == EngineKind::Native) return std::make_unique<NativeEngine>(folder);
  if (is_ordinary_user) return refuse(kind, "root alone can use it, who can enter the networks of its containers");
  return std::make_unique<CommandEngine>(kind, folder);
}

}  // namespace berth::container
