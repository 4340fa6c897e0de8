#include "berth/image/requirement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "berth/base/text_parts.h"
#include "berth/image/inventory.h"

namespace berth::image {
namespace {

constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestVersion = 128;
// The longer ones first: `==` is the beginning of `===`.
constexpr std::array<std::string_view, 8> kOperators = {"===", "~=", "==", "!=", "<=", ">=", "<", ">"};
constexpr std::string_view kBlanks = " \t\r";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }
bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }

bool begins_with_operator(std::string_view text) {
  return std::ranges::any_of(kOperators, [&](std::string_view one) { return text.starts_with(one); });
}

void sort_unique(std::vector<std::string>& list) {
  std::ranges::sort(list);
  const auto rest = std::ranges::unique(list);
  list.erase(rest.begin(), rest.end());
}

// Takes one requirement apart, from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), rest_(trimmed(text, kBlanks)) {}

  Result<Requirement> read() {
    const auto name_end = std::ranges::find_if_not(rest_, [](char c) { return is_alphanumeric(c) || is_separator(c); });
    const std::string_view name = take(static_cast<std::size_t>(name_end - rest_.begin()));
    if (name.empty()) return refused("it begins with no name of a library");
    if (!is_library_name(name)) {
      return refused(
          fmt::format("'{}' is no name of a library: letters, digits, '-', '_' and '.', the first and the "
                      "last a letter or digit, at most {}",
                      name, kLongestName));
    }
    requirement_.name = normalized_python_name(name);
    if (rest_.starts_with('[')) BERTH_CHECK_OK(read_extras());
    if (rest_.starts_with('@')) {
      return refused("an address is not taken: libraries come from the indexes of this machine's pip alone");
    }
    BERTH_CHECK_OK(read_specifiers());
    if (rest_.starts_with(';')) {
      return refused("a marker is not taken: the interpreter that it asks about is known, that of the base");
    }
    if (!rest_.empty()) return refused(fmt::format("'{}' is no version specifier, such as '>=2.31'", rest_));
    return std::move(requirement_);
  }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_ = trimmed(rest_.substr(size), kBlanks);
    return trimmed(taken, kBlanks);
  }

  std::unexpected<Error> refused(const std::string& reason) const {
    return fail(Errc::InvalidInput, fmt::format("dependency '{}': {}", text_, reason));
  }

  Result<void> read_extras() {
    const std::size_t end = rest_.find(']');
    if (end == std::string_view::npos) return refused("nothing closes its '['");
    std::string_view list = take(end + 1);
    list = list.substr(1, list.size() - 2);
    while (!trimmed(list, kBlanks).empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string_view extra = trimmed(list.substr(0, comma), kBlanks);
      if (!is_library_name(extra)) return refused(fmt::format("'{}' is no name of an extra", extra));
      requirement_.extras.push_back(normalized_python_name(extra));
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
    sort_unique(requirement_.extras);
    return {};
  }

  Result<void> read_specifiers() {
    const bool bracketed = rest_.starts_with('(');
    if (bracketed) take(1);
    while (begins_with_operator(rest_)) {
      const auto found = std::ranges::find_if(kOperators, [&](std::string_view one) { return rest_.starts_with(one); });
      const std::string_view sign = take(found->size());
      const std::string_view version = take(std::min(rest_.find_first_of(",;) \t"), rest_.size()));
      BERTH_CHECK_OK(check_version(sign, version));
      requirement_.specifiers.push_back(fmt::format("{}{}", sign, version));
      if (rest_.starts_with(',')) take(1);
    }
    if (bracketed) {
      if (!rest_.starts_with(')')) return refused("nothing closes its '('");
      take(1);
    }
    sort_unique(requirement_.specifiers);
    return {};
  }

  Result<void> check_version(std::string_view sign, std::string_view version) const {
    std::string_view plain = version;
    const bool any_end = plain.ends_with(".*");
    if (any_end) plain.remove_suffix(2);
    if (any_end && sign != "==" && sign != "!=") return refused("'.*' goes with '==' and '!=' alone");
    if (is_library_version(plain)) return {};
    return refused(fmt::format("'{}' behind '{}' is no version", version, sign));
  }

  std::string_view text_;
  std::string_view rest_;
  Requirement requirement_;
};

// Whether the comma that stands before `rest` belongs to the requirement before it.
bool goes_on(std::string_view rest) {
  const std::size_t next = rest.find_first_not_of(kBlanks);
  return next != std::string_view::npos && begins_with_operator(rest.substr(next));
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    const bool ends = c == '\n' || (c == ',' && depth <= 0 && !goes_on(text.substr(i + 1)));
    if (!ends) continue;
    if (const std::string_view piece = trimmed(text.substr(begin, i - begin), kBlanks); !piece.empty())
      pieces.push_back(piece);
    begin = i + 1;
    depth = 0;
  }
  return pieces;
}

}  // namespace

bool is_library_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (!is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || is_separator(c); });
}

bool is_library_version(std::string_view text) {
  if (text.empty() || text.size() > kLongestVersion) return false;
  if (!is_digit(text.front()) && text.front() != 'v') return false;
  return std::ranges::all_of(text,
                             [](char c) { return is_alphanumeric(c) || is_separator(c) || c == '+' || c == '!'; });
}

Result<Requirement> parse_requirement(std::string_view text) { return Reader(text).read(); }

Result<std::vector<Requirement>> parse_requirements(std::string_view text) {
  std::vector<Requirement> list;
  for (const std::string_view piece : split(text)) {
    BERTH_TRY(Requirement one, parse_requirement(piece));
    if (std::ranges::find(list, one.name, &Requirement::name) != list.end()) {
      return fail(Errc::InvalidInput,
                  fmt::format("dependency '{}' stands twice; join its specifiers with commas", one.name));
    }
    list.push_back(std::move(one));
    if (list.size() > kMostWishes) {
      return fail(Errc::Exhausted, fmt::format("more than {} dependencies", kMostWishes));
    }
  }
  std::ranges::sort(list);
  return list;
}

std::string to_string(const Requirement& requirement) {
  const std::string extras = requirement.extras.empty() ? "" : fmt::format("[{}]", fmt::join(requirement.extras, ","));
  return fmt::format("{}{}{}", requirement.name, extras, fmt::join(requirement.specifiers, ","));
}

}  // namespace berth::image
