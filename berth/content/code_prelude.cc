#include "berth/content/code_prelude.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/content/api_modules.h"
#include "berth/content/code_text.h"
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

// A file of the tree as code; nothing where there is no such file, or no tree.
Result<std::optional<std::string>> find_code(const ContentTree* tree, const fs::path& inside) {
  if (tree == nullptr) return std::optional<std::string>();
  auto text = tree->folder().read(inside, kLargestCode);
  if (!text && text.error().code() == Errc::NotFound) return std::optional<std::string>();
  if (!text) return std::unexpected(std::move(text).error());
  BERTH_TRY(std::string code, checked_code(*std::move(text), (tree->root() / inside).native()));
  return std::optional<std::string>(std::move(code));
}

bool has_module_lines(std::string_view code) { return code.contains("def register_module_line("); }

// A tree's own, with the API modules that it brings.
Result<std::optional<CodePiece>> find_piece(CodePartKind kind, std::string_view name, const ContentTree* tree) {
  const fs::path file = script_file("Base", name);
  BERTH_TRY(const auto code, find_code(tree, file));
  if (!code) return std::optional<CodePiece>();
  const auto modules = [&](const std::string& module) { return read_api_module(tree, module); };
  BERTH_TRY(const std::string text, insert_api_modules(*code, has_module_lines(*code), modules));
  return std::optional(CodePiece{kind, (tree->root() / file).native(), clean_python(text)});
}

template <class Known>
void remember(std::deque<Known>& all, Known fresh, std::size_t most) {
  all.push_front(std::move(fresh));
  if (all.size() > most) all.pop_back();
}

}  // namespace

// By looking for the next one: several times faster than looking at each byte.
std::size_t count_lines(std::string_view text) {
  std::size_t lines = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++lines;
  return lines;
}

std::string_view line_end_for(std::string_view text) { return text.empty() || text.ends_with('\n') ? "" : "\n"; }

CodePrelude join_pieces(const std::vector<CodePiece>& pieces) {
  CodePrelude code;
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
    code.text += line_end_for(std::string_view(code.text).substr(part.offset));
    part.size = code.text.size() - part.offset;
    part.lines = count_lines(code.text_of(part));
    code.lines += part.lines;
    code.parts.push_back(std::move(part));
  }
  return code;
}

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

Result<ScriptsBefore> read_scripts_before(const Item& item, const ContentTree* tree, const CommonScript& built_in) {
  ScriptsBefore before;
  std::optional<ContentTree> reading;
  if (tree != nullptr) reading.emplace(tree->root()).note_reads(&before.files);
  const ContentTree* const from = reading ? &*reading : nullptr;
  if (item.name != kCommon) {
    BERTH_TRY(auto common, find_piece(CodePartKind::Common, kCommon, from));
    before.has_built_in = !common && !built_in.whole.empty();
    if (before.has_built_in) common = CodePiece{CodePartKind::Common, kBuiltIn, ""};
    if (common) before.pieces.push_back(*std::move(common));
  }
  if (item.name != kUser) {
    BERTH_TRY(auto user, find_piece(CodePartKind::User, kUser, from));
    if (user) before.pieces.push_back(*std::move(user));
  }
  before.registers_modules =
      (before.has_built_in && has_module_lines(built_in.always)) ||
      std::ranges::any_of(before.pieces, [](const CodePiece& piece) { return has_module_lines(piece.text); });
  return before;
}

Result<std::shared_ptr<const ScriptsBefore>> KnownPreludes::scripts_before(const Item& item, const ContentTree* tree,
                                                                           const CommonScript& built_in) {
  const fs::path root = tree != nullptr ? tree->root() : fs::path();
  const std::string name = item.name == kCommon || item.name == kUser ? item.name : "";
  const auto found = std::ranges::find_if(read_, [&](const Read& one) { return one.root == root && one.name == name; });
  if (found != read_.end()) {
    if (found->scripts->files.still_hold()) {
      std::rotate(read_.begin(), found, found + 1);
      return read_.front().scripts;
    }
    read_.erase(found);
  }
  BERTH_TRY(ScriptsBefore made, read_scripts_before(item, tree, built_in));
  auto scripts = std::make_shared<const ScriptsBefore>(std::move(made));
  std::size_t bytes = 0;
  for (const CodePiece& piece : scripts->pieces) bytes += piece.text.size();
  if (bytes <= kMostBytes) remember(read_, {root, name, scripts}, kMost);
  return scripts;
}

std::shared_ptr<const CodePrelude> KnownPreludes::joined(const std::shared_ptr<const ScriptsBefore>& scripts,
                                                         const CommonText& built_in, std::string after_built_in) {
  const auto found = std::ranges::find_if(joined_, [&](const Joined& one) {
    return one.scripts == scripts && one.built_in == built_in.text.data() &&
           one.built_in_size == built_in.text.size() && one.after_built_in == after_built_in;
  });
  if (found != joined_.end()) {
    std::rotate(joined_.begin(), found, found + 1);
    return joined_.front().prelude;
  }
  std::vector<CodePiece> pieces = scripts->pieces;
  if (scripts->has_built_in) {
    pieces.front().built_in = built_in;
    pieces.front().text = after_built_in;
  }
  auto prelude = std::make_shared<const CodePrelude>(join_pieces(pieces));
  if (prelude->text.size() <= kMostBytes) {
    remember(joined_, {scripts, built_in.text.data(), built_in.text.size(), std::move(after_built_in), prelude}, kMost);
  }
  return prelude;
}

}  // namespace berth::content
