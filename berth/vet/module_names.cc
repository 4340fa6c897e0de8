#include "berth/vet/module_names.h"

#include <fmt/format.h>

#include <utility>

#include "berth/vet/built_in_data.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {

Result<ModuleNames> ModuleNames::parse(std::string_view text) {
  ModuleNames modules;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->text.empty() || line->text.front() == '#') continue;
    const std::size_t tab = line->text.find('\t');
    if (tab == 0 || tab == std::string_view::npos || tab + 1 == line->text.size()) {
      return fail(Errc::InvalidInput,
                  fmt::format("module names, line {}: not a module, a tab and a package", line->number));
    }
    const std::string_view package = line->text.substr(tab + 1);
    modules.packages_.emplace(line->text.substr(0, tab), package == "-" ? std::string_view() : package);
  }
  return modules;
}

const ModuleNames& ModuleNames::built_in() {
  static const ModuleNames modules = [] {
    auto parsed = parse(built_in_module_names());
    BERTH_ASSERT(parsed.has_value());
    return *std::move(parsed);
  }();
  return modules;
}

std::optional<std::string_view> ModuleNames::package_of(std::string_view module) const {
  const auto found = packages_.find(module);
  if (found == packages_.end()) return std::nullopt;
  return found->second;
}

}  // namespace berth::vet
