// Each item is judged by the steps that a call of it would take: read, language, code, image. The first that fails ends
// the judgement of that item; what does not stop a call is said besides.

#include "berth/app/content_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "berth/app/content_lines.h"
#include "berth/app/engine_handover.h"
#include "berth/app/item_image.h"
#include "berth/content/api_modules.h"
#include "berth/content/code_assembly.h"
#include "berth/content/commands.h"
#include "berth/content/server_version.h"
#include "berth/content/suggestion.h"
#include "berth/image/engine_catalogue.h"
#include "berth/image/local_store.h"
#include "berth/image/substitution.h"
#include "berth/server/built_in.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using content::Item;
using content::ItemKind;
using content::Language;

constexpr std::string_view kNotReadable = "unreadable-yaml";
constexpr std::string_view kNoSource = "unreadable-source";
constexpr std::string_view kNoCode = "missing-code";
constexpr std::string_view kNoModule = "missing-api-module";
constexpr std::string_view kBadCode = "unusable-code";
constexpr std::string_view kNoLoop = "no-loop";
constexpr std::string_view kPrompt = "model-prompt";
constexpr std::string_view kNoImage = "missing-image";
constexpr std::string_view kBadImage = "unusable-image";
constexpr std::string_view kUntrusted = "untrusted-image";
constexpr std::size_t kMostList = 16 << 20;
constexpr std::string_view kServer = "other-server";
constexpr std::string_view kClash = "name-clash";
constexpr std::string_view kDefaults = "several-default-arguments";
constexpr std::string_view kNeeds = "missing-dependency";

bool stops(std::string_view rule) {
  const auto& rules = check_rules();
  return std::ranges::find(rules, rule, &CheckRule::id)->stops;
}

class Check {
 public:
  Check(const ContentService& service, const Settings& settings, const ImagesHere& images, RuleSettings rules,
        AskRegistry ask)
      : service_(service), settings_(settings), here_(images), rules_(std::move(rules)), ask_(std::move(ask)) {
    for (const ItemReference& reference : service.items()) {
      names_.insert(reference.item->id);
      names_.insert(reference.item->name);
      for (const auto& command : reference.item->commands) names_.insert(command.name);
    }
    for (const Clash& clash : service.clashes()) {
      for (const ItemReference& one : clash.items) clashing_[one.item] = &clashes_.emplace_back(clash);
    }
  }

  void source(std::size_t at) {
    const ContentSource& source = service_.sources()[at];
    const auto& index = service_.indexes()[at];
    if (!index) {
      for (const BrokenSource& broken : service_.broken_sources()) {
        if (broken.source == &source) add_file(kNoSource, source, source.path, broken.error);
      }
      ++report_.stopped;
      return;
    }
    for (const content::BrokenFile& broken : index->broken()) {
      const fs::path file = index->root() / broken.yaml;
      add_file(kNotReadable, source, file, broken.error);
      ++report_.items;
      ++report_.stopped;
    }
    for (const content::IndexedItem& item : index->items()) {
      const std::size_t before = report_.findings.size();
      examine({&source, &*index, &item});
      ++report_.items;
      const auto mine = report_.findings.begin() + static_cast<std::ptrdiff_t>(before);
      if (std::any_of(mine, report_.findings.end(), [](const CheckFinding& finding) { return finding.stops; }))
        ++report_.stopped;
    }
  }

  CheckReport take() && {
    std::ranges::stable_sort(report_.findings, [](const CheckFinding& a, const CheckFinding& b) {
      return std::tie(a.source, a.file, a.line) < std::tie(b.source, b.file, b.line);
    });
    report_.not_looked_up.assign(not_looked_up_.begin(), not_looked_up_.end());
    return std::move(report_);
  }

 private:
  void add(CheckFinding finding) {
    finding.stops = stops(finding.rule);
    report_.findings.push_back(std::move(finding));
  }
  void add_file(std::string_view rule, const ContentSource& source, const fs::path& file, const std::string& reason) {
    add({rule, true, source.name, "", file, line_in_error(reason, file), "", reason});
  }
  void add(const ItemReference& item, std::string_view rule, std::string key, std::string reason) {
    const fs::path file = item.yaml();
    const std::uint32_t in_error = line_in_error(reason, file);
    const std::uint32_t line = in_error != 0 ? in_error : line_of_key(file, key);
    add({rule, true, item.source->name, item.item->name, file, line, std::move(key), std::move(reason)});
  }

  void examine(const ItemReference& reference) {
    const content::IndexedItem& item = *reference.item;
    check_server(reference);
    if (const auto clash = clashing_.find(&item); clash != clashing_.end()) {
      std::vector<std::string> files;
      for (const ItemReference& other : clash->second->items) {
        if (other.item != &item) files.push_back(fmt::format("'{}'", other.yaml().native()));
      }
      add(reference, kClash, item.id == clash->second->name ? "commonfields.id" : "name",
          fmt::format("{} has the {} '{}' too; rename one, or name it as '{}/{}' where their sources differ",
                      fmt::join(files, " and "), item.id == clash->second->name ? "id" : "name", clash->second->name,
                      reference.source->name, clash->second->name));
    }
    const auto read = service_.read(reference);
    if (!read) return add_unread(reference, read.error());
    check_arguments(reference, *read);
    check_needs(reference);
    if (check_language(reference, *read) && check_code(reference, *read)) check_image(reference, *read);
  }

  void check_server(const ItemReference& reference) {
    const content::IndexedItem& item = *reference.item;
    const auto server = content::parse_server_version(settings_.server_version);
    if (!server) return;
    const auto inside = content::is_in_range(*server, item.from_version, item.to_version);
    if (!inside)
      return add(reference, kServer, item.from_version.empty() ? "toversion" : "fromversion", inside.error().message());
    if (*inside) return;
    const auto after = content::is_in_range(*server, item.from_version, "");
    add(reference, kServer, after && *after ? "toversion" : "fromversion",
        fmt::format("it is for servers of {}, and the setting 'server.version' is {}", content::range_text(item),
                    settings_.server_version));
  }

  void add_unread(const ItemReference& reference, const Error& error) {
    const std::string key = reference.item->kind == ItemKind::Script ? "script" : "script.script";
    // The YAML alone says whether it, or the code beside it, is at fault.
    const bool is_yaml = is_readable_yaml(reference.yaml());
    add(reference, is_yaml ? kNoCode : kNotReadable, is_yaml ? key : "", error.message());
  }

  void check_arguments(const ItemReference& reference, const Item& item) {
    const auto look = [&](const std::vector<content::Argument>& arguments, const std::string& key,
                          const std::string& whose) {
      std::vector<std::string> names;
      for (const auto& argument : arguments) {
        if (argument.takes_bare_value) names.push_back(argument.name);
      }
      if (names.size() < 2) return;
      add(reference, kDefaults, key,
          fmt::format("{} declares {} arguments as default ({}), and only one can take the bare value", whose,
                      names.size(), fmt::join(names, ", ")));
    };
    look(item.arguments, "args", "it");
    for (std::size_t i = 0; i < item.commands.size(); ++i) {
      look(item.commands[i].arguments, fmt::format("script.commands[{}].arguments", i),
           fmt::format("the command '{}'", item.commands[i].name));
    }
  }

  void check_needs(const ItemReference& reference) {
    for (const std::string& need : reference.item->must_have) {
      if (names_.contains(need) || server::find_built_in(need) != nullptr) continue;
      add(reference, kNeeds, "dependson.must",
          fmt::format("no registered item is or has the command '{}'; register one that does", need));
    }
  }

  bool check_language(const ItemReference& reference, const Item& item) {
    const std::string key = item.kind == ItemKind::Script ? "type" : "script.type";
    if (item.is_llm) {
      add(reference, kPrompt, "isllm", "it is a prompt for a language model and has no code to run");
      return false;
    }
    if (item.language == Language::Python) return true;
    add(reference, kNoLoop, key, content::missing_for(item.language));
    return false;
  }

  bool check_code(const ItemReference& reference, const Item& item) {
    const auto tree = service_.tree_of(item);
    const auto modules = [&](const std::string& module) {
      return content::read_api_module(tree ? &*tree : nullptr, module);
    };
    const auto code = content::insert_api_modules(item.code, false, modules);
    if (code) return true;
    const bool is_missing = code.error().code() == Errc::NotFound;
    add(reference, is_missing ? kNoModule : kBadCode, item.kind == ItemKind::Script ? "script" : "script.script",
        code.error().message());
    return false;
  }

  void check_image(const ItemReference& reference, const Item& item) {
    const std::string key = item.kind == ItemKind::Script ? "dockerimage" : "script.dockerimage";
    if (item.docker_image) {
      const auto parsed = image::parse_reference(*item.docker_image);
      if (!parsed) return add(reference, kBadImage, key, parsed.error().message());
      judge(reference, item, &*parsed, key);
      if (!complaint_about_tag(*parsed, item.id).empty()) return;  // DO100 has said it
    } else {
      judge(reference, item, nullptr, key);
    }
    const auto tree = service_.tree_of(item);
    const auto choice = image_for(item, "", settings_, tree ? &*tree : nullptr, locks_);
    if (!choice) return add(reference, kBadImage, key, choice.error().message());
    const std::string meant = image::to_string(choice->reference);
    auto known = images_.find(meant);
    if (known == images_.end()) known = images_.emplace(meant, look_for(*choice)).first;
    const auto& [rule, reason] = known->second;
    if (!rule.empty()) add(reference, rule, key, fmt::format("{}; {}", reason, choice->reason));
  }

  void judge(const ItemReference& reference, const Item& item, const image::Reference* named, const std::string& key) {
    static const ImageKnowledge nothing;
    const ImageKnowledge* known = &nothing;
    if (named != nullptr) {
      const std::string text = image::to_string(*named);
      auto found = knowledge_.find(text);
      if (found == knowledge_.end()) {
        found = knowledge_.emplace(text, knowledge_of(here_, *named, ask_)).first;
      }
      known = &found->second;
    }
    RuleAnswer answer = judge_image(item, named, *known, rules_);
    for (RuleFinding& finding : answer.findings) add(reference, finding.rule, key, std::move(finding.reason));
    for (NotLookedUp& one : answer.not_looked_up) not_looked_up_.insert(std::move(one));
  }

  // Rule and reason why the image cannot be had; empty when it can.
  std::pair<std::string_view, std::string> look_for(const ItemImage& choice) const {
    const auto resolved = image::resolve_image(here_.find, choice.reference, settings_.substitutes, settings_.trust);
    if (resolved) return {};
    return {resolved.error().code() == Errc::InvalidInput ? kUntrusted : kNoImage, resolved.error().message()};
  }

  const ContentService& service_;
  const Settings& settings_;
  const ImagesHere& here_;
  RuleSettings rules_;
  AskRegistry ask_;
  std::set<std::string, std::less<>> names_;
  std::deque<Clash> clashes_;
  std::map<const content::IndexedItem*, const Clash*> clashing_;
  std::map<std::string, std::pair<std::string_view, std::string>> images_;  // by what is meant
  image::KeptLocks locks_;
  std::map<std::string, ImageKnowledge> knowledge_;  // by what is written
  std::set<NotLookedUp> not_looked_up_;
  CheckReport report_;
};

Result<CheckReport> check_sources(const ContentService& service, const Settings& settings, const ImagesHere& images,
                                  RuleSettings rules, const CheckOptions& options) {
  Check check(service, settings, images, std::move(rules), options.ask_registry);
  for (std::size_t i = 0; i < service.sources().size(); ++i) {
    const std::string& name = service.sources()[i].name;
    if (options.sources.empty() || std::ranges::find(options.sources, name) != options.sources.end()) check.source(i);
  }
  return std::move(check).take();
}

}  // namespace

const std::vector<CheckRule>& check_rules() {
  static const std::vector<CheckRule> rules = {
      {kNoSource, "The source's folder can be read.", true},
      {kNotReadable, "The YAML describes a script or an integration.", true},
      {kNoCode, "The item's code is there.", true},
      {kNoModule, "The API modules that the code imports are in its tree.", true},
      {kBadCode, "The code can be put together.", true},
      {kNoLoop, "There is a loop that runs the item's language.", true},
      {kPrompt, "The item has code, and is no prompt for a language model.", true},
      {kNoImage, "The item's image, or one in its place, is on this machine.", true},
      {kBadImage, "The item's image has a valid name.", true},
      {kUntrusted, "The operator lets the item's image be used.", true},
      {kServer, "The item is for the version of server that is set.", false},
      {kClash, "One item has the name on this server.", true},
      {kDefaults, "At most one argument takes the bare value.", false},
      {kNeeds, "What the item depends on is registered.", false},
      {kLatestTag, "The item's image has another tag than `latest`, or a digest.", true},
      {kForeignImage, "The item's image is of the vendor's organisations, or trusted here.", false},
      {kNativeImage, "The item's image is its own, and not the native one.", false},
      {kUnknownTag, "The item's image has a tag or digest, which its registry has.", false},
      {kNoImageNamed, "The item names an image.", false},
      {kDeprecatedImage, "The item's image is not deprecated.", false},
      {kOldImage, "The item's image is at most three months old.", false},
  };
  return rules;
}

Result<CheckReport> check_content(const ContentService& service, const Settings& settings,
                                  const CheckOptions& options) {
  std::vector<std::string> known;
  for (const ContentSource& source : service.sources()) known.push_back(source.name);
  for (const std::string& name : options.sources) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return fail(Errc::NotFound, fmt::format("check content '{}': no such source is registered{}", name,
                                            content::suggestion_for(name, known)));
  }
  RuleSettings rules{settings.trust, {}, std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
  if (!options.deprecated_images.empty()) {
    BERTH_TRY(const std::string text, sys::read_file(options.deprecated_images, kMostList));
    BERTH_TRY(rules.deprecated, parse_deprecated_images(text, options.deprecated_images.native()));
  }
  BERTH_TRY(const auto engine, engine_with_images(settings));
  if (engine) {
    BERTH_TRY(const image::EngineCatalogue catalogue, image::EngineCatalogue::read(*engine));
    const image::NamedImages named(catalogue.images());
    const ImagesHere here{
        named, [&](const image::Reference& one) { return catalogue.find_image(one); },
        [&](const image::StoredImage& one) -> Result<image::LocalImage> { return catalogue.find(one.id)->image; }};
    BERTH_TRY(CheckReport report, check_sources(service, settings, here, std::move(rules), options));
    report.storage = engine->name;
    return report;
  }
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  const image::NamedImages named(images);
  const ImagesHere here{named, [&](const image::Reference& one) { return store.find_image(one); },
                        [&](const image::StoredImage& one) { return store.read_image(one); }};
  BERTH_TRY(CheckReport report, check_sources(service, settings, here, std::move(rules), options));
  report.storage = graph_root.native();
  return report;
}

}  // namespace berth::app
