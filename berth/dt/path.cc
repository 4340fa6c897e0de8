#include "berth/dt/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/dt/javascript.h"
#include "berth/dt/javascript_text.h"

namespace berth::dt {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kMostBracketedBytes = 256;

class PathParser {
 public:
  PathParser(std::string_view text, std::size_t offset) : text_(text), offset_(offset) {}

  Result<Path> parse() {
    if (text_.empty()) return wrong("it is empty");
    if (text_ == ".") return Path();
    while (at_ < text_.size()) {
      BERTH_CHECK_OK(take_step());
      if (path_.steps.size() > kMostSteps) return fail(Errc::Exhausted, fmt::format("more than {} steps", kMostSteps));
      if (selectors_ > kMostSelectors) {
        return fail(Errc::Exhausted, fmt::format("more than {} conditions", kMostSelectors));
      }
    }
    return std::move(path_);
  }

 private:
  std::unexpected<Error> wrong(std::string_view why) const {
    return fail(Errc::InvalidInput, fmt::format("at byte {}: {}", offset_ + at_, why));
  }
  char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }

  Result<void> take_step() {
    const bool is_first = path_.steps.empty();
    if (now() == '=') return take_mutator();
    if (now() == '(') return take_selector();
    if (now() == '[' && is_bracketed()) return take_bracketed();
    const bool has_dot = now() == '.';
    if (!has_dot && !is_first) return wrong("a '.' is missing");
    if (has_dot) ++at_;
    if (now() == '[' && is_bracketed()) return take_bracketed();
    // `.(val.x)` and `.=val.x` are about the root.
    if (has_dot && is_first && (now() == '(' || now() == '=')) return {};
    return take_key();
  }

  Result<void> take_key() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && now() != '.' && now() != '(' && now() != '=' && !(now() == '[' && is_bracketed())) {
      ++at_;
    }
    std::string_view name = text_.substr(begin, at_ - begin);
    while (!name.empty() && kBlanks.find(name.back()) != std::string_view::npos) name.remove_suffix(1);
    if (name.empty()) {
      at_ = begin;
      return wrong("a name is missing");
    }
    path_.steps.emplace_back(Key{std::string(name)});
    return {};
  }

  // The end of `[...]` when it is an index, a slice or a name in quotes.
  std::size_t end_of_bracketed() const {
    // Bounded, because it is asked at every '[' of a name.
    const std::string_view inner = rest().substr(1, kMostBracketedBytes);
    if (!inner.empty() && (inner[0] == '\'' || inner[0] == '"')) {
      const auto quoted = JavaScriptReader(inner).next();
      const bool closes = quoted->kind == Lexeme::Kind::Quiet && inner.substr(quoted->size).starts_with(']');
      return closes && quoted->size > 2 ? quoted->size + 2 : 0;
    }
    const std::size_t end = inner.find(']');
    return end != std::string_view::npos && parse_index(inner.substr(0, end)) ? end + 2 : 0;
  }
  bool is_bracketed() const { return end_of_bracketed() != 0; }

  Result<void> take_bracketed() {
    const std::size_t size = end_of_bracketed();
    const std::string_view inner = text_.substr(at_ + 1, size - 2);
    at_ += size;
    if (inner[0] == '\'' || inner[0] == '"') {
      path_.steps.emplace_back(Key{unquoted(inner)});
      return {};
    }
    std::visit([&](auto place) { path_.steps.emplace_back(std::move(place)); }, *parse_index(inner));
    return {};
  }
  static std::string unquoted(std::string_view quoted) {
    std::string name;
    for (std::size_t at = 1; at + 1 < quoted.size(); ++at) {
      if (quoted[at] == '\\') ++at;
      name += quoted[at];
    }
    return name;
  }

  Result<void> take_selector() {
    const auto end = find_closing_bracket(text_, at_ + 1);
    if (!end || text_[*end] != ')') return wrong("the '(' has no partner");
    BERTH_TRY(JavaScript condition, parse_javascript(text_.substr(at_ + 1, *end - at_ - 1), offset_ + at_ + 1));
    path_.steps.emplace_back(Selector{std::move(condition)});
    ++selectors_;
    at_ = *end + 1;
    // A blank may stand before what follows.
    while (at_ < text_.size() && kBlanks.find(now()) != std::string_view::npos) ++at_;
    return {};
  }

  Result<void> take_mutator() {
    BERTH_TRY(JavaScript mutator, parse_javascript(rest().substr(1), offset_ + at_ + 1));
    path_.mutator = std::move(mutator);
    at_ = text_.size();
    return {};
  }

  std::string_view text_;
  std::size_t offset_;
  std::size_t at_ = 0;
  std::size_t selectors_ = 0;
  Path path_;
};

}  // namespace

Result<Path> parse_path(std::string_view text) {
  const auto doing = [&] { return fmt::format("read the expression '{}'", to_visible(text.substr(0, 200), false)); };
  if (text.size() > kMostPathBytes) {
    return Result<Path>(fail(Errc::Exhausted, fmt::format("more than {} bytes", kMostPathBytes))).context(doing);
  }
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::size_t end = text.find_last_not_of(kBlanks) + 1;
  return PathParser(text.substr(begin, std::max(begin, end) - begin), begin).parse().context(doing);
}

}  // namespace berth::dt
