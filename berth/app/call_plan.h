// What a call comes to before anything of it is started.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "berth/app/assembled_codes.h"
#include "berth/app/call_means.h"
#include "berth/app/call_request.h"
#include "berth/app/checked_call.h"
#include "berth/app/container_settings.h"
#include "berth/app/scene.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/container/launch_spec.h"
#include "berth/content/content_tree.h"
#include "berth/wire/job.h"

namespace berth::app {

// What a request is for: to be answered, or to have the means make ready what calls like it use.
enum class Aim { Call, WarmUp };

struct CallPlan {
  CheckedCall checked;
  std::optional<content::ContentTree> tree;  // that the item lies in
  std::shared_ptr<const CallCode> code;
  ContainerAdditions additions;
  container::LaunchSpec spec;  // but for the loop and the code
  wire::Job job;               // but for the code
  bool is_native = true;       // Berth itself makes the container
  bool may_be_shared = false;  // in a process that serves calls one after another
  bool may_be_warm = false;    // in a process that a zygote forks
};

// What plans are made with, and made for.
struct Planning {
  const Settings& settings;
  const container::Guards& guards;
  CallMeans& means;
  Scene& scene;
  uid_t user;  // who asks
};

// Looks up image, code, network and limits, and begins `answer` with them. For warming up, arguments and parameters are
// not looked at.
// Errors: those of check_call, of image_for, of CallMeans::resolve, of assemble_code, of network_of, of additions_of,
// and of the investigation: the request is wrong, or cannot be carried out as it is.
Result<CallPlan> plan_call(const CallRequest& request, Aim aim, const Planning& with, CallAnswer& answer);

}  // namespace berth::app
