#include "berth/vet/marker.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

namespace berth::vet {
namespace {

// In their order `and` takes the lesser, `or` the greater.
enum class Truth { No, Maybe, Yes };

constexpr std::size_t kDeepest = 64;

// What a variable is on any Linux.
constexpr std::string_view kPosix[] = {"posix"};
constexpr std::string_view kLinux[] = {"linux", "linux2"};  // the second of Python 2
constexpr std::string_view kSystem[] = {"Linux"};

struct Variable {
  std::string_view name;
  std::span<const std::string_view> values;
};

constexpr auto kVariables = std::to_array<Variable>({
    {"os_name", kPosix},
    {"os.name", kPosix},
    {"sys_platform", kLinux},
    {"sys.platform", kLinux},
    {"platform_system", kSystem},
});

struct Operand {
  std::string_view text;
  bool is_quoted = false;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// Reads one condition; what is malformed has no value.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<Truth> read() {
    const auto truth = any(0);
    skip_blanks();
    return rest_.empty() ? truth : std::nullopt;
  }

 private:
  std::optional<Truth> any(std::size_t depth) {
    auto truth = all(depth);
    while (truth && take_word("or")) {
      const auto next = all(depth);
      if (!next) return next;
      truth = std::max(*truth, *next);
    }
    return truth;
  }

  std::optional<Truth> all(std::size_t depth) {
    auto truth = one(depth);
    while (truth && take_word("and")) {
      const auto next = one(depth);
      if (!next) return next;
      truth = std::min(*truth, *next);
    }
    return truth;
  }

  std::optional<Truth> one(std::size_t depth) {
    if (depth == kDeepest) return std::nullopt;
    if (take("(")) {
      const auto truth = any(depth + 1);
      return take(")") ? truth : std::nullopt;
    }
    const auto left = operand();
    const std::string_view op = left ? take_operator() : std::string_view();
    const auto right = op.empty() ? std::nullopt : operand();
    if (!right) return std::nullopt;
    return compared(*left, op, *right);
  }

  std::optional<Operand> operand() {
    skip_blanks();
    if (rest_.empty()) return std::nullopt;
    const char quote = rest_.front();
    if (quote == '"' || quote == '\'') {
      const std::size_t end = rest_.find(quote, 1);
      if (end == std::string_view::npos) return std::nullopt;
      const Operand quoted = {rest_.substr(1, end - 1), true};
      rest_.remove_prefix(end + 1);
      return quoted;
    }
    const std::string_view word = next_word();
    if (word.empty()) return std::nullopt;
    rest_.remove_prefix(word.size());
    return Operand{word, false};
  }

  // As it stands there; `not in` as "not in".
  std::string_view take_operator() {
    for (const std::string_view op : {"===", "==", "!=", "~=", "<=", ">=", "<", ">"}) {
      if (take(op)) return op;
    }
    if (take_word("in")) return "in";
    return take_word("not") && take_word("in") ? "not in" : "";
  }

  static Truth compared(const Operand& left, std::string_view op, const Operand& right) {
    if (left.is_quoted == right.is_quoted) return Truth::Maybe;
    const std::string_view name = left.is_quoted ? right.text : left.text;
    const std::string_view literal = left.is_quoted ? left.text : right.text;
    const auto variable = std::ranges::find(kVariables, name, &Variable::name);
    if (variable == kVariables.end()) return Truth::Maybe;
    // `'linux' in sys_platform` looks into the variable, `sys_platform in 'linux darwin'` into the literal.
    const auto holds = [&](std::string_view value) {
      if (op == "==" || op == "===" || op == "!=") return value == literal;
      return left.is_quoted ? value.contains(literal) : literal.contains(value);
    };
    const bool is_plain = op == "==" || op == "===" || op == "in";
    if (!is_plain && op != "!=" && op != "not in") return Truth::Maybe;
    const auto count = std::ranges::count_if(variable->values, holds);
    if (count != 0 && count != std::ranges::ssize(variable->values)) return Truth::Maybe;
    return (count != 0) == is_plain ? Truth::Yes : Truth::No;
  }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view next_word() {
    skip_blanks();
    return rest_.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_word) - rest_.begin()));
  }
  bool take(std::string_view text) {
    skip_blanks();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take_word(std::string_view word) { return next_word() == word && take(word); }

  std::string_view rest_;
};

}  // namespace

bool never_holds_on_linux(std::string_view marker) { return Reader(marker).read() == Truth::No; }

}  // namespace berth::vet
