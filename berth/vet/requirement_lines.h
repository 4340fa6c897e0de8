// The lines of a list of requirements, taken apart as pip does it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::vet {

struct RequirementLine {
  std::string text;        // joined, without its comment, blanks and what continues it
  std::size_t number = 0;  // of the first line that it is made of, as pip counts
};

// A list as characters: without the mark of UTF-8, nothing but UTF-8. Errors: InvalidInput for bytes that pip would
// read in another encoding: by their mark, by a comment that names one (`coding: latin-1`), or because they are not
// UTF-8.
Result<std::string_view> requirement_text(std::string_view bytes, std::string_view name);

// Hands out the lines that say something. They end where Python's str.splitlines ends them (at a form feed or a line
// separator too), a backslash at the end joins the next one, and what is behind `#` is left out after that.
class RequirementLines {
 public:
  explicit RequirementLines(std::string_view text) : rest_(text) {}

  // Nothing when all were handed out.
  std::optional<RequirementLine> next();

 private:
  std::optional<std::string_view> next_split();

  std::string_view rest_;
  std::size_t number_ = 0;
};

// The first `${NAME}` in a line, for which pip puts what its environment has; empty where there is none. Credentials of
// an address may be one: they lead nowhere else.
std::string_view variable_in(std::string_view line);

}  // namespace berth::vet
