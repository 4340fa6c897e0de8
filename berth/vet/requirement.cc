#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/requirements.h"

namespace berth::vet {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_name_char(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; }
// Of another alphabet: no name has such letters, but what looks like one may.
bool is_foreign(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// What is left of a requirement.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    skip_blanks();
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  template <class Is>
  std::string_view take_while(Is is) {
    std::size_t end = 0;
    while (end < rest_.size() && is(rest_[end])) ++end;
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::unexpected<Error> wrong(std::string_view origin, std::string_view text, std::string_view why) {
  return fail(Errc::InvalidInput, fmt::format("{}: '{}': {}", origin, to_visible(text, false), why));
}

// "==2.0" names one version, "==2.*" and "~=2.0" do not.
std::string version_of(std::string_view specifier) {
  std::string_view version = specifier;
  if (version.starts_with("===")) {
    version.remove_prefix(3);
  } else if (version.starts_with("==")) {
    version.remove_prefix(2);
  } else {
    return {};
  }
  version = trimmed(version, " \t");
  return version.find_first_of(",*") == std::string_view::npos ? std::string(version) : std::string();
}

bool is_specifier(std::string_view clause) {
  static constexpr std::array<std::string_view, 8> kOperators = {"===", "==", "!=", "<=", ">=", "~=", "<", ">"};
  for (const std::string_view op : kOperators) {
    if (!clause.starts_with(op)) continue;
    const std::string_view version = trimmed(clause.substr(op.size()), " \t");
    return !version.empty() &&
           std::ranges::all_of(version, [](char c) { return is_name_char(c) || c == '*' || c == '+' || c == '!'; });
  }
  return false;
}

bool are_specifiers(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view clause = trimmed(text.substr(0, end), " \t");
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!is_specifier(clause) && !(clause.empty() && text.empty())) return false;
  }
  return true;
}

// Why these are no versions, with what was meant where that can be told: `requests=2`.
std::string why_no_specifiers(std::string_view name, std::string_view specifier) {
  std::string why = "the versions are none (PEP 508)";
  if (!specifier.starts_with('=') || specifier.starts_with("==")) return why;
  const std::string_view version = trimmed(specifier.substr(1), " \t");
  if (version.empty() || !are_specifiers(fmt::format("=={}", version))) return why;
  return fmt::format("{}; did you mean '{}=={}'?", why, to_visible(name, false), version);
}

}  // namespace

Result<LockedPackage> parse_requirement(std::string_view text, std::string_view origin) {
  Cursor cursor(trimmed(text, " \t"));
  const std::string_view name = cursor.take_while([](char c) { return is_name_char(c) || is_foreign(c); });
  if (name.empty()) return wrong(origin, text, "it begins with no name of a package");
  LockedPackage locked;
  if (cursor.take('[')) {
    do {
      cursor.skip_blanks();
      const std::string_view extra = cursor.take_while(is_name_char);
      if (!is_valid_name(Ecosystem::PyPI, extra)) return wrong(origin, text, "an extra has no proper name");
      locked.extras.push_back(normal_name(Ecosystem::PyPI, extra));
    } while (cursor.take(','));
    if (!cursor.take(']')) return wrong(origin, text, "the extras do not end");
  }
  cursor.skip_blanks();
  std::string version;
  if (cursor.take('@')) {
    cursor.skip_blanks();
    locked.location = without_credentials(cursor.take_while([](char c) { return !is_blank(c); }));
    if (locked.location.empty()) return wrong(origin, text, "no address behind '@'");
  } else {
    const bool in_brackets = cursor.take('(');
    const std::string_view specifier = trimmed(cursor.take_while([](char c) { return c != ';' && c != ')'; }), " \t");
    if (in_brackets && !cursor.take(')')) return wrong(origin, text, "the bracket does not end");
    if (!are_specifiers(specifier)) return wrong(origin, text, why_no_specifiers(name, specifier));
    version = version_of(specifier);
    if (version.empty()) locked.specifier = specifier;
  }
  if (cursor.take(';')) {
    locked.marker = trimmed(cursor.rest(), " \t");
  } else {
    cursor.skip_blanks();
    if (!cursor.rest().empty()) return wrong(origin, text, "something stands behind it");
  }
  locked.package = make_package(Ecosystem::PyPI, name, version, origin);
  return locked;
}

std::optional<LockedPackage> name_in(std::string_view text, std::string_view origin) {
  Cursor cursor(trimmed(text, " \t"));
  const std::string_view name = cursor.take_while([](char c) { return is_name_char(c) || is_foreign(c); });
  cursor.skip_blanks();
  // What stands behind it begins extras, versions, an address or a condition, and is no part of another word.
  const bool is_ended = std::string_view("[(<>=!~^@;,").contains(cursor.peek());
  if (name.empty() || !is_ended) return std::nullopt;
  LockedPackage locked;
  locked.package = make_package(Ecosystem::PyPI, name, "", origin);
  return locked;
}

}  // namespace berth::vet
