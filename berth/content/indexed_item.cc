#include "berth/content/indexed_item.h"

#include <algorithm>

#include "berth/content/commands.h"
#include "berth/content/item_fields.h"
#include "berth/content/item_section.h"
#include "berth/content/yaml_reader.h"
#include "berth/content/yaml_skim.h"
#include "berth/content/yaml_text.h"

namespace berth::content {
namespace {

Language language_named(std::string_view type) {
  if (type == "powershell") return Language::PowerShell;
  return type == "javascript" ? Language::JavaScript : Language::Python;
}

void read_runtime(Section& section, IndexedItem& item) {
  item.language = language_named(section.text("type"));
  item.subtype = section.text("subtype");
  item.docker_image = section.text("dockerimage");
}

// A list of marketplaces hides in some of them only; then it is not hidden as far as names go.
bool is_hidden(Section& section) {
  const YamlNode* hidden = section.take("hidden");
  return hidden != nullptr && as_bool(*hidden).value_or(false);
}

void read_integration(Section& top, IndexedItem& item) {
  Section script = *top.section("script");
  read_runtime(script, item);
  item.flags = flags_of(script, Weight::Noise);
  for (Section& command : script.sections("commands")) {
    IndexedCommand indexed = {.name = command.text("name"), .deprecated = command.flag("deprecated")};
    indexed.hidden = is_hidden(command);
    if (!indexed.name.empty()) item.commands.push_back(std::move(indexed));
  }
}

void read_script(Section& top, IndexedItem& item) {
  read_runtime(top, item);
  item.is_llm = top.flag("isllm");
  item.tags = top.texts("tags");
}

std::vector<std::string> must_have_of(Section& top) {
  std::vector<std::string> needs;
  std::optional<Section> section = top.section("dependson");
  if (!section) return needs;
  for (const std::string& entry : section->texts("must")) {
    needs.push_back(entry.substr(entry.rfind('|') + 1));
  }
  return needs;
}

Result<IndexedItem> item_of(const YamlDocument& document, std::string_view marketplace) {
  const YamlNode& root = document.root();
  const YamlNode* script = root.is_mapping() ? root.find("script") : nullptr;
  if (script == nullptr && (!root.is_mapping() || root.find("name") == nullptr || root.find("type") == nullptr)) {
    return refuse_at(document.name(), {root.line, root.column}, "it is neither a script nor an integration");
  }
  ItemNotes notes(document.name(), marketplace);
  Section top(root, "", notes);
  IndexedItem item;
  item.kind = script != nullptr && script->is_mapping() ? ItemKind::Integration : ItemKind::Script;
  item.name = top.needed_text("name");
  if (std::optional<Section> common = top.section("commonfields")) item.id = common->text("id");
  if (item.id.empty()) item.id = item.name;
  item.from_version = top.text("fromversion");
  item.to_version = top.text("toversion");
  item.deprecated = top.flag("deprecated");
  item.hidden = is_hidden(top);
  item.must_have = must_have_of(top);
  if (item.kind == ItemKind::Integration) {
    read_integration(top, item);
  } else {
    read_script(top, item);
  }
  if (notes.is_refused()) return std::unexpected(std::move(notes).take_error());
  return item;
}

}  // namespace

Result<IndexedItem> indexed_item_of(std::string_view yaml, std::string_view file, std::string_view marketplace) {
  if (const auto skimmed = skim_yaml(yaml)) {
    if (const auto document = parse_yaml(*skimmed, file)) {
      if (auto item = item_of(*document, marketplace)) return item;
    }
  }
  // Also to say what is wrong, and in which line.
  BERTH_TRY(const YamlDocument document, parse_yaml(yaml, file));
  return item_of(document, marketplace);
}

bool has_command(const IndexedItem& integration, std::string_view name) {
  if (integration.kind != ItemKind::Integration) return false;
  if (std::ranges::find(integration.commands, name, &IndexedCommand::name) != integration.commands.end()) return true;
  const std::vector<std::string> implied = implied_commands(integration.flags);
  return std::ranges::find(implied, name) != implied.end();
}

}  // namespace berth::content
