// Options of the tools that install Python's packages, as pip and uv have them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace berth::vet {

// Whether the word behind the option is its value, where `=` gives it none.
bool takes_value(std::string_view option);

// Likewise, of `tool` ("pip", "uv", "pdm", "poetry", "pipenv", "pipx"), which has more of them.
bool takes_value(std::string_view option, std::string_view tool);

// The option that pip takes `name`, the beginning of one, for; `name` itself where it is none of those that matter.
std::string whole_option(std::string name);

// `--name=value`, `-nvalue` and `-Un value` apart; the value empty where the next word may be it.
struct InstallOption {
  std::string name;
  std::string_view value;
};
InstallOption option_of(std::string_view word, std::string_view tool);

// Whether a word that is no option names an address or a file, and no package.
bool is_place(std::string_view word);

}  // namespace berth::vet
