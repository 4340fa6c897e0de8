// What `uv run`, `pipx run` and their like run, and with which packages. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/install_options.h"
#include "berth/vet/install_words.h"

namespace berth::vet {

struct RunTarget {
  std::string word;
  bool is_remote = false;  // an address: it is fetched and run
  bool is_script = false;  // a file of Python's, which says itself what it needs (PEP 723)
};

// What `uv run` or `pipx run` runs; nothing of another, and where only options stand there.
std::optional<RunTarget> run_target(const Installing& installing);

// What of the command fetches a file by itself and runs it, `uv run https://...`, as a text for people; nothing of
// another.
std::optional<std::string> remote_run(const ShellCommand& command);

// Whether the word behind the option is its value, for this verb of this tool.
bool takes_value(const Installing& installing, std::string_view option);

// Whether uv itself reads what is named, and not a tool that it runs: `uv pip install`, not `uv run pip install`.
bool is_read_by_uv(const Installing& installing, const ShellCommand& command);

// "x.py", "x.PYW".
bool is_named_as_script(std::string_view file);

// `uvx NAME@VERSION`, `NAME@latest`.
std::string as_requirement(const std::string& word);

// "a>=1,<2,b": a comma parts names where one begins behind it.
std::vector<std::string> names_parted_by_commas(std::string_view text);

}  // namespace berth::vet
