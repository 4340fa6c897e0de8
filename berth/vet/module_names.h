// Names that programs import and that are not the name of the package that brings them.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include "berth/base/result.h"

namespace berth::vet {

// Modules with the packages they come from. Refers to the text that it was made from, which must live longer.
class ModuleNames {
 public:
  // `text` has a module and its package a line, a tab between; `-` for the standard library; `#` begins a comment.
  // Errors: InvalidInput, with the line.
  static Result<ModuleNames> parse(std::string_view text);

  static const ModuleNames& built_in();

  // The package of `module`, empty for one of the standard library; nothing for what is no module.
  std::optional<std::string_view> package_of(std::string_view module) const;
  const std::unordered_map<std::string_view, std::string_view>& all() const { return packages_; }

 private:
  std::unordered_map<std::string_view, std::string_view> packages_;
};

}  // namespace berth::vet
