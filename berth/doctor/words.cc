#include "berth/doctor/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/sys/file.h"

namespace berth::doctor {

std::string_view field_of(std::string_view line, std::size_t index, char separator) {
  for (; index > 0; --index) {
    const std::size_t end = line.find(separator);
    if (end == std::string_view::npos) return {};
    line.remove_prefix(end + 1);
  }
  return line.substr(0, line.find(separator));
}

std::string listed(const std::vector<std::string>& parts, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), most); ++i) text += (i == 0 ? "" : ", ") + parts[i];
  if (parts.size() > most) text += fmt::format(" and {} more", parts.size() - most);
  return text;
}

std::optional<std::string> small_file(const std::string& path) {
  auto text = sys::read_file(path, 1 << 20);
  if (!text) return std::nullopt;
  return std::string(trimmed(*text));
}

}  // namespace berth::doctor
