// What the variables of a build or a shell hold, as far as it can be told without running it. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace berth::vet {

// What is kept of values and their names.
inline constexpr std::size_t kMostHeld = std::size_t{1} << 20;

class ShellVariables {
 public:
  // From here on `name` holds `value`, whatever it has held.
  void assign(std::string_view name, std::string value);
  // As a script has it, which may run this or not: a name that holds something else already is not known any more. One
  // that is not certain to be set leaves open what stands for it where it is not.
  void assign_in_script(std::string_view name, std::string value, bool is_certain = true);
  // From here on nobody knows what it holds.
  void forget(std::string_view name);

  // nullptr where it is not known.
  const std::string* find(std::string_view name) const;
  // Whether it may hold something that cannot be told.
  bool is_unclear(std::string_view name) const;

  bool is_certain(std::string_view name) const;

 private:
  struct Held {
    std::optional<std::string> value;
    bool is_certain = true;
  };
  Held* held(std::string_view name, std::size_t more);

  std::map<std::string, Held, std::less<>> values_;
  std::size_t bytes_ = 0;  // that have been assigned
  bool is_lost_ = false;   // more than is kept: none is known any more
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
