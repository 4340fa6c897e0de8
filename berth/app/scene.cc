#include "berth/app/scene.h"

#include <fmt/format.h>

#include "berth/app/named_items.h"
#include "berth/app/state_places.h"
#include "berth/server/stored_investigation.h"

namespace berth::app {

Scene::Scene(const Settings& settings)
    : settings_(settings), state_(state_places(settings)), script_(std::make_unique<dt::ScriptWorker>()) {
  auto playground = std::make_unique<server::Playground>();
  playground_ = playground.get();
  investigation_ = std::move(playground);
}

Result<void> Scene::enter_investigation(std::string_view id) {
  BERTH_TRY(server::StoredInvestigation stored, server::StoredInvestigation::open(state_, id));
  investigation_ = std::make_unique<server::StoredInvestigation>(std::move(stored));
  playground_ = nullptr;
  return {};
}

Result<Scene::Visit> Scene::visit(std::string_view id) {
  BERTH_TRY(server::StoredInvestigation stored, server::StoredInvestigation::open(state_, id));
  Visit visit(*this, std::move(investigation_));
  investigation_ = std::make_unique<server::StoredInvestigation>(std::move(stored));
  playground_ = nullptr;
  return visit;
}

Scene::Visit::~Visit() {
  if (!home_) return;
  scene_.investigation_ = std::move(home_);
  scene_.playground_ = playground_;
}

Result<ContentService*> Scene::content() {
  if (!content_) {
    BERTH_TRY(ContentService opened, ContentService::open(settings_));
    content_ = std::make_unique<ContentService>(std::move(opened));
  }
  return content_.get();
}

Result<InstanceService*> Scene::instances() {
  if (!instances_) {
    BERTH_TRY(InstanceService opened, InstanceService::open(settings_));
    instances_ = std::make_unique<InstanceService>(std::move(opened));
  }
  return instances_.get();
}

Result<void> Scene::take_command() {
  if (commands_left_-- > 0) return {};
  return fail(Errc::Exhausted,
              fmt::format("this run has executed {} commands already, as many as a run may", kMostCommands));
}

server::Caller Scene::caller_of(const content::Item& item) const {
  return {false, item.kind, item.name, names_item(settings_.other_investigations, item)};
}

void Scene::leave_to_parent() {
  state_.leave_to_parent();
  // Closing a connection of SQLite after a fork is not allowed; this process ends by _exit, which closes nothing else.
  std::ignore = instances_.release();
  std::ignore = script_.release();
  script_ = std::make_unique<dt::ScriptWorker>();
}

}  // namespace berth::app
