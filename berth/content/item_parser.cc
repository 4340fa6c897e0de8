#include "berth/content/item_parser.h"

#include <fmt/format.h>
#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/content/item_fields.h"
#include "berth/content/item_section.h"
#include "berth/content/yaml_text.h"

namespace berth::content {
namespace {

// In a split package the code lies beside the YAML, and this stands in its place.
bool is_placeholder(std::string_view code) { return code.empty() || code == "-"; }

std::string code_of(Section& section) {
  std::string code = section.text("script", Weight::Needed);
  return is_placeholder(code) ? std::string() : code;
}

std::optional<std::string> image_of(Section& section) {
  std::string image = section.text("dockerimage", Weight::Needed);
  if (const std::string problem = problem_of_name(image); !problem.empty()) {
    section.notes().refuse(section.node(), section.way_to("dockerimage"), problem);
  }
  const std::size_t first = image.find_first_not_of(' ');
  if (first == std::string::npos) return std::nullopt;
  return image.substr(first, image.find_last_not_of(' ') - first + 1);
}

Language language_of(Section& section) {
  const std::string type = section.needed_text("type");
  if (type == "powershell") return Language::PowerShell;
  if (type == "javascript") return Language::JavaScript;
  if (type != "python" && !type.empty()) {
    section.notes().refuse(section.node(), section.way_to("type"),
                           fmt::format("'{}' is no language; write python, powershell or javascript",
                                       to_visible(type.substr(0, 40), false)));
  }
  return Language::Python;
}

// What decides how the code runs: at the top of a script, under `script` in an integration.
void read_runtime(Section& section, Item& item) {
  item.code = code_of(section);
  item.language = language_of(section);
  item.subtype = section.text("subtype", Weight::Needed);
  if (!item.subtype.empty() && item.subtype != "python2" && item.subtype != "python3") {
    section.notes().refuse(
        section.node(), section.way_to("subtype"),
        fmt::format("'{}' is no Python; write python2 or python3", to_visible(item.subtype.substr(0, 40), false)));
  }
  item.docker_image = image_of(section);
  item.alternative_images = section.texts("alt_dockerimages");
  item.run_once = section.flag("runonce");
  section.leave({"dockerimage45", "nativeImage", "nativeimage", "spec"});
}

void read_identity(Section& top, Item& item) {
  item.name = top.needed_text("name");
  std::optional<Section> common = top.section("commonfields");
  if (common) {
    item.id = common->text("id", Weight::Needed);
    common->leave({"version", "sortvalues"});
    common->finish();
  }
  if (item.id.empty()) {
    item.id = item.name;
    top.notes().warn(top.node(), "commonfields.id", "missing; the name stands in for it");
  }
  const auto check = [&](const char* key, const std::string& text) {
    if (auto problem = problem_of_name(text); !problem.empty()) top.notes().refuse(top.node(), key, problem);
  };
  check("name", item.name);
  check("commonfields.id", item.id);
  // The id names files and folders, in exports and caches.
  if (item.id.find('/') != std::string::npos || item.id == "." || item.id == "..") {
    top.notes().refuse(top.node(), "commonfields.id",
                       fmt::format("'{}' would lead to another folder; write it without "
                                   "'/' and not as '.' or '..'",
                                   item.id));
  }
  // A key of Berth's own, which servers pass over.
  if (std::optional<Section> own = top.section("berth")) {
    item.network = own->text("network", Weight::Needed);
    own->finish();
  }
  item.from_version = top.text("fromversion");
  item.to_version = top.text("toversion");
  item.deprecated = top.flag("deprecated");
  top.leave({"system", "tests", "marketplaces", "supportedModules", "autoUpdateDockerImage", "internal", "source",
             "prettyname", "fromServerVersion", "toServerVersion", "contentitemexportablefields"});
}

void read_script(Section& top, Item& item) {
  read_runtime(top, item);
  item.arguments = arguments_of(top, "args");
  item.outputs = outputs_of(top);
  item.timeout = timeout_of(top);
  item.run_as = top.text("runas");
  item.polling = top.flag("polling");
  // A server calls these itself, with `new`, `old` and others that no such script declares.
  const std::vector<std::string> tags = top.texts("tags");
  item.any_argument = std::ranges::find(tags, "field-change-triggered") != tags.end();
  item.is_llm = top.flag("isllm");
  top.leave({"comment",           "enabled",      "sensitive", "scripttarget",
             "dependson",         "engineinfo",   "important", "model",
             "userprompt",        "systemprompt", "fewshots",  "promptConfig",
             "compliantpolicies", "skipprepare",  "pswd",      "hidden",
             "quickaction",       "prevname",     "cron",      "user",
             "visualScript",      "updateTime"});
}

void read_integration(Section& top, Item& item) {
  Section script = *top.section("script");
  read_runtime(script, item);
  item.flags = flags_of(script, Weight::Needed);
  item.commands = commands_of(script);
  script.leave({"resetContext", "mcp"});
  script.finish();
  item.parameters = parameters_of(top);
  top.leave({"display",
             "category",
             "description",
             "provider",
             "beta",
             "image",
             "detaileddescription",
             "sectionOrder",
             "sectionorder",
             "defaultmapperin",
             "defaultmapperout",
             "defaultclassifier",
             "autoconfiginstance",
             "supportlevelheader",
             "hidden",
             "videos",
             "defaultEnabled",
             "scriptNotVisible",
             "hybrid",
             "supportsquickactions",
             "isCloudProviderIntegration",
             "triggers",
             "versionedfields"});
}

}  // namespace

Result<Item> parse_item(const YamlDocument& document, std::string_view marketplace) {
  const YamlNode& root = document.root();
  const auto refuse = [&](const YamlNode& at, std::string_view reason) {
    return refuse_at(document.name(), {at.line, at.column}, reason);
  };
  if (!root.is_mapping()) {
    return refuse(root, "it is neither a script nor an integration: it holds no keys; both need 'name' and 'script'");
  }
  ItemNotes notes(document.name(), marketplace);
  Section top(root, "", notes);
  Item item;
  const YamlNode* script = top.take("script");
  if (script == nullptr && (root.find("script") == nullptr || root.find("configuration") != nullptr)) {
    return refuse(root,
                  "it is neither a script nor an integration: key 'script' is missing; a script has it as text, "
                  "an integration as a mapping with 'type' and 'commands'");
  }
  if (script != nullptr && script->is_sequence()) {
    return refuse(*script, "key 'script': it is a list; a script has it as text, an integration as a mapping");
  }
  item.kind = script != nullptr && script->is_mapping() ? ItemKind::Integration : ItemKind::Script;
  read_identity(top, item);
  if (item.kind == ItemKind::Script) {
    read_script(top, item);
  } else {
    read_integration(top, item);
  }
  top.finish();
  if (notes.is_refused()) return std::unexpected(std::move(notes).take_error());
  item.warnings = std::move(notes).take_warnings();
  return item;
}

}  // namespace berth::content
