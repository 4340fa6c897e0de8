#include "berth/app/import_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/base/error.h"
#include "berth/wire/module_names.h"

namespace berth::app {
namespace {

constexpr std::string_view kFirstLine = "berth-imports 1";
constexpr std::size_t kLongestWhy = 32;

// In the order of Import.
constexpr std::string_view kMarks = "?+-";

bool is_reason(std::string_view word) {
  return !word.empty() && word.size() <= kLongestWhy &&
         std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

std::string_view cut_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// Without a name where it is none.
ImportedModule parse_line(std::string_view line) {
  const std::size_t mark = line.empty() ? std::string_view::npos : kMarks.find(line.front());
  if (mark == std::string_view::npos || line.size() < 3 || line[1] != ' ') return {};
  const auto state = static_cast<Import>(mark);
  const std::size_t space = line.find(' ', 2);
  const std::string_view name = line.substr(2, space == std::string_view::npos ? space : space - 2);
  const std::string_view why = space == std::string_view::npos ? "" : line.substr(space + 1);
  const bool is_whole = state == Import::LeftOut ? is_reason(why) : space == std::string_view::npos;
  if (!is_whole || !wire::is_module_name(name)) return {};
  return {std::string(name), state, std::string(why)};
}

}  // namespace

ImportList ImportList::parse(std::string_view text) {
  ImportList list;
  if (text.size() > kLargestImportList || cut_line(text) != kFirstLine) return list;
  while (!text.empty()) {
    if (ImportedModule module = parse_line(cut_line(text)); !module.name.empty()) list.append(std::move(module));
  }
  return list;
}

bool ImportList::append(ImportedModule module) {
  if (modules_.size() == kMostImports || places_.contains(module.name)) return false;
  places_.emplace(module.name, modules_.size());
  modules_.push_back(std::move(module));
  return true;
}

bool ImportList::add(const std::vector<std::string>& names) {
  bool is_new = false;
  for (const std::string& name : names) {
    BERTH_ASSERT(wire::is_module_name(name));
    is_new = append({name, Import::Untried, ""}) || is_new;
  }
  return is_new;
}

std::vector<ImportedModule> ImportList::settle(const ImportList& answer) {
  std::vector<ImportedModule> left_out;
  for (const ImportedModule& said : answer.modules_) {
    const auto place = places_.find(said.name);
    if (place == places_.end() || said.state == Import::Untried) continue;
    ImportedModule& known = modules_[place->second];
    if (known.state == Import::LeftOut) continue;
    known = said;
    if (said.state == Import::LeftOut) left_out.push_back(said);
  }
  return left_out;
}

void ImportList::give_up(const std::string& why) {
  BERTH_ASSERT(is_reason(why));
  for (ImportedModule& module : modules_) {
    if (module.state != Import::LeftOut) module = {module.name, Import::LeftOut, why};
  }
}

bool ImportList::has(Import state) const {
  return std::ranges::any_of(modules_, [&](const ImportedModule& module) { return module.state == state; });
}

std::string ImportList::text() const {
  std::string text = fmt::format("{}\n", kFirstLine);
  for (const ImportedModule& module : modules_) {
    text += fmt::format("{} {}", kMarks[static_cast<std::size_t>(module.state)], module.name);
    if (module.state == Import::LeftOut) text += " " + module.why;
    text += '\n';
  }
  return text;
}

}  // namespace berth::app
