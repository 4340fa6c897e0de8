#include "berth/content/code_assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "berth/content/api_modules.h"
#include "berth/content/common_names.h"
#include "berth/content/common_parts.h"
#include "berth/content/python_source.h"

namespace berth::content {
namespace {

std::string origin_of(const Item& item) { return item.code_path.empty() ? item.name : item.code_path.native(); }

}  // namespace

AssembledCode join_code(std::shared_ptr<const CodePrelude> before, std::string origin, std::string item_text) {
  item_text += line_end_for(item_text);
  CodePart part = {.kind = CodePartKind::Item,
                   .origin = std::move(origin),
                   .offset = before->text.size(),
                   .size = item_text.size(),
                   .first_line = before->lines + 1,
                   .lines = count_lines(item_text)};
  return {std::move(before), std::move(part), std::move(item_text)};
}

Result<std::string> item_code(const Item& item, const std::optional<Pack>& pack, bool registered,
                              const std::function<Result<std::string>(const std::string&)>& modules) {
  BERTH_TRY(std::string code, insert_api_modules(item.code, registered, modules));
  if (pack && !pack->version.empty()) code = with_pack_version(code, *pack);
  code = clean_python(code);
  const bool is_common = item.name.find("CommonServer") != std::string::npos;
  return registered && !is_common ? with_module_lines(code, item.name) : code;
}

std::optional<std::size_t> first_line_of_item(const AssembledCode& code, const Item& item) {
  constexpr std::string_view kGenerated = "### GENERATED CODE ###";
  constexpr std::string_view kEnd = "register_module_line('";
  std::string_view text = code.item_text;
  if (text.find(kGenerated) != std::string_view::npos) return std::nullopt;
  // What was added stands at the top, but for one line at the end.
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::string_view last = text.substr(text.rfind('\n') + 1);
  const bool has_end = last.starts_with(kEnd) && last.find("'end'") != std::string_view::npos;
  std::string_view own = item.code;
  while (own.ends_with('\n')) own.remove_suffix(1);
  const auto lines = [](std::string_view of) { return 1 + std::count(of.begin(), of.end(), '\n'); };
  const auto added = lines(text) - (has_end ? 1 : 0) - lines(own);
  if (added < 0) return std::nullopt;
  return code.item.first_line + static_cast<std::size_t>(added);
}

Result<AssembledCode> assemble_code(const Item& item, const ContentTree* tree, const CommonScript& built_in) {
  KnownPreludes nothing;
  FileStamps stamps;
  return assemble_code(item, tree, built_in, nothing, stamps);
}

Result<AssembledCode> assemble_code(const Item& item, const ContentTree* tree, const CommonScript& built_in,
                                    KnownPreludes& known, FileStamps& stamps) {
  const auto doing = [&] { return fmt::format("assemble {} '{}'", kind_text(item.kind), item.name); };
  if (item.language != Language::Python) {
    return fail(Errc::Unavailable, fmt::format("{}: {}", doing(), missing_for(item.language)));
  }
  std::optional<Pack> pack;
  if (tree != nullptr && !item.source.empty()) {
    BERTH_TRY(pack, tree->pack_of(item.source).context(doing));
  }
  BERTH_TRY(const auto scripts, known.scripts_before(item, tree, built_in).context(doing));
  stamps.add(scripts->files);
  const auto modules = [&](const std::string& module) { return read_api_module(tree, module); };
  BERTH_TRY(std::string own, item_code(item, pack, scripts->registers_modules, modules).context(doing));
  if (!scripts->has_built_in) return join_code(known.joined(scripts, {}, ""), origin_of(item), std::move(own));
  // What follows it, API modules too, may use names that it does not import.
  std::string after;
  for (std::size_t i = 1; i < scripts->pieces.size(); ++i) after += scripts->pieces[i].text + '\n';
  after += own + '\n';
  const std::set<std::string_view> used = free_identifiers(after);
  const CommonText common = common_for(built_in, used);
  std::string imports = common.text.ends_with('\n') ? "" : "\n";
  imports += imports_taken_for_granted(after, used, item.subtype != "python3");
  return join_code(known.joined(scripts, common, std::move(imports)), origin_of(item), std::move(own));
}

}  // namespace berth::content
