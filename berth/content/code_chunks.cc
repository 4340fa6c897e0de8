#include "berth/content/code_chunks.h"

#include <algorithm>
#include <string_view>

namespace berth::content {
namespace {

constexpr std::string_view kBegin = "### GENERATED CODE ###";
constexpr std::string_view kEnd = "### END GENERATED CODE ###";
constexpr std::string_view kModuleLine = "register_module_line('";

std::size_t lines_in(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

// Every line with its line end.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Which of `lines` stand in the place of an import: inserted modules, one in another, with their marks.
std::vector<bool> inserted(const std::vector<std::string_view>& lines) {
  std::vector<bool> marks;
  int depth = 0;
  for (const std::string_view line : lines) {
    if (line.starts_with(kBegin)) ++depth;
    marks.push_back(depth > 0);
    if (line.starts_with(kEnd)) --depth;
  }
  return marks;
}

class Chunks {
 public:
  void add(std::string_view text, bool is_own, std::size_t line) {
    if (made_.empty() || made_.back().is_own != is_own) made_.push_back({"", is_own, line});
    made_.back().text += text;
  }
  std::vector<CodeChunk> take() && { return std::move(made_); }

 private:
  std::vector<CodeChunk> made_;
};

}  // namespace

std::vector<CodeChunk> chunks_of(const AssembledCode& code, const Item& item) {
  if (item.code.find(kBegin) != std::string::npos || item.code.find(kEnd) != std::string::npos) {
    return {{code.whole(), false, 1}};
  }
  const std::vector<std::string_view> lines = lines_of(code.item_text);
  const std::vector<bool> is_inserted = inserted(lines);
  const std::size_t own_lines = lines_in(item.code);
  std::size_t not_inserted = static_cast<std::size_t>(std::ranges::count(is_inserted, false));
  // One line is added at the end, all others at the top.
  const bool has_end = !lines.empty() && lines.back().starts_with(kModuleLine);
  if (has_end) --not_inserted;
  if (not_inserted < own_lines) return {{code.whole(), false, 1}};
  const std::size_t added = not_inserted - own_lines;

  Chunks chunks;
  chunks.add(code.before->text, false, 1);
  std::size_t outside = 0;  // lines of the part that were not inserted, before this one
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const bool is_own = !is_inserted[at] && outside >= added && outside < added + own_lines;
    chunks.add(lines[at], is_own, is_own ? outside - added + 1 : code.item.first_line + at);
    if (!is_inserted[at]) ++outside;
  }
  return std::move(chunks).take();
}

}  // namespace berth::content
