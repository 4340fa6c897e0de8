#include "berth/content/yaml_skim.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "berth/content/marketplace.h"

namespace berth::content {
namespace {

// What becomes of a key's value.
enum class Keep { No, Whole, Code, Commands, Script };

struct KeyRule {
  std::string_view name;
  Keep keep;
};

constexpr std::array<KeyRule, 13> kTopKeys = {{{"commonfields", Keep::Whole},
                                               {"name", Keep::Whole},
                                               {"fromversion", Keep::Whole},
                                               {"toversion", Keep::Whole},
                                               {"deprecated", Keep::Whole},
                                               {"hidden", Keep::Whole},
                                               {"type", Keep::Whole},
                                               {"subtype", Keep::Whole},
                                               {"dockerimage", Keep::Whole},
                                               {"isllm", Keep::Whole},
                                               {"tags", Keep::Whole},
                                               {"dependson", Keep::Whole},
                                               {"script", Keep::Script}}};
constexpr std::array<KeyRule, 17> kScriptKeys = {{{"script", Keep::Code},
                                                  {"type", Keep::Whole},
                                                  {"subtype", Keep::Whole},
                                                  {"dockerimage", Keep::Whole},
                                                  {"commands", Keep::Commands},
                                                  {"isfetch", Keep::Whole},
                                                  {"isfetchevents", Keep::Whole},
                                                  {"isfetchassets", Keep::Whole},
                                                  {"isfetchcredentials", Keep::Whole},
                                                  {"isFetchCredentials", Keep::Whole},
                                                  {"isFetchSamples", Keep::Whole},
                                                  {"feed", Keep::Whole},
                                                  {"longRunning", Keep::Whole},
                                                  {"longRunningPort", Keep::Whole},
                                                  {"ismappable", Keep::Whole},
                                                  {"isremotesyncin", Keep::Whole},
                                                  {"isremotesyncout", Keep::Whole}}};
constexpr std::array<KeyRule, 3> kCommandKeys = {
    {{"name", Keep::Whole}, {"deprecated", Keep::Whole}, {"hidden", Keep::Whole}}};

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// A line of `key: value`.
struct KeyLine {
  std::string_view key;
  std::string_view value;  // trimmed
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \r") - first + 1);
}

// `line` without its indentation. A colon may stand in a key in front of a marketplace.
std::optional<KeyLine> key_line_of(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (is_key_char(line[at])) continue;
    if (line[at] != ':' || at == 0 || line.front() == '-') return std::nullopt;
    const bool ends = at + 1 == line.size() || line[at + 1] == ' ' || line[at + 1] == '\r';
    if (ends) return KeyLine{line.substr(0, at), trimmed(line.substr(at + 1))};
  }
  return std::nullopt;
}

// Whether a flow ends on the line that it begins on, without anything in it that could hide its end.
bool is_short_flow(std::string_view value) {
  if (value.size() < 2 || value.find_first_of("\"'#&*!") != std::string_view::npos) return false;
  const auto count = [&](char c) { return std::count(value.begin(), value.end(), c); };
  return (value.back() == ']' || value.back() == '}') && count('[') == count(']') && count('{') == count('}');
}

// What stands in the place of code that lies beside the YAML.
bool is_placeholder(std::string_view value) {
  return value.empty() || value == "''" || value == "\"\"" || value == "-" || value == "'-'" || value == "\"-\"";
}

class Skimmer {
 public:
  explicit Skimmer(std::string_view text) : text_(text) {}

  std::optional<std::string> run() && {
    out_.reserve(text_.size() / 8 + 256);
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    if (next_line() && line_.starts_with("---")) {
      if (trimmed(line_) != "---") return std::nullopt;
      step();
    }
    if (!mapping(0, kTopKeys) || has_line_) return std::nullopt;
    return std::move(out_);
  }

 private:
  // Makes the next line that says something the present one. False at the end.
  bool next_line() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      line_ = text_.substr(at_, end - at_);
      begin_ = at_;
      at_ = end + 1;
      indent_ = std::min(line_.find_first_not_of(' '), line_.size());
      if (indent_ < line_.size() && line_[indent_] != '#' && line_[indent_] != '\r') return has_line_ = true;
    }
    return has_line_ = false;
  }
  void step() { next_line(); }

  std::string_view content() const { return line_.substr(indent_); }
  bool is_dash() const { return content() == "-" || content().starts_with("- "); }

  // Steps past the rest of a value whose key stands at `column`: what is indented further, and a list at its column.
  bool pass_value(std::size_t column, std::string_view value) {
    if (!value.empty() && (value.front() == '"' || value.front() == '\'')) return pass_quoted(value);
    if (!value.empty() && (value.front() == '[' || value.front() == '{')) {
      if (!is_short_flow(value)) return false;
    } else if (!value.empty() && std::string_view("&*!@`%?\t").find(value.front()) != std::string_view::npos) {
      return false;
    }
    const bool may_be_list = value.empty() || value.front() == '#';
    for (step(); has_line_; step()) {
      if (indent_ > column || (may_be_list && indent_ == column && is_dash())) continue;
      return line_[indent_] != '\t';
    }
    return true;
  }

  // A quoted text ends at its quote, on whichever line that stands.
  bool pass_quoted(std::string_view value) {
    const char quote = value.front();
    auto at = static_cast<std::size_t>(value.data() - text_.data()) + 1;
    for (; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        if (quote == '"' || at + 1 >= text_.size() || text_[at + 1] != quote) break;
        ++at;
      }
    }
    if (at >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    const std::string_view rest = trimmed(text_.substr(at + 1, end - at - 1));
    if (!rest.empty() && rest.front() != '#') return false;
    at_ = end + 1;
    step();
    return true;
  }

  // The keys at `column`, from the present line on; ends before a line that stands left of it.
  bool mapping(std::size_t column, std::span<const KeyRule> rules) {
    while (has_line_ && indent_ == column && !is_dash()) {
      const auto line = key_line_of(content());
      if (!line || !take(column, *line, rules)) return false;
    }
    return !has_line_ || indent_ < column || is_dash();
  }

  static Keep keep_of(std::string_view key, std::span<const KeyRule> rules) {
    const std::string_view suffix = marketplace_suffix(key);
    if (!suffix.empty()) key.remove_suffix(suffix.size() + 1);
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const KeyRule& r) { return r.name == key; });
    return rule == rules.end() ? Keep::No : rule->keep;
  }

  bool take(std::size_t column, const KeyLine& line, std::span<const KeyRule> rules) {
    const std::size_t begin = begin_ + indent_;
    const bool opens = line.value.empty() || line.value.front() == '#';
    const Keep keep = keep_of(line.key, rules);
    if (keep == Keep::Script && opens)
      return nested(column, line.key, [&](std::size_t at) { return mapping(at, kScriptKeys); });
    if (keep == Keep::Commands && opens) return commands(column, line.key);
    if (keep == Keep::Script && line.value.starts_with('{')) return false;
    if (!pass_value(column, line.value)) return false;
    if (keep == Keep::No) return true;
    out_.append(column, ' ');
    if ((keep == Keep::Code || keep == Keep::Script) && !is_placeholder(line.value)) {
      out_.append(line.key).append(": code\n");
    } else {
      out_.append(text_.substr(begin, (has_line_ ? begin_ : text_.size()) - begin));
      if (!out_.ends_with('\n')) out_ += '\n';
    }
    return true;
  }

  // A mapping under a key at `column`, which is the present line.
  template <class Body>
  bool nested(std::size_t column, std::string_view key, Body body) {
    out_.append(column, ' ').append(key).append(":\n");
    step();
    if (!has_line_ || indent_ <= column) return !(has_line_ && is_dash());
    const std::size_t inner = indent_;
    return body(inner) && (!has_line_ || indent_ <= column);
  }

  // A list of mappings under a key at `column`; its dashes may stand at that column.
  bool commands(std::size_t column, std::string_view key) {
    out_.append(column, ' ').append(key).append(":\n");
    step();
    if (!has_line_ || indent_ < column || !is_dash()) return !has_line_ || indent_ <= column;
    const std::size_t dash = indent_;
    while (has_line_ && indent_ == dash && is_dash()) {
      out_.append(dash, ' ').append("-\n");
      const std::size_t inner = line_.find_first_not_of(' ', dash + 1);
      if (inner == std::string_view::npos || line_[inner] == '#') return false;
      indent_ = inner;
      if (!mapping(inner, kCommandKeys)) return false;
    }
    return !has_line_ || indent_ < dash || (indent_ == dash && dash == column);
  }

  std::string_view text_;
  std::size_t at_ = 0;     // where the line after the present one begins
  std::size_t begin_ = 0;  // of the present line
  std::string_view line_;
  std::size_t indent_ = 0;
  bool has_line_ = false;
  std::string out_;
};

}  // namespace

std::optional<std::string> skim_yaml(std::string_view text) { return Skimmer(text).run(); }

}  // namespace berth::content
