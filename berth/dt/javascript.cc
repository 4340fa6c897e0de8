#include "berth/dt/javascript.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/dt/javascript_text.h"

namespace berth::dt {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  text = without_blanks(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_bind_name(std::string_view word) {
  return word.size() > 3 && word.size() <= 8 && word.starts_with("val") &&
         word.find_first_not_of("0123456789", 3) == std::string_view::npos;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         c == '@' || static_cast<unsigned char>(c) >= 0x80;
}

// The path behind `val1---`, read as far as it goes.
class BindPath {
 public:
  explicit BindPath(std::string_view text) : text_(text) {}

  // The bytes that it takes; 0 when there is none.
  std::size_t read(Bind& bind) {
    bind.is_relative = text_.starts_with('.');
    std::size_t before_last = 0;
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      if (text_[at_] == '.') ++at_;
      auto place = next_place();
      if (!place || (begin == at_)) {
        at_ = begin;
        break;
      }
      bind.places.push_back(*std::move(place));
      before_last = begin;
      if (bind.places.size() >= kMostSteps) break;
    }
    // `val1---A.B.trim()`, `val1---A.B.length`: the last name is one of the value, not of the path.
    const Key* last = bind.places.empty() ? nullptr : std::get_if<Key>(&bind.places.back());
    if (last != nullptr && (text_.substr(at_).starts_with('(') || last->name == "length")) {
      bind.places.pop_back();
      at_ = before_last;
    }
    return bind.places.empty() ? 0 : at_;
  }

 private:
  std::optional<Place> next_place() {
    if (at_ < text_.size() && text_[at_] == '[') {
      const std::size_t end = text_.find(']', at_);
      if (end == std::string_view::npos) return std::nullopt;
      auto place = parse_index(text_.substr(at_ + 1, end - at_ - 1));
      if (place) at_ = end + 1;
      return place;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_name_character(text_[at_]) || is_inner_dash(begin))) ++at_;
    if (at_ == begin) return std::nullopt;
    return Key{std::string(text_.substr(begin, at_ - begin))};
  }
  bool is_inner_dash(std::size_t begin) const {
    return text_[at_] == '-' && at_ > begin && at_ + 1 < text_.size() && is_name_character(text_[at_ + 1]);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Place> parse_index(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto at = parse_number(text);
    return at ? std::optional<Place>(Index{*at}) : std::nullopt;
  }
  const std::string_view first = without_blanks(text.substr(0, colon));
  const std::string_view last = without_blanks(text.substr(colon + 1));
  const auto begin = first.empty() ? std::optional<std::int64_t>(0) : parse_number(first);
  const auto end = last.empty() ? std::optional<std::int64_t>(-1) : parse_number(last);
  if (!begin || !end) return std::nullopt;
  return Slice{*begin, *end};
}

Result<JavaScript> parse_javascript(std::string_view text, std::size_t offset) {
  const auto wrong = [&](Errc code, std::size_t at, std::string_view why) {
    return fail(code, fmt::format("at byte {}: {}", offset + at, why));
  };
  JavaScript script;
  JavaScriptReader reader(text);
  while (const auto lexeme = reader.next()) {
    const std::string_view piece = text.substr(lexeme->at, lexeme->size);
    script.code += piece;
    const std::size_t behind = lexeme->at + lexeme->size;
    const std::string_view rest = text.substr(behind);
    if (lexeme->kind != Lexeme::Kind::Word || !is_bind_name(piece) || !rest.starts_with("---")) continue;
    Bind bind = {.name = std::string(piece)};
    const std::size_t size = BindPath(rest.substr(3)).read(bind);
    if (size == 0) return wrong(Errc::InvalidInput, behind + 3, fmt::format("no path follows '{}---'", piece));
    const auto known = std::ranges::find(script.binds, bind.name, &Bind::name);
    if (known != script.binds.end() && *known != bind) {
      return wrong(Errc::InvalidInput, lexeme->at, fmt::format("'{}' stands for two paths", piece));
    }
    if (known == script.binds.end()) script.binds.push_back(std::move(bind));
    if (script.binds.size() > kMostBinds) {
      return wrong(Errc::Exhausted, lexeme->at, fmt::format("more than {} binds", kMostBinds));
    }
    reader.go_on_behind_name(behind + 3 + size);
  }
  script.code = without_blanks(script.code);
  if (script.code.empty()) return wrong(Errc::InvalidInput, 0, "an expression in JavaScript is missing");
  return script;
}

}  // namespace berth::dt
