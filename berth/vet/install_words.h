// Which words of a command are what it installs. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/build_commands.h"

namespace berth::vet {

// What the words behind a verb are.
enum class Takes {
  Names,          // packages, with pip's options among them
  FirstName,      // a package, and what it is run with
  With,           // what is run; packages stand in options alone
  Lists,          // files with packages in them
  Locked,         // nothing that counts: the tool's lock file says what is installed
  NamesOrLocked,  // packages; without any the lock file says
  Unlisted,       // whatever: it takes versions that no list says
};

struct Installer {
  std::string_view tool;  // or its beginning, where versions follow
  std::string_view verb;  // empty: none
  Takes takes;
  std::string_view lock = {};   // what is read where nothing is named
  std::string_view under = {};  // a word that must stand between tool and verb
  bool is_first = false;        // whether nothing but options may stand between them
};

struct Installing {
  Installer installer;
  std::vector<std::string> words;  // behind the verb, without redirections
  bool is_uv = false;              // `uv pip install`, too
  bool is_handed = false;          // `xargs pip install`: more words come from elsewhere
  std::size_t tool = 0;            // which word of the command that is, without redirections
};

// What the command installs of Python's packages, with tools that are known; empty where it is another. One that runs a
// command may install both by itself and by that command: `uv run --with a pip install b`.
std::vector<Installing> installed_by(const ShellCommand& command);

// What else of the command installs something that is not understood, or of packages that are not judged (npm, gem and
// others): a text for people. Nothing where there is no such thing.
std::optional<std::string> unclear_install(const BuildCommand& one);

// Whether something else may install than `all`, which has been found, as the program, its module or its verb holds a
// variable or a pattern: a text for people.
std::optional<std::string> unknown_install(const ShellCommand& command, const std::vector<Installing>& all);

// Whether some word is a tool that installs Python's packages.
bool names_python_tool(const ShellCommand& command);

// Whether some word is uv.
bool names_uv(const ShellCommand& command);

}  // namespace berth::vet
