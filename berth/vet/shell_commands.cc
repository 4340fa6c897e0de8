#include "berth/vet/shell_commands.h"

#include <algorithm>
#include <cstddef>

namespace berth::vet {
namespace {

constexpr std::size_t kMostCommands = 10'000;
constexpr std::string_view kPrefixes[] = {"sudo", "env", "exec", "time", "nohup", "command",
                                          "then", "do",  "else", "if",   "!",     "{"};

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<ShellCommand> split() {
    while (at_ < text_.size() && commands_.size() < kMostCommands) step();
    end_command(false);
    return std::move(commands_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void step() {
    const char c = peek();
    switch (c) {
      case '\'':
        ++at_;
        take_single_quoted();
        return;
      case '"':
        ++at_;
        take_double_quoted();
        return;
      case '\\':
        if (at_ + 1 < text_.size() && peek(1) != '\n') add(peek(1));
        at_ += 2;
        return;
      case '`':
        ++at_;
        take_backticks();
        return;
      case ' ':
      case '\t':
      case '\r':
        end_word();
        ++at_;
        return;
      case '#':
        if (in_word_) break;
        at_ = std::min(text_.find('\n', at_), text_.size());
        return;
      case '$':
      case '<':
      case '>':
        if (peek(1) != '(') break;
        at_ += 2;
        take_parentheses();
        return;
      case '|':
      case '&':
      case ';':
      case '\n':
      case '(':
      case ')':
        take_operator();
        return;
      default:
        break;
    }
    add(c);
    ++at_;
  }

  void take_operator() {
    const char c = peek();
    const bool is_double = c == peek(1) && c != '\n';
    // `>&` and `&>` belong to redirections.
    if (c == '&' && (peek(1) == '>' || (at_ > 0 && text_[at_ - 1] == '>'))) {
      add(c);
      ++at_;
      return;
    }
    const bool is_pipe = c == '|' && !is_double;
    at_ += is_double ? 2 : 1;
    if (is_pipe && peek() == '&') ++at_;
    end_command(is_pipe);
  }

  void take_single_quoted() {
    in_word_ = true;
    const std::size_t end = std::min(text_.find('\'', at_), text_.size());
    word_ += text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
  }

  void take_double_quoted() {
    in_word_ = true;
    while (at_ < text_.size() && peek() != '"') {
      if (peek() == '\\') {
        if (at_ + 1 < text_.size()) add(peek(1));
        at_ += 2;
      } else if (peek() == '$' && peek(1) == '(') {
        at_ += 2;
        take_parentheses();
      } else if (peek() == '`') {
        ++at_;
        take_backticks();
      } else {
        add(peek());
        ++at_;
      }
    }
    ++at_;
  }

  void take_backticks() {
    in_word_ = true;
    const std::size_t end = std::min(text_.find('`', at_), text_.size());
    command_.inner.emplace_back(text_.substr(at_, end - at_));
    at_ = std::min(end + 1, text_.size());
  }

  // To the parenthesis that closes it; quotes inside hide parentheses.
  void take_parentheses() {
    in_word_ = true;
    const std::size_t begin = at_;
    std::size_t depth = 1;
    char quote = '\0';
    for (; at_ < text_.size(); ++at_) {
      const char c = peek();
      if (c == '\\' && quote != '\'') {
        ++at_;
      } else if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        break;
      }
    }
    const std::size_t end = std::min(at_, text_.size());
    command_.inner.emplace_back(text_.substr(begin, end - begin));
    at_ = end + 1;
  }

  void add(char c) {
    in_word_ = true;
    word_ += c;
  }

  void end_word() {
    if (in_word_) command_.words.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  void end_command(bool is_pipe) {
    end_word();
    const bool is_something = !command_.words.empty() || !command_.inner.empty();
    if (is_something && commands_.size() < kMostCommands) commands_.push_back(std::move(command_));
    command_ = ShellCommand();
    command_.reads_pipe = is_pipe;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false;
  ShellCommand command_;
  std::vector<ShellCommand> commands_;
};

bool is_assignment(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  return name.size() < word.size() && !name.empty() &&
         std::ranges::all_of(
             name,
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
             });
}

}  // namespace

std::string_view ShellCommand::program() const {
  bool behind_prefix = false;
  for (const std::string_view word : words) {
    const std::string_view name = word.substr(word.rfind('/') + 1);
    if (std::ranges::find(kPrefixes, name) != std::ranges::end(kPrefixes)) {
      behind_prefix = true;
    } else if (!is_assignment(word) && !(behind_prefix && word.starts_with('-'))) {
      return name;
    }
  }
  return {};
}

std::vector<ShellCommand> shell_commands(std::string_view text) { return Splitter(text).split(); }

}  // namespace berth::vet
