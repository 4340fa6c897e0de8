#include "berth/content/assignment.h"

#include <algorithm>
#include <cctype>

namespace berth::content {
namespace {

bool looks_like_name(std::string_view text) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace

Assignment parse_assignment(std::string_view text, const std::vector<std::string>& known) {
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos) {
    const std::string_view name = text.substr(0, equals);
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (is_known || looks_like_name(name)) return {std::string(name), std::string(text.substr(equals + 1))};
  }
  return {std::nullopt, std::string(text)};
}

}  // namespace berth::content
