// The way of a call up to its container, top to bottom: what is asked, which image, which code, which network, what it
// may use. plan_call() is that list.

#include "berth/app/call_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "berth/app/call_spec.h"
#include "berth/app/item_image.h"
#include "berth/app/named_items.h"
#include "berth/app/own_guards.h"
#include "berth/base/ids.h"
#include "berth/image/reference.h"

namespace berth::app {
namespace {

// The network, and what an instance adds to it.
Result<CallNetwork> network_for(const CallRequest& request, const NetworkSettings& settings) {
  const auto& wanted = request.network || !request.instance ? request.network : request.instance->network;
  BERTH_TRY(CallNetwork network, network_of(request.item, wanted, settings));
  if (request.instance) {
    std::ranges::copy(request.instance->allowed, std::back_inserter(network.spec.allowed));
    if (wanted && !request.network) network.reason = "the instance";
  }
  return network;
}

// The image by name, and its root and settings.
struct FoundImage {
  ItemImage choice;
  const image::ResolvedImage* resolved;  // until the next call looks for its own
};

Result<FoundImage> find_image(const CallRequest& request, const content::ContentTree* tree, const Planning& with) {
  BERTH_TRY(ItemImage choice, image_for(request.item, request.image, with.settings, tree, with.means.locks()));
  auto resolved = with.means.resolve(choice.reference, with.settings.substitutes, with.settings.trust);
  if (!resolved && choice.is_locked) resolved = std::move(resolved).context([&] { return choice.reason; });
  BERTH_TRY(const image::ResolvedImage* const found, std::move(resolved));
  return FoundImage{std::move(choice), found};
}

void begin_answer(const CallRequest& request, const CallPlan& plan, const FoundImage& image, CallNetwork network,
                  const Planning& with, CallAnswer& answer) {
  answer.code_origin = plan.code->text.item.origin;
  answer.code_first_line = plan.code->item_line;
  answer.id = make_call_id();
  answer.item = request.item.name;
  answer.command = request.command;
  if (!plan.is_native) answer.engine = container::name_of(with.means.engine().kind());
  if (request.instance) answer.instance = request.instance->name;
  const auto& [choice, resolved] = image;
  answer.image = {choice.written, image::to_string(resolved->used), resolved->image.digest,
                  resolved->why.empty() ? choice.reason : choice.reason + "; " + resolved->why};
  answer.notes = notes_of(request, plan.checked);
  if (plan.is_native && !with.guards.up(container::Guard::UserNamespace)) {  // another engine's say it themselves
    answer.warnings.emplace_back(kNoUserNamespace);
  }
  answer.network = {net::to_text(network.spec.profile), std::move(network.reason), {}};
  for (std::string warning : {std::move(network.warning), choice.warning}) {
    if (!warning.empty()) answer.warnings.push_back(std::move(warning));
  }
  answer.secrets = plan.checked.secrets;
  std::ranges::copy(plan.additions.secrets, std::back_inserter(answer.secrets));
}

// Why it can have no process that waits for a call; empty where it can.
std::string why_own_container(const CallRequest& request, const CallPlan& plan, const Planning& with) {
  if (plan.is_native) return std::string(why_alone(request, plan.spec));
  return fmt::format("its container is made by {} (engine)", container::name_of(with.means.engine().kind()));
}

// Why no zygote is tried for it; empty where one is.
std::string why_no_zygote(const CallPlan& plan, const Settings& settings) {
  if (settings.ordinary_user) return "a zygote takes the machine's root: ordinary users have none";
  if (plan.spec.programs.front() == "python2") return "its interpreter is Python 2";
  return "";
}

}  // namespace

Result<CallPlan> plan_call(const CallRequest& request, Aim aim, const Planning& with, CallAnswer& answer) {
  CallPlan plan;
  if (aim == Aim::Call) {
    BERTH_TRY(plan.checked, check_call(request));
  }
  if (!request.item.source.empty()) plan.tree = content::find_tree_of(request.item.source);
  const content::ContentTree* const tree = plan.tree ? &*plan.tree : nullptr;
  BERTH_TRY(const FoundImage image, find_image(request, tree, with));
  BERTH_TRY(plan.code, with.means.codes().of(request.item, tree));
  BERTH_TRY(CallNetwork network, network_for(request, with.settings.network));
  BERTH_TRY(plan.additions, additions_of(with.settings.containers, with.settings.network.proxy));
  plan.is_native = with.means.engine().kind() == container::EngineKind::Native;

  plan.spec = spec_for(request, plan.checked, *image.resolved, with.guards);
  plan.spec.environment = container::environment_for({image.resolved->image.config.env}, plan.additions.variables);
  plan.spec.network = network.spec;
  plan.spec.fixed = plan.additions.files;
  begin_answer(request, plan, image, std::move(network), with, answer);
  plan.spec.id = answer.id;

  plan.job = job_for(request, plan.checked);
  BERTH_TRY(plan.job.context,
            job_context(request, plan.checked, with.scene.investigation(), answer.image.used, plan.spec.limits));
  std::string alone = why_own_container(request, plan, with);
  plan.may_be_shared = alone.empty() && names_item(with.settings.shared_items, request.item);
  if (with.settings.warm_calls && !plan.may_be_shared) {
    answer.not_warm = alone.empty() ? why_no_zygote(plan, with.settings) : std::move(alone);
    plan.may_be_warm = answer.not_warm.empty();
  }
  plan.job.learns = plan.may_be_warm;
  return plan;
}

}  // namespace berth::app
