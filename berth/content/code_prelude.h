// What stands in front of an item in the text that a call runs: the common and the user script. It is the same for many
// items, and for one whose own text has changed.
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/common_parts.h"
#include "berth/content/content_tree.h"
#include "berth/content/file_stamps.h"
#include "berth/content/item.h"

namespace berth::content {

enum class CodePartKind { Common, User, Item };

struct CodePart {
  CodePartKind kind = CodePartKind::Item;
  std::string origin;          // a path, or a word for text that has none
  std::size_t offset = 0;      // in the text
  std::size_t size = 0;        // bytes, with the last line end
  std::size_t first_line = 1;  // from 1
  std::size_t lines = 0;
};

// One piece that goes into the text, ready but for its place.
struct CodePiece {
  CodePartKind kind = CodePartKind::Item;
  std::string origin;
  std::string text;
  CommonText built_in = {};  // stands before `text`; of the first piece only
};

struct CodePrelude {
  std::string text;
  std::vector<CodePart> parts;  // in order
  std::size_t lines = 0;
  // Where the text begins with one that is part of the program: how long that is, and its SHA-256 in hexadecimal.
  std::size_t known_size = 0;
  std::string known_digest;

  std::string_view text_of(const CodePart& part) const { return std::string_view(text).substr(part.offset, part.size); }
};

// Puts pieces after each other, each on lines of its own. Pure.
CodePrelude join_pieces(const std::vector<CodePiece>& pieces);

// What `text` lacks to end with a line end; nothing where it is empty. Pure.
std::string_view line_end_for(std::string_view text);
// The number of line ends. Pure.
std::size_t count_lines(std::string_view text);

// The text of an API module of `tree` (which may be null). Errors: NotFound, with the remedy; those of checked_code;
// Denied for links out of the tree.
Result<std::string> read_api_module(const ContentTree* tree, const std::string& module);

// The scripts that stand in front of an item.
struct ScriptsBefore {
  std::vector<CodePiece> pieces;  // the built-in common script as one without text yet
  bool has_built_in = false;
  bool registers_modules = false;  // whether they have register_module_line
  FileStamps files;                // of the tree that they were made from
};

// Reads them. Errors: those of read_api_module.
Result<ScriptsBefore> read_scripts_before(const Item& item, const ContentTree* tree, const CommonScript& built_in);

// Remembers the last few: reading a long common script takes longer than a call. The built-in one is always the same.
// For one thread.
class KnownPreludes {
 public:
  // What read_scripts_before() says, until a file has changed.
  Result<std::shared_ptr<const ScriptsBefore>> scripts_before(const Item& item, const ContentTree* tree,
                                                              const CommonScript& built_in);

  // join_pieces() of them, where the built-in script is `built_in`, followed by `after_built_in`.
  std::shared_ptr<const CodePrelude> joined(const std::shared_ptr<const ScriptsBefore>& scripts,
                                            const CommonText& built_in, std::string after_built_in);

 private:
  static constexpr std::size_t kMost = 4;
  static constexpr std::size_t kMostBytes = 4 << 20;  // of one; a longer text is put together each time
  struct Read {
    std::filesystem::path root;  // empty for no tree
    std::string name;            // of an item that has less in front of it; empty for all others
    std::shared_ptr<const ScriptsBefore> scripts;
  };
  struct Joined {
    std::shared_ptr<const ScriptsBefore> scripts;
    const char* built_in = nullptr;  // its first byte: it is part of the program
    std::size_t built_in_size = 0;
    std::string after_built_in;
    std::shared_ptr<const CodePrelude> prelude;
  };
  std::deque<Read> read_;  // the one used last first
  std::deque<Joined> joined_;
};

}  // namespace berth::content
