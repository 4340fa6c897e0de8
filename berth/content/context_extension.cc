#include "berth/content/context_extension.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"

namespace berth::content {
namespace {

constexpr std::size_t kMostExtensions = 100;

std::string shown(std::string_view text) { return to_visible(text.substr(0, 100), false); }

// Where `what` stands first in `text`, outside brackets and quotes.
std::size_t find_outside(std::string_view text, std::string_view what) {
  std::size_t depth = 0;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == '\\') ++at;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (depth == 0 && text.substr(at).starts_with(what)) {
      return at;
    }
  }
  return std::string_view::npos;
}

// One step of a path: the member of an object, or the place in a list.
struct Step {
  std::string_view member;
  std::optional<std::size_t> index;
};

std::optional<std::size_t> index_of(std::string_view text) {
  std::size_t index = 0;
  const char* begin = std::to_address(text.begin());
  const char* end = std::to_address(text.end());
  const auto [last, error] = std::from_chars(begin, end, index);
  if (text.empty() || error != std::errc() || last != end) return std::nullopt;
  return index;
}

// The steps of a plain path; empty for an expression.
std::optional<std::vector<Step>> read_path(std::string_view path) {
  std::vector<Step> steps;
  std::string_view rest = path;
  if (rest.empty() || rest == ".") return steps;
  for (bool begins = true; begins || !rest.empty(); begins = false) {
    if (!rest.starts_with('[')) {
      if (!begins && !rest.starts_with('.')) return std::nullopt;
      if (rest.starts_with('.')) rest.remove_prefix(1);
      const std::string_view member = rest.substr(0, rest.find_first_of(".[]"));
      if (member.find_first_of("(){}=\"'`$") != std::string_view::npos) return std::nullopt;
      rest.remove_prefix(member.size());
      if (!member.empty()) steps.push_back({member, std::nullopt});
      if (member.empty() && !rest.starts_with('[')) return std::nullopt;
      if (!rest.starts_with('[')) continue;
    }
    const std::size_t close = rest.find(']');
    const auto index = close == std::string_view::npos ? std::nullopt : index_of(rest.substr(1, close - 1));
    if (!index) return std::nullopt;
    steps.push_back({{}, index});
    rest.remove_prefix(close + 1);
  }
  return steps;
}

// Whether the path is JavaScript about the response itself: `val.a + val.b`.
bool speaks_of_val(std::string_view path, const Json& response) {
  constexpr std::string_view kVal = "val";
  if (!path.starts_with(kVal) || response.find(kVal) != nullptr) return false;
  if (path.size() == kVal.size()) return true;
  const char next = path[kVal.size()];
  const bool is_name = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9') ||
                       next == '_' || next == '$' || static_cast<unsigned char>(next) >= 0x80;
  return !is_name;
}

class Gathering {
 public:
  explicit Gathering(const std::vector<Step>& steps) : steps_(steps) {}

  // What the path leads to, if anything.
  std::optional<Json> in(const Json& contents) && {
    gather(contents, 0);
    if (found_.empty()) return std::nullopt;
    if (found_.size() == 1) return std::move(found_.front());
    return Json(std::move(found_));
  }

 private:
  void gather(const Json& value, std::size_t step) {
    if (step == steps_.size()) {
      found_.push_back(value);
      return;
    }
    const Json::Array* items = value.as_array();
    if (const auto index = steps_[step].index) {
      if (items != nullptr && *index < items->size()) gather((*items)[*index], step + 1);
    } else if (items != nullptr) {
      for (const Json& item : *items) gather(item, step);
    } else if (const Json* member = value.find(steps_[step].member)) {
      gather(*member, step + 1);
    }
  }

  const std::vector<Step>& steps_;
  Json::Array found_;
};

}  // namespace

Result<std::vector<ContextExtension>> parse_context_extensions(std::string_view spec) {
  std::vector<ContextExtension> extensions;
  for (std::string_view rest = spec; !rest.empty();) {
    const std::size_t end = find_outside(rest, "::");
    const std::string_view part = rest.substr(0, end);
    const std::size_t equals = find_outside(part, "=");
    const std::string_view key = trimmed(part.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      return fail(Errc::InvalidInput,
                  fmt::format("'{}' names no key and path; write Key=path::Key2=path2", shown(part)));
    }
    if (extensions.size() == kMostExtensions) {
      return fail(Errc::InvalidInput, fmt::format("it has more than {} keys", kMostExtensions));
    }
    extensions.push_back({std::string(key), std::string(trimmed(part.substr(equals + 1)))});
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 2);
    if (rest.empty()) return fail(Errc::InvalidInput, "nothing follows the last '::'");
  }
  return extensions;
}

Extended extend_context(const std::vector<ContextExtension>& extensions, const Json& contents,
                        const FindByExpression& find) {
  Json parsed;
  if (const std::string* text = contents.as_string()) {
    const std::string_view begin = trimmed(*text);
    auto json = begin.starts_with('{') || begin.starts_with('[') ? parse_json(*text) : Result<Json>(contents);
    if (json) parsed = *std::move(json);
  }
  const Json& response = parsed.is_null() ? contents : parsed;
  Extended extended;
  for (const ContextExtension& extension : extensions) {
    const bool is_script = speaks_of_val(extension.path, response);
    const auto steps = is_script ? std::nullopt : read_path(extension.path);
    if (steps) {
      if (auto found = Gathering(*steps).in(response)) extended.context.set(extension.key, *std::move(found));
      continue;
    }
    auto found = find(is_script ? ".=" + extension.path : extension.path, response);
    if (!found) {
      extended.problems.push_back(
          fmt::format("extend-context: key '{}': {}", shown(extension.key), found.error().message()));
    } else if (!found->is_null()) {
      extended.context.set(extension.key, *std::move(found));
    }
  }
  return extended;
}

}  // namespace berth::content
