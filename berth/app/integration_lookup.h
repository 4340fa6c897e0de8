// Which integration a brand means.
#pragma once

#include <string>

#include "berth/app/content_service.h"
#include "berth/base/result.h"
#include "berth/content/item.h"
#include "berth/store/instances.h"

namespace berth::app {

// The registered integration of that id or name, or the one at a path, with its absolute path as `source`.
// Errors: those of ContentService::find_item and content::read_item; InvalidInput for a script.
Result<content::Item> find_integration(const ContentService& content, const std::string& brand_or_path);

// The integration of an instance that is stored. Errors: as above; InvalidInput where what lies there is another one.
Result<content::Item> integration_of(const ContentService& content, const store::Instance& instance);

}  // namespace berth::app
