#include "berth/content/code_assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "berth/content/api_modules.h"
#include "berth/content/code_text.h"
#include "berth/content/common_names.h"
#include "berth/content/common_parts.h"
#include "berth/content/python_source.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCommon = "CommonServerPython";
constexpr std::string_view kUser = "CommonServerUserPython";
constexpr char kBuiltIn[] = "the built-in common script";

fs::path script_file(std::string_view pack, std::string_view name) {
  return fs::path("Packs") / pack / "Scripts" / name / fmt::format("{}.py", name);
}

// A file of the tree as code; nothing where there is no such file.
Result<std::optional<std::string>> find_code(const ContentTree* tree, const fs::path& inside) {
  if (tree == nullptr) return std::optional<std::string>();
  auto text = tree->folder().read(inside, kLargestCode);
  if (!text && text.error().code() == Errc::NotFound) return std::optional<std::string>();
  if (!text) return std::unexpected(std::move(text).error());
  BERTH_TRY(std::string code, checked_code(*std::move(text), (tree->root() / inside).native()));
  return std::optional<std::string>(std::move(code));
}

std::string origin_of(const Item& item) { return item.code_path.empty() ? item.name : item.code_path.native(); }

// By looking for the next one: several times faster than looking at each byte.
std::size_t count_lines(std::string_view text) {
  std::size_t lines = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++lines;
  return lines;
}

bool has_module_lines(std::string_view code) { return code.contains("def register_module_line("); }

// What stands in front of the item; the built-in common script as a piece without text yet.
Result<std::vector<CodePiece>> scripts_before(const Item& item, const ContentTree* tree, bool has_built_in) {
  std::vector<CodePiece> pieces;
  const auto modules = [&](const std::string& module) { return read_api_module(tree, module); };
  // They bring API modules of their own.
  const auto whole = [&](const std::string& code) -> Result<std::string> {
    BERTH_TRY(const std::string text, insert_api_modules(code, has_module_lines(code), modules));
    return clean_python(text);
  };
  if (item.name != kCommon) {
    const fs::path file = script_file("Base", kCommon);
    BERTH_TRY(const auto common, find_code(tree, file));
    if (common) {
      BERTH_TRY(std::string text, whole(*common));
      pieces.push_back({CodePartKind::Common, (tree->root() / file).native(), std::move(text)});
    } else if (has_built_in) {
      pieces.push_back({CodePartKind::Common, kBuiltIn, ""});
    }
  }
  if (item.name != kUser) {
    const fs::path file = script_file("Base", kUser);
    BERTH_TRY(const auto user, find_code(tree, file));
    if (user) {
      BERTH_TRY(std::string text, whole(*user));
      pieces.push_back({CodePartKind::User, (tree->root() / file).native(), std::move(text)});
    }
  }
  return pieces;
}

}  // namespace

Result<std::string> read_api_module(const ContentTree* tree, const std::string& module) {
  const fs::path file = script_file("ApiModules", module);
  BERTH_TRY(auto code, find_code(tree, file));
  if (code) return *std::move(code);
  if (tree == nullptr) {
    return fail(Errc::NotFound, fmt::format("insert API module '{}': the item lies in no content tree; put it under "
                                            "Packs/ of one that has '{}'",
                                            module, file.native()));
  }
  return fail(Errc::NotFound, fmt::format("insert API module '{}': '{}' is missing; add it, or take the import out",
                                          module, (tree->root() / file).native()));
}

AssembledCode join_code(const std::vector<CodePiece>& pieces) {
  AssembledCode code;
  std::size_t size = 0;
  for (const CodePiece& piece : pieces) size += piece.built_in.text.size() + piece.text.size() + 1;
  code.text.reserve(size);
  if (!pieces.empty()) {
    code.known_size = pieces.front().built_in.text.size();
    code.known_digest = pieces.front().built_in.digest;
  }
  for (const CodePiece& piece : pieces) {
    CodePart part = {
        .kind = piece.kind, .origin = piece.origin, .offset = code.text.size(), .first_line = code.lines + 1};
    code.text.append(piece.built_in.text).append(piece.text);
    if (code.text.size() > part.offset && !code.text.ends_with('\n')) code.text += '\n';
    part.size = code.text.size() - part.offset;
    part.lines = count_lines(code.text_of(part));
    code.lines += part.lines;
    code.parts.push_back(std::move(part));
  }
  return code;
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
  const CodePart& part = code.parts.back();
  std::string_view text = code.text_of(part);
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
  return part.first_line + static_cast<std::size_t>(added);
}

Result<AssembledCode> assemble_code(const Item& item, const ContentTree* tree, const CommonScript& built_in) {
  const auto doing = [&] { return fmt::format("assemble {} '{}'", kind_text(item.kind), item.name); };
  if (item.language != Language::Python) {
    return fail(Errc::Unavailable, fmt::format("{}: {}", doing(), missing_for(item.language)));
  }
  std::optional<Pack> pack;
  if (tree != nullptr && !item.source.empty()) {
    BERTH_TRY(pack, tree->pack_of(item.source).context(doing));
  }
  BERTH_TRY(std::vector<CodePiece> pieces, scripts_before(item, tree, !built_in.whole.empty()).context(doing));
  const auto modules = [&](const std::string& module) { return read_api_module(tree, module); };
  const bool has_built_in = !pieces.empty() && pieces.front().origin == kBuiltIn;
  const bool registered =
      (has_built_in && has_module_lines(built_in.always)) ||
      std::ranges::any_of(pieces, [](const CodePiece& piece) { return has_module_lines(piece.text); });
  BERTH_TRY(std::string own, item_code(item, pack, registered, modules).context(doing));
  pieces.push_back({CodePartKind::Item, origin_of(item), std::move(own)});
  if (!has_built_in) return join_code(pieces);
  // What follows it, API modules too, may use names that it does not import.
  std::string after;
  for (std::size_t i = 1; i < pieces.size(); ++i) after += pieces[i].text + '\n';
  const std::set<std::string_view> used = free_identifiers(after);
  const CommonText known = common_for(built_in, used);
  pieces.front().built_in = known;
  pieces.front().text = known.text.ends_with('\n') ? "" : "\n";
  pieces.front().text += imports_taken_for_granted(after, used, item.subtype != "python3");
  return join_code(pieces);
}

}  // namespace berth::content
