#include "berth/app/image_knowledge.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "berth/app/image_moves.h"
#include "berth/base/utf8.h"
#include "berth/image/pull.h"
#include "berth/image/short_names.h"
#include "berth/image/trust.h"

namespace berth::app {
namespace {

constexpr std::string_view kDeprecated = "DEPRECATED_IMAGE";
constexpr std::string_view kReason = "DEPRECATED_REASON";
constexpr auto kQuestionTime = std::chrono::seconds(20);

void add_config(ImageKnowledge& known, const image::ImageConfig& config) {
  known.is_config_known = true;
  const std::string deprecated = config.env_value(kDeprecated);
  known.is_deprecated = deprecated == "true" || deprecated == "True" || deprecated == "1";
  known.deprecation = to_visible(config.env_value(kReason).substr(0, 1000), false);
}

Result<RegistryTag> ask_about(const image::Reference& name, const image::MoveSettings& moves) {
  const image::RegistryOptions options = {.credential_files = moves.registries.credential_files,
                                          .deadline = std::chrono::steady_clock::now() + kQuestionTime};
  const std::string& wanted = name.digest.empty() ? name.tag : name.digest;
  auto plan = image::at_places(name, moves, options,
                               [&](image::RegistryClient& registry) { return image::plan_image(registry, wanted); });
  if (plan) return RegistryTag{true, plan->config.created, std::move(plan->config.config)};
  if (plan.error().code() == Errc::NotFound) return RegistryTag{};
  return std::unexpected(std::move(plan).error());
}

}  // namespace

Result<AskRegistry> ask_registries(const Settings& settings) {
  BERTH_TRY(image::MoveSettings moves, move_settings(settings, {}));
  std::map<std::string, Error> unreachable;  // by registry
  return AskRegistry([moves = std::move(moves), unreachable = std::move(unreachable)](
                         const image::Reference& reference) mutable -> Result<RegistryTag> {
    const image::Reference name = image::normalized(reference);
    if (name.tag.empty() && name.digest.empty()) return fail(Errc::InvalidInput, "it has neither tag nor digest");
    BERTH_CHECK_OK(image::check_name(moves.trust, name));
    if (const auto known = unreachable.find(name.registry); known != unreachable.end()) {
      return std::unexpected(known->second);
    }
    auto answer = ask_about(name, moves);
    if (!answer && (answer.error().code() == Errc::Unavailable || answer.error().code() == Errc::TimedOut)) {
      unreachable.emplace(name.registry, answer.error());
    }
    return answer;
  });
}

ImageKnowledge knowledge_of(const ImagesHere& images, const image::Reference& reference, const AskRegistry& ask) {
  ImageKnowledge known;
  const image::StoredImage* stored = images.named.find(reference);
  if (stored == nullptr) {
    if (!ask) {
      known.not_asked = "it is not on this machine, and no registry was asked";
      return known;
    }
    const auto answer = ask(reference);
    if (answer) {
      known.is_there = answer->is_there;
      known.created = answer->created;
      known.not_asked = answer->is_there ? "its registry does not say" : "its registry does not have it";
      if (answer->config) add_config(known, *answer->config);
    } else {
      known.not_asked = answer.error().message();
    }
    return known;
  }
  known.is_here = true;
  known.created = stored->created;
  image::Reference here = image::with_long_name(reference);
  if (here.registry.empty()) here.registry = "localhost";
  known.is_made_here = here.registry == "localhost" && std::ranges::any_of(stored->names, [&](const auto& name) {
                         return image::is_same_name(name, here);
                       });
  if (const auto image = images.read(*stored)) {
    add_config(known, image->config);
  } else {
    known.not_asked = image.error().message();
  }
  return known;
}

}  // namespace berth::app
