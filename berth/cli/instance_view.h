// How instances are shown. No secret is in what comes out.
#pragma once

#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/cli/page.h"
#include "berth/content/item.h"
#include "berth/store/instances.h"

namespace berth::cli {

constexpr int kInstanceSchema = 1;

// `integration` may be null, where it cannot be read: then `problem` says why.
Json instance_json(const store::Instance& instance, const content::Item* integration, const std::string& problem);
std::string instance_text(const store::Instance& instance, const content::Item* integration,
                          const std::string& problem);

Json instances_json(const std::vector<store::Instance>& instances);
std::string instances_text(const std::vector<store::Instance>& instances, const Page& page);

}  // namespace berth::cli
