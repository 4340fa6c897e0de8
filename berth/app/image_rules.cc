#include "berth/app/image_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/app/item_image.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"

namespace berth::app {
namespace {

constexpr JsonLimits kLimits = {.depth = 8, .values = 1'000'000};
constexpr std::string_view kOrganisations[] = {"demisto", "demistoextended"};
constexpr std::string_view kMirror = "xsoar-registry/";  // the vendor's own, at gcr.io, holds the same names below it
constexpr int kFirstYear = 2013;                         // there were no such images before

// The name as the vendor's lists have it, "demisto/python3": without registry, mirror and tag. Empty for an image of
// another registry.
std::string vendor_name(const image::Reference& reference) {
  const image::Reference full = image::normalized(reference);
  if (full.registry == "docker.io") return full.path;
  if (full.registry == "gcr.io" && full.path.starts_with(kMirror)) return full.path.substr(kMirror.size());
  return {};
}

bool is_vendors(std::string_view name) {
  return std::ranges::any_of(kOrganisations, [&](std::string_view organisation) {
    return name.starts_with(organisation) && name.substr(organisation.size()).starts_with('/');
  });
}

std::string id_of(const content::Item& item) { return item.id.empty() ? item.name : item.id; }

class Judgement {
 public:
  Judgement(const content::Item& item, const image::Reference& reference, const ImageKnowledge& known,
            const RuleSettings& settings)
      : item_(item),
        reference_(reference),
        known_(known),
        settings_(settings),
        text_(image::to_string(reference)),
        vendor_name_(vendor_name(reference)) {}

  RuleAnswer judge() && {
    if (const std::string complaint = complaint_about_tag(reference_, id_of(item_)); !complaint.empty()) {
      find(kLatestTag, complaint);
    }
    judge_origin();
    judge_tag();
    judge_deprecation();
    judge_age();
    return std::move(answer_);
  }

 private:
  void find(std::string_view rule, std::string reason) { answer_.findings.push_back({rule, std::move(reason)}); }
  void leave(std::string_view rule) {
    answer_.not_looked_up.push_back(
        {rule, text_, known_.not_asked.empty() ? "no registry was asked" : known_.not_asked});
  }

  void judge_origin() {
    if (vendor_name_ == "demisto/py3-native") {
      find(kNativeImage,
           fmt::format("'{}' is the image of all libraries at once, for hosted servers to choose; name the "
                       "item's own image",
                       text_));
    }
    const bool is_trusted = known_.is_made_here || image::check_name(settings_.trust, reference_).has_value();
    if (is_vendors(vendor_name_) || is_trusted) return;
    const image::Reference full = image::normalized(reference_);
    find(kForeignImage, fmt::format("'{}' is not of the organisation demisto or demistoextended: it is '{}' of the "
                                    "registry '{}'; name an image of theirs, or trust it with the setting {}",
                                    text_, full.path, full.registry, image::kTrustSetting));
  }

  void judge_tag() {
    if (reference_.tag.empty() && reference_.digest.empty()) {
      find(kUnknownTag, fmt::format("'{}' has neither tag nor digest, so that it means another image every day; name a "
                                    "version (berth content set-image '{}' {}:VERSION)",
                                    text_, id_of(item_), image::name_of(reference_)));
      return;
    }
    if (known_.is_here || known_.is_there.value_or(false)) return;
    if (!known_.is_there) return leave(kUnknownTag);
    find(kUnknownTag, fmt::format("the registry of '{}' does not have it; name a tag that it has", text_));
  }

  void judge_deprecation() {
    if (known_.is_deprecated) {
      return find(kDeprecatedImage,
                  fmt::format("'{}' says of itself that it is deprecated: {}; name another image", text_,
                              known_.deprecation.empty() ? "without a reason" : known_.deprecation));
    }
    if (settings_.deprecated) {
      const auto listed = settings_.deprecated->find(vendor_name_);
      if (listed == settings_.deprecated->end()) return;
      return find(kDeprecatedImage, fmt::format("'{}' is deprecated: {}; name another image", vendor_name_,
                                                listed->second.empty() ? "without a reason" : listed->second));
    }
    if (!known_.is_config_known) leave(kDeprecatedImage);
  }

  void judge_age() {
    if (known_.created.empty()) {
      if (!known_.is_here) leave(kOldImage);
      return;
    }
    if (!is_old(known_.created, settings_.today).value_or(false)) return;
    find(kOldImage, fmt::format("'{}' was made on {}, more than three months ago; take a newer one, with what has been "
                                "mended in it since (berth image list {} --newer)",
                                text_, known_.created.substr(0, 10), image::name_of(reference_)));
  }

  const content::Item& item_;
  const image::Reference& reference_;
  const ImageKnowledge& known_;
  const RuleSettings& settings_;
  std::string text_;
  std::string vendor_name_;
  RuleAnswer answer_;
};

}  // namespace

Result<DeprecatedImages> parse_deprecated_images(std::string_view json, std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::InvalidInput, fmt::format("read the list of deprecated images '{}': {}; it is a JSON list of "
                                                "objects with image_name and reason",
                                                name, why));
  };
  const auto list = parse_json(json, kLimits);
  if (!list) return refuse(list.error().message());
  if (!list->is_array()) return refuse("it is not a list");
  DeprecatedImages images;
  for (const Json& one : *list->as_array()) {
    const auto reference = image::parse_reference(one.text_or("image_name", ""));
    if (!reference) return refuse(reference.error().message());
    images[vendor_name(*reference)] = to_visible(one.text_or("reason", "").substr(0, 1000), false);
  }
  return images;
}

RuleAnswer judge_image(const content::Item& item, const image::Reference* reference, const ImageKnowledge& known,
                       const RuleSettings& settings) {
  if (item.language != content::Language::Python || is_api_module(item)) return {};
  if (reference != nullptr) return Judgement(item, *reference, known, settings).judge();
  // A bare code file has no YAML that could name one.
  if (item.source.extension() != ".yml" && item.source.extension() != ".yaml") return {};
  const std::string_view python = item.subtype == "python3" ? "3" : "2";
  RuleAnswer answer;
  answer.findings.push_back(
      {kNoImageNamed, fmt::format("it names no image, so that it runs in the default one for Python "
                                  "{0}, whatever that is; name one (berth content set-image '{1}' "
                                  "--python {0})",
                                  python, id_of(item))});
  return answer;
}

// By its own name and folder: a checkout below some folder of that name is no API module.
bool is_api_module(const content::Item& item) {
  if (item.kind != content::ItemKind::Script) return false;
  const auto ends = [](std::string_view text) { return text.ends_with("ApiModule"); };
  const std::filesystem::path packs = item.source.parent_path().parent_path().parent_path().filename();
  return ends(item.id) || ends(item.name) || packs == "ApiModules";
}

std::optional<bool> is_old(std::string_view created, std::chrono::sys_days today) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto number = [&](std::size_t at, std::size_t size, auto& value) {
    if (created.size() < at + size) return false;
    const char* end = created.data() + at + size;
    return std::from_chars(created.data() + at, end, value).ptr == end;
  };
  if (!number(0, 4, year) || !number(5, 2, month) || !number(8, 2, day)) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || year < kFirstYear) return std::nullopt;
  // Of 31 May three months before is 28 February.
  std::chrono::year_month_day limit = std::chrono::year_month_day(today) - std::chrono::months(3);
  if (!limit.ok()) limit = limit.year() / limit.month() / std::chrono::last;
  return std::chrono::sys_days(date) < std::chrono::sys_days(limit);
}

}  // namespace berth::app
