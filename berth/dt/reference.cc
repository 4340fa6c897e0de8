#include "berth/dt/reference.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/dt/evaluate.h"
#include "berth/dt/javascript_text.h"
#include "berth/dt/path.h"

namespace berth::dt {
namespace {

constexpr std::string_view kOpening = "${";

struct Reference {
  std::size_t at;    // of the '$'
  std::size_t size;  // with both braces
};

// Where the '}' of a reference stands whose text begins at `from`. In front of JavaScript no quote means anything.
std::optional<std::size_t> find_end(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    switch (text[at]) {
      case '}':
        return at;
      case '=': {
        const auto end = find_closing_bracket(text, at + 1);
        return end && text[*end] == '}' ? end : std::nullopt;
      }
      case '(': {
        const auto end = find_closing_bracket(text, at + 1);
        if (!end || text[*end] != ')') return std::nullopt;
        at = *end;
        break;
      }
      default:
        break;
    }
  }
  return std::nullopt;
}

Result<std::vector<Reference>> find_references(std::string_view text) {
  std::vector<Reference> found;
  std::size_t tried = 0;
  for (std::size_t at = text.find(kOpening); at != std::string_view::npos; at = text.find(kOpening, at)) {
    const bool is_escaped = at > 0 && text[at - 1] == '\\';
    if (!is_escaped && ++tried > kMostReferences) {
      return fail(Errc::Exhausted, fmt::format("expand references: the text has more than {}", kMostReferences));
    }
    const std::string_view near = text.substr(0, std::min(text.size(), at + kOpening.size() + kMostPathBytes + 1));
    const auto end = is_escaped ? std::nullopt : find_end(near, at + kOpening.size());
    if (end) found.push_back({at, *end + 1 - at});
    at = end ? *end + 1 : at + kOpening.size();
  }
  return found;
}

constexpr std::array<std::pair<std::string_view, Lookup::Scope>, 3> kScopes = {{
    {"incident", Lookup::Scope::Incident},
    {"inputs", Lookup::Scope::Inputs},
    {"lists", Lookup::Scope::Lists},
}};

// The scope that the path begins with, which a name must follow.
std::optional<Lookup::Scope> scope_of(const Path& path) {
  if (path.steps.size() < 2 || !std::holds_alternative<Key>(path.steps[1])) return std::nullopt;
  const auto* first = std::get_if<Key>(path.steps.data());
  for (const auto& [name, scope] : kScopes) {
    if (first != nullptr && first->name == name) return scope;
  }
  return std::nullopt;
}

Result<Json> value_of(std::string_view expression, const Json& context, Script& script, Lookup* lookup) {
  BERTH_TRY(Path path, parse_path(expression));
  const auto scope = lookup != nullptr ? scope_of(path) : std::nullopt;
  if (!scope) return evaluate(path, context, script);
  BERTH_TRY(const Json value, lookup->find(*scope, std::get<Key>(path.steps[1]).name));
  path.steps.erase(path.steps.begin(), path.steps.begin() + 2);
  return evaluate_from(value, path, context, script);
}

std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  if (const std::string* text = value.as_string()) return *text;
  return print_json(value);
}

}  // namespace

bool has_reference(std::string_view text) {
  const auto found = find_references(text);
  return !found || !found->empty();
}

Result<Json> expand(std::string_view text, const Json& context, Script& script, Lookup* lookup) {
  BERTH_TRY(const std::vector<Reference> references, find_references(text));
  const auto value = [&](const Reference& reference) {
    const std::string_view whole = text.substr(reference.at, reference.size);
    return value_of(whole.substr(2, whole.size() - 3), context, script, lookup).context([&] {
      return fmt::format("expand '{}'", to_visible(to_valid_utf8(whole.substr(0, 200)), false));
    });
  };
  if (references.size() == 1 && references[0].size == text.size()) return value(references[0]);
  std::string out;
  std::size_t done = 0;
  for (const Reference& reference : references) {
    out += text.substr(done, reference.at - done);
    BERTH_TRY(Json one, value(reference));
    out += text_of(one);
    done = reference.at + reference.size;
    if (out.size() > kMostExpandedBytes) {
      return fail(Errc::Exhausted,
                  fmt::format("expand references: the text would have more than {} bytes", kMostExpandedBytes));
    }
  }
  out += text.substr(done);
  return Json(std::move(out));
}

}  // namespace berth::dt
