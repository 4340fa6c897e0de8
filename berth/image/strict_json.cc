#include "berth/image/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "berth/base/utf8.h"

namespace berth::image {
namespace {

constexpr JsonLimits kLimits = {.depth = 32, .values = 200'000};
constexpr std::size_t kShown = 100;

std::unexpected<Error> corrupt(std::string_view what, std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read the image's {}: {}", what, why));
}

// The letters that Unicode folds to ASCII ones (U+017F to s, U+212A to k) count as these.
std::string folded(std::string_view text) {
  std::string simple;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\xC5\xBF")) {
      simple += 's';
      i += 1;
    } else if (rest.starts_with("\xE2\x84\xAA")) {
      simple += 'k';
      i += 2;
    } else {
      simple += text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    }
  }
  return simple;
}

// The parser bounds the depth, so that this needs no bound of its own.
Result<void> check_values(const Json& json, std::string_view what) {
  if (const Json::Array* items = json.as_array()) {
    for (const Json& item : *items) BERTH_CHECK_OK(check_values(item, what));
  }
  if (const std::string* text = json.as_string(); text != nullptr && text->contains('\0')) {
    return corrupt(what, "a text in it holds a NUL");
  }
  if (json.is_number() && !json.is_int()) {
    const std::string written = print_json(json);
    if (written.find_first_of("NI") != std::string::npos) return corrupt(what, "a number in it is none");
  }
  const Json::Object* members = json.as_object();
  if (members == nullptr) return {};
  std::set<std::string_view> names;
  for (const auto& [name, value] : *members) {
    if (!names.insert(name).second) {
      return corrupt(what, fmt::format("the key '{}' stands twice in it", to_visible(name.substr(0, kShown), false)));
    }
    BERTH_CHECK_OK(check_values(value, what));
  }
  return {};
}

}  // namespace

Result<Json> parse_strict_json(std::string_view text, std::string_view what) {
  if (to_valid_utf8(text) != text) return corrupt(what, "it is not UTF-8");
  auto parsed = parse_json(text, kLimits);
  if (!parsed) {
    const Errc code = parsed.error().code() == Errc::Exhausted ? Errc::Exhausted : Errc::Corrupt;
    return fail(code, fmt::format("read the image's {}: {}", what, parsed.error().message()));
  }
  BERTH_CHECK_OK(check_values(*parsed, what));
  return *std::move(parsed);
}

Result<void> check_spelling(const Json& object, std::span<const std::string_view> names, std::string_view where) {
  const Json::Object* members = object.as_object();
  if (members == nullptr) return {};
  for (const auto& [name, value] : *members) {
    const std::string simple = folded(name);
    for (const std::string_view known : names) {
      if (name != known && simple == folded(known)) {
        return corrupt(where, fmt::format("the key '{}' is another spelling of '{}'", to_visible(name, false), known));
      }
    }
  }
  return {};
}

}  // namespace berth::image
