#include "berth/base/ids.h"
#include "berth/server/command_groups.h"
#include "berth/server/entitlements.h"
#include "berth/server/stored_investigation.h"

namespace berth::server {
namespace {

Result<std::vector<Json>> add_entitlement(const CommandArguments& arguments, const CommandScene& scene) {
  Entitlement entitlement;
  entitlement.guid = make_uuid();
  BERTH_TRY(entitlement.persistent, arguments.flag("persistent"));
  entitlement.reply_tag = arguments.text("replyEntriesTag");
  BERTH_CHECK_OK(scene.investigation.add_entitlement(entitlement));
  return one_entry(text_entry(entitlement.guid));
}

// An answer from outside, as an entry.
Json reply_of(const Entitlement& entitlement, const std::string& email, const std::string& content) {
  Json entry = text_entry(email.empty() ? content : email + ": " + content);
  if (!entitlement.reply_tag.empty()) entry.set("Tags", Json(Json::Array{entitlement.reply_tag}));
  return entry;
}

Result<void> take_reply(Investigation& investigation, const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string guid, arguments.needed_text("guid"));
  return investigation.use_entitlement(guid, [&](const Entitlement& used) -> Result<void> {
    std::vector<NewEntry> entries;
    entries.push_back({reply_of(used, arguments.text("email"), arguments.text("content")), std::nullopt});
    BERTH_CHECK_OK(investigation.post(entries, {}, scene.script));
    return {};
  });
}

constexpr BuiltInCommand kCommands[] = {
    {"addEntitlement", "give somebody outside the right to answer", "", add_entitlement},
};

}  // namespace

std::span<const BuiltInCommand> entitlement_commands() { return kCommands; }

Result<Json> handle_entitlement(const Json& args, const CommandScene& scene) {
  const CommandArguments arguments("handleEntitlementForUser", args);
  const std::string incident = arguments.text("incidentID");
  const std::string id = incident.empty() ? arguments.text("alertID") : incident;
  if (id.empty()) return arguments.wrong("incidentID", "is missing");
  if (id == scene.investigation.id()) {
    BERTH_CHECK_OK(take_reply(scene.investigation, arguments, scene));
    return Json();
  }
  BERTH_TRY(StoredInvestigation other, StoredInvestigation::open(scene.state, id));
  BERTH_CHECK_OK(take_reply(other, arguments, scene));
  return Json();
}

}  // namespace berth::server
