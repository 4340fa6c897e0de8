// What the variables of a build or a shell hold, as far as it can be told without running it. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace berth::vet {

class ShellVariables {
 public:
  // From here on `name` holds `value`, whatever it has held.
  void assign(std::string_view name, std::string value);
  // As a script has it, which may run this or not: a name that holds something else already is not known any more.
  void assign_in_script(std::string_view name, std::string value);

  // nullptr where it is not known.
  const std::string* find(std::string_view name) const;
  // Whether it may hold something that cannot be told.
  bool is_unclear(std::string_view name) const;

 private:
  std::map<std::string, std::optional<std::string>, std::less<>> values_;
};

struct Expansion {
  std::optional<std::string> value;  // nothing where it cannot be told
  std::size_t length = 1;            // of what stands for it, where there is a value
};

// Of the `$` at text[at]: `$NAME`, `${NAME}`, `${NAME:-other}`, `${NAME-other}`, `${NAME:+other}`.
Expansion expansion_at(std::string_view text, std::size_t at, const ShellVariables& variables);

// The text with all its variables replaced; nothing where one of them cannot be told.
std::optional<std::string> with_values(std::string_view text, const ShellVariables& variables);

}  // namespace berth::vet
