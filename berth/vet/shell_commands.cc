#include "berth/vet/shell_commands.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace berth::vet {
namespace {

constexpr std::size_t kMostCommands = 10'000;
constexpr std::string_view kBlanks = " \t\r\n";
// Words of the shell that a command may follow.
constexpr std::string_view kLeading[] = {"then", "do", "else", "elif", "if", "while", "until", "!", "{", "command"};
constexpr std::string_view kDeclaring[] = {"export", "declare", "local", "readonly", "typeset"};

class Splitter {
 public:
  // Without variables all `$NAME` stay.
  Splitter(std::string_view text, ShellVariables* variables, std::size_t& room,
           const std::function<void(ShellCommand)>& take)
      : text_(text), variables_(variables), room_(room), take_(take) {}

  // Whether it came to the end.
  bool split() {
    while (at_ < text_.size() && taken_ < kMostCommands && !is_full_) step();
    end_command(false);
    return at_ >= text_.size() && !is_full_;
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
        if (peek(1) == '(') {
          at_ += 2;
          take_parentheses(c);
          return;
        }
        if (c == '$' && take_value(true)) return;
        if (c != '$') begin_redirection();
        break;
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
    // `>&`, `>|`, `<&` and `&>` belong to redirections.
    const bool is_behind = at_ > 0 && at_ == behind_arrow_;
    if ((c == '&' && (peek(1) == '>' || is_behind)) || (c == '|' && is_behind && text_[at_ - 1] == '>')) {
      if (!is_behind) begin_redirection();
      add(c);
      ++at_;
      return;
    }
    const bool is_pipe = c == '|' && !is_double;
    at_ += is_double ? 2 : 1;
    if (is_pipe && peek() == '&') ++at_;
    // In a pipe, and in the background, it is another shell that holds it.
    if (c == '|' || (c == '&' && !is_double)) is_certain_ = is_certain_ && c == '|' && is_double;
    end_command(is_pipe);
    if (c == '(') ++parentheses_;
    if (c == ')' && parentheses_ > 0) --parentheses_;
    is_certain_ = c != '|' && !(c == '&' && is_double);
  }

  // At `<`, `>` or `&>`: what stands in front of it is a word of its own, unless that is a number or the like.
  void begin_redirection() {
    const bool goes_on = at_ > 0 && (at_ == behind_arrow_ || (text_[at_ - 1] == '&' && is_redirection_));
    behind_arrow_ = at_ + 1;
    if (goes_on) return;
    const bool is_number = !is_quoted_ && word_.find_first_not_of("0123456789") == std::string::npos;
    if (variables_ != nullptr && !is_number) end_word();
    is_redirection_ = true;
  }

  void take_single_quoted() {
    is_quoted_ = true;
    in_word_ = true;
    const std::size_t end = std::min(text_.find('\'', at_), text_.size());
    word_ += text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
  }

  void take_double_quoted() {
    is_quoted_ = true;
    in_word_ = true;
    while (at_ < text_.size() && peek() != '"') {
      if (peek() == '\\') {
        if (at_ + 1 < text_.size()) add(peek(1));
        at_ += 2;
      } else if (peek() == '$' && peek(1) == '(') {
        at_ += 2;
        take_parentheses('$');
      } else if (peek() == '$' && take_value(false)) {
        continue;
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
    add_inner('$', text_.substr(at_, end - at_));
    at_ = std::min(end + 1, text_.size());
  }

  // To the parenthesis that closes it; quotes inside hide parentheses.
  void take_parentheses(char kind) {
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
    add_inner(kind, text_.substr(begin, end - begin));
    at_ = end + 1;
  }

  // What it prints where that is plain, as of `which pip`; else it stays in the word as it stands there.
  void add_inner(char kind, std::string_view text) {
    in_word_ = true;
    command_.inner.emplace_back(text);
    const std::optional<std::string> printed = variables_ != nullptr && kind == '$' ? printed_by(text) : std::nullopt;
    word_ += printed ? *printed : std::string(1, kind) + "(" + std::string(text) + ")";
  }

  static std::optional<std::string> printed_by(std::string_view text) {
    constexpr std::string_view kPrinting[] = {"which ", "command -v ", "type -p ", "type -P ", "echo ", "printf "};
    const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
    text = text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
    const auto* const one = std::ranges::find_if(kPrinting, [&](std::string_view it) { return text.starts_with(it); });
    if (one == std::ranges::end(kPrinting)) return std::nullopt;
    const std::string_view word = text.substr(one->size());
    const auto is_plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("_.-/").contains(c);
    };
    if (word.empty() || word.starts_with('-') || !std::ranges::all_of(word, is_plain)) return std::nullopt;
    return std::string(word);
  }

  // The value of the variable that begins here, where it is known. Without quotes its blanks part words.
  bool take_value(bool parts_words) {
    if (variables_ == nullptr) return false;
    const Expansion one = expansion_at(text_, at_, *variables_);
    if (!one.value) return false;
    is_full_ = is_full_ || one.value->size() > room_;
    at_ += one.length;
    if (is_full_) return true;
    room_ -= one.value->size();
    for (const char c : *one.value) {
      if (parts_words && kBlanks.contains(c)) {
        end_word();
      } else {
        add(c);
      }
    }
    return true;
  }

  void add(char c) {
    in_word_ = true;
    word_ += c;
  }

  void end_word() {
    if (in_word_ && is_redirection_) command_.redirections.push_back(command_.words.size());
    if (in_word_) command_.words.push_back(std::move(word_));
    word_.clear();
    in_word_ = is_quoted_ = is_redirection_ = false;
  }

  void end_command(bool is_pipe) {
    end_word();
    const bool is_something = !command_.words.empty() || !command_.inner.empty();
    if (is_something && taken_ < kMostCommands) {
      if (variables_ != nullptr) note_variables();
      ++taken_;
      take_(std::move(command_));
    }
    command_ = ShellCommand();
    command_.reads_pipe = is_pipe;
  }

  // What a shell gives values that nobody knows: `for X in`, `read X`, `unset X` and their like.
  void forget_variables(std::vector<std::string>::const_iterator first) {
    constexpr std::string_view kSettingAll[] = {"unset", "read", "mapfile", "readarray"};
    constexpr std::string_view kSettingNext[] = {"for", "select"};
    const auto end = command_.words.cend();
    const auto is_among = [&](const auto& list) { return std::ranges::find(list, *first) != std::ranges::end(list); };
    if (is_among(kSettingAll)) {
      std::for_each(first + 1, end, [&](const std::string& word) { variables_->forget(word); });
    } else if (is_among(kSettingNext) && end - first > 1) {
      variables_->forget(first[1]);
    } else if (*first == "getopts" && end - first > 2) {
      variables_->forget(first[2]);
    } else if (*first == "printf" && end - first > 1 && first[1].starts_with("-v")) {
      if (first[1].size() > 2 || end - first > 2)
        variables_->forget(first[1].size() > 2 ? first[1].substr(2) : first[2]);
    }
  }

  // Of the words that lead a command: how deep it stands in what may run or not.
  void note_depth(std::string_view word) {
    constexpr std::string_view kOpening[] = {"if", "while", "until", "for", "select", "case", "{"};
    constexpr std::string_view kClosing[] = {"fi", "done", "esac", "}"};
    if (std::ranges::find(kOpening, word) != std::ranges::end(kOpening)) ++depth_;
    if (depth_ > 0 && std::ranges::find(kClosing, word) != std::ranges::end(kClosing)) --depth_;
  }

  // Of commands that are assignments alone, `export A=1` and their like.
  void note_variables() {
    const std::vector<std::string>& words = command_.words;
    const auto is_among = [](const auto& list) {
      return [&list](const std::string& word) { return std::ranges::find(list, word) != std::ranges::end(list); };
    };
    const auto first = std::ranges::find_if_not(words, is_among(kLeading));
    for (auto word = words.begin(); word != first; ++word) note_depth(*word);
    if (first != words.end()) {
      note_depth(*first);
      forget_variables(first);
    }
    const bool declares = first != words.end() && is_among(kDeclaring)(*first);
    const auto is_assignment = [](const std::string& word) { return !assigned_name(word).empty(); };
    if (!declares && !std::all_of(first, words.end(), is_assignment)) return;
    for (const std::string& word : words) {
      std::string_view name = assigned_name(word);
      if (name.empty()) continue;
      std::string value = word.substr(name.size() + 1);
      if (name.ends_with('+')) {
        name.remove_suffix(1);
        const std::string* const before = variables_->find(name);
        variables_->assign(name, before != nullptr ? *before + value : "$");
      } else {
        variables_->assign_in_script(name, std::move(value), is_certain_ && depth_ + parentheses_ == 0);
      }
    }
  }

  std::string_view text_;
  ShellVariables* variables_;
  std::size_t& room_;
  const std::function<void(ShellCommand)>& take_;
  std::size_t at_ = 0;
  std::size_t behind_arrow_ = 0;  // the place behind the `<` or `>` that came last
  bool is_full_ = false;
  bool is_certain_ = true;  // whether the command runs whatever the one before it did, and in this shell
  std::size_t depth_ = 0;   // of what runs on a condition
  std::size_t parentheses_ = 0;
  std::string word_;
  bool in_word_ = false;
  bool is_quoted_ = false;  // some of it
  bool is_redirection_ = false;
  ShellCommand command_;
  std::size_t taken_ = 0;
};

}  // namespace

std::string_view assigned_name(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  if (name.size() == word.size() || name.empty()) return {};
  const std::string_view plain = name.substr(0, name.size() - (name.ends_with('+') ? 1 : 0));
  const auto is_of_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !plain.empty() && std::ranges::all_of(plain, is_of_name) ? name : std::string_view();
}

std::vector<ShellCommand> shell_commands(std::string_view text) {
  std::vector<ShellCommand> commands;
  const std::function<void(ShellCommand)> take = [&](ShellCommand one) { commands.push_back(std::move(one)); };
  std::size_t room = 0;
  static_cast<void>(Splitter(text, nullptr, room, take).split());
  return commands;
}

bool for_each_command(std::string_view text, ShellVariables& variables, std::size_t& room,
                      const std::function<void(ShellCommand)>& take) {
  return Splitter(text, &variables, room, take).split();
}

}  // namespace berth::vet
