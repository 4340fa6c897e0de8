// The rules DO100 to DO106 about the image that an item of content names.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/item.h"
#include "berth/image/reference.h"
#include "berth/image/trust.h"

namespace berth::app {

inline constexpr std::string_view kLatestTag = "DO100";
inline constexpr std::string_view kForeignImage = "DO101";
inline constexpr std::string_view kNativeImage = "DO102";
inline constexpr std::string_view kUnknownTag = "DO103";
inline constexpr std::string_view kNoImageNamed = "DO104";
inline constexpr std::string_view kDeprecatedImage = "DO105";
inline constexpr std::string_view kOldImage = "DO106";

// What this machine, or a registry, knows of one image.
struct ImageKnowledge {
  bool is_here = false;
  bool is_made_here = false;     // its name here is one of this machine, `localhost/...`
  std::optional<bool> is_there;  // whether its registry has the tag; nothing: nobody asked
  std::string created;           // RFC 3339; empty: not known
  bool is_config_known = false;  // then the two below are
  bool is_deprecated = false;    // as the image says itself (DEPRECATED_IMAGE)
  std::string deprecation;       // the reason that it gives
  std::string not_asked;         // why no registry was asked, or what it answered
};

struct RuleFinding {
  std::string_view rule;
  std::string reason;
};

// What a rule could not decide.
struct NotLookedUp {
  std::string_view rule;
  std::string image;
  std::string reason;

  friend auto operator<=>(const NotLookedUp&, const NotLookedUp&) = default;
};

struct RuleAnswer {
  std::vector<RuleFinding> findings;
  std::vector<NotLookedUp> not_looked_up;
};

// Images that are deprecated, by their names without registry and tag, with the reasons: `deprecated_images.json` of
// the image repository, a list of {image_name, reason, ...}. Errors: InvalidInput with what is wrong.
using DeprecatedImages = std::map<std::string, std::string, std::less<>>;
Result<DeprecatedImages> parse_deprecated_images(std::string_view json, std::string_view name);

struct RuleSettings {
  image::TrustPolicy trust;
  std::optional<DeprecatedImages>
      deprecated;  // nothing: there is no list, and only what images say of themselves counts
  std::chrono::sys_days today;
};

// Judges the image of `item`, whose name `reference` is; null where the item names none. Python items only: others run
// in no image of ours. Pure.
RuleAnswer judge_image(const content::Item& item, const image::Reference* reference, const ImageKnowledge& known,
                       const RuleSettings& settings);

// Whether the item is an API module, which other code imports and nobody runs: the rules leave it alone. Pure.
bool is_api_module(const content::Item& item);

// Whether `created` (RFC 3339) lies more than three months before `today`; nothing where it is no time, or one before
// images were: builds that set all times to the same one write 1970 or 1980. Pure.
std::optional<bool> is_old(std::string_view created, std::chrono::sys_days today);

}  // namespace berth::app
