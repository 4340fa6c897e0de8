// What `berth content` answers, in the forms that programs read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/app/content_check.h"
#include "berth/app/content_service.h"
#include "berth/base/json.h"

namespace berth::cli {

constexpr int kContentSchema = 1;

// `index` is empty for a source that cannot be listed.
Json source_json(const app::ContentSource& source, const std::optional<content::ContentIndex>& index);
Json item_json(const app::ItemReference& reference);
Json clash_json(const app::Clash& clash);

Json check_json(const app::CheckReport& report);

// SARIF 2.1.0: one run; rules with ids; each source a base of addresses, so that places are relative to it.
Json check_sarif(const app::CheckReport& report, const app::ContentService& service);

// `path` as the path of a URI: bytes that may not stand in it as %XX. Pure.
std::string uri_path(std::string_view path);

}  // namespace berth::cli
