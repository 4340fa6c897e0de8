#include "berth/content/api_modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "berth/content/python_source.h"

namespace berth::content {
namespace {

constexpr std::size_t kDeepest = 16;
constexpr std::size_t kLongestName = 200;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The module that `line` imports whole, or nothing.
std::optional<std::string_view> module_of(std::string_view line) {
  constexpr std::string_view kFrom = "from ";
  constexpr std::string_view kImport = " import *";
  if (!line.starts_with(kFrom)) return std::nullopt;
  line.remove_prefix(kFrom.size());
  const auto end = std::find_if_not(line.begin(), line.end(), is_word);
  const std::string_view name(line.begin(), end);
  line.remove_prefix(name.size());
  if (!name.ends_with("ApiModule") || name == "ApiModule" || name.size() > kLongestName) return std::nullopt;
  if (!line.starts_with(kImport) || !is_blank_or_comment(line.substr(kImport.size()))) return std::nullopt;
  return name;
}

class Inserter {
 public:
  Inserter(bool registered, const ModuleSource& source) : registered_(registered), source_(source) {}

  // Appends `code` to the output with its imports replaced. Recursion ends at kDeepest.
  Result<void> append(std::string_view code) {
    std::size_t copied = 0;
    for (std::size_t at = 0; at < code.size();) {
      const std::string_view line = python_line_at(code, at);
      if (const auto module = module_of(line)) {
        BERTH_CHECK_OK(append_text(code.substr(copied, at - copied)));
        BERTH_CHECK_OK(append_module(std::string(*module), line));
        copied = at + line.size();
      }
      at += line.size() + 1;
    }
    return append_text(code.substr(std::min(copied, code.size())));
  }

  std::string take() && { return std::move(out_); }

 private:
  Result<void> append_text(std::string_view text) {
    if (out_.size() + text.size() > kLargestAssembly) {
      return fail(Errc::Exhausted, fmt::format("insert API modules: the code grows past the limit of {} bytes ({})",
                                               kLargestAssembly, fmt::join(open_, " imports ")));
    }
    out_.append(text);
    return {};
  }

  Result<void> append_module(const std::string& module, std::string_view import) {
    const bool is_open = std::find(open_.begin(), open_.end(), module) != open_.end();
    open_.push_back(module);
    if (is_open) {
      return fail(Errc::InvalidInput,
                  fmt::format("insert API modules: {}; take one of the imports out", fmt::join(open_, " imports ")));
    }
    if (open_.size() > kDeepest) {
      return fail(Errc::Exhausted,
                  fmt::format("insert API modules: more than {} import each other in a row", kDeepest));
    }
    BERTH_TRY(const std::string code, source_(module));
    if (import.ends_with('\r')) import.remove_suffix(1);
    BERTH_CHECK_OK(
        append_text(fmt::format("\n### GENERATED CODE ###: {}\n# The module's own text from here on.\n", import)));
    BERTH_CHECK_OK(append_text(line_call(module, "start", -3)));
    BERTH_CHECK_OK(append(code));
    if (!out_.ends_with('\n')) out_ += '\n';
    BERTH_CHECK_OK(append_text(line_call(module, "end", 1)));
    open_.pop_back();
    return append_text("### END GENERATED CODE ###");
  }

  // `wrapper` is the number of lines that the block adds around the module, on this side of it.
  std::string line_call(const std::string& module, std::string_view edge, int wrapper) const {
    if (!registered_) return {};
    return fmt::format("register_module_line('{}', '{}', __line__(), wrapper={})\n", module, edge, wrapper);
  }

  bool registered_;
  const ModuleSource& source_;
  std::string out_;
  std::vector<std::string> open_;  // the modules that the present text stands in
};

}  // namespace

Result<std::string> insert_api_modules(std::string_view code, bool registered, const ModuleSource& source) {
  Inserter inserter(registered, source);
  BERTH_CHECK_OK(inserter.append(code));
  return std::move(inserter).take();
}

}  // namespace berth::content
