#include "berth/content/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "berth/base/utf8.h"
#include "berth/content/word_reader.h"

namespace berth::content {
namespace {

constexpr std::string_view kOwnerEnd = "|||";

bool is_in_argument_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '-' || c == '.' || byte >= 0x80;
}

bool is_in_command_name(char c) {
  return is_in_argument_name(c) || std::string_view("|:/@+&#").find(c) != std::string_view::npos;
}

bool is_plain(std::string_view name, bool (*allowed)(char)) {
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && WordReader::is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && WordReader::is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Where `text` stops being UTF-8, or its size.
std::size_t valid_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Utf8Char c = next_utf8(text.substr(at));
    if (c.code == 0xfffd && text.substr(at, c.size) != "\ufffd") break;
    at += c.size;
  }
  return at;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), reader_(text) {}

  Result<CommandLine> run() && {
    const std::size_t valid = valid_size(text_);
    if (valid < text_.size()) return reader_.refuse(valid, "here is a byte that is not UTF-8");
    reader_.skip_blanks();
    if (reader_.at_end()) return fail(Errc::InvalidInput, "it is empty; write !command name=value, or a note");
    if (reader_.skip('!')) {
      line_.kind = LineKind::Command;
    } else if (reader_.skip('/')) {
      line_.kind = LineKind::System;
    } else {
      line_.note = trimmed(text_);
      return std::move(line_);
    }
    BERTH_CHECK_OK(take_name());
    for (reader_.skip_blanks(); !reader_.at_end(); reader_.skip_blanks()) {
      if (line_.arguments.size() == kMostWords) {
        return fail(Errc::Exhausted, fmt::format("it has more than {} arguments", kMostWords));
      }
      BERTH_CHECK_OK(take_word());
    }
    return std::move(line_);
  }

 private:
  Result<void> take_name() {
    const std::size_t begin = reader_.position();
    std::string whole;
    if (reader_.at_quote()) {
      BERTH_TRY(whole, name_in_quotes());
    } else {
      whole = reader_.take_while(is_in_command_name);
      if (whole.empty() && (reader_.at_end() || reader_.at_blank())) {
        return reader_.refuse(begin, fmt::format("no name follows the {}; write it right behind", text_[begin - 1]));
      }
    }
    if (!reader_.at_end() && !reader_.at_blank()) {
      return reader_.refuse(reader_.position(),
                            "the name of a command cannot hold this; put a blank between the name "
                            "and its arguments, or the name in quotes");
    }
    const std::string_view view = whole;
    const std::size_t bars = view.rfind(kOwnerEnd);
    if (bars == std::string_view::npos) {
      line_.name = trimmed(view);
    } else {
      line_.owner = trimmed(view.substr(0, bars));
      line_.name = trimmed(view.substr(bars + kOwnerEnd.size()));
    }
    if (line_.name.empty()) return reader_.refuse(begin, "the name of the command is empty");
    if (line_.name.front() == '|') return reader_.refuse(begin, "the name of the command begins with a bar");
    return {};
  }

  Result<std::string> name_in_quotes() {
    const std::size_t begin = reader_.position();
    BERTH_TRY(std::string name, reader_.quoted());
    const auto is_control = [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; };
    if (std::any_of(name.begin(), name.end(), is_control))
      return reader_.refuse(begin, "a name holds no line end or tab");
    return name;
  }

  Result<void> take_word() {
    const std::size_t begin = reader_.position();
    if (reader_.skip('=')) {
      return reader_.refuse(begin, "no name stands before '='; write name=value without blanks around '='");
    }
    BERTH_TRY(std::optional<std::string> name, take_argument_name());
    if (!name && list_goes_on_) {
      return reader_.refuse(begin, "a list without quotes holds no blanks; put it in quotes, or leave the blanks out");
    }
    const std::size_t value_begin = reader_.position();
    BERTH_TRY(std::string value, reader_.value());
    list_goes_on_ = name && value.ends_with(',') && !WordReader::is_quote(text_[value_begin]);
    line_.arguments.push_back({std::move(name), std::move(value)});
    return {};
  }

  // The name of an argument and its `=`; none for a bare value, which is left where it is.
  Result<std::optional<std::string>> take_argument_name() {
    const WordReader before = reader_;
    const std::size_t begin = reader_.position();
    std::string name;
    if (reader_.at_quote()) {
      BERTH_TRY(name, reader_.quoted());
    } else {
      name = reader_.take_while(is_in_argument_name);
    }
    const std::size_t end = reader_.position();
    if (end == begin || !reader_.skip('=')) {
      reader_ = before;
      return std::nullopt;
    }
    if (WordReader::is_quote(text_[begin])) {
      reader_ = before;
      BERTH_TRY(name, name_in_quotes());
      reader_.skip('=');
    }
    if (trimmed(name).empty()) return reader_.refuse(begin, "the name of an argument is empty");
    return name;
  }

  std::string_view text_;
  WordReader reader_;
  CommandLine line_;
  bool list_goes_on_ = false;  // the last value ends with a comma, and had no quotes
};

// Whether `word` is read as `value`, whole.
bool reads_as(std::string_view word, std::string_view value) {
  WordReader reader(word);
  const auto read = reader.value();
  return read && reader.at_end() && *read == value;
}

std::string in_double_quotes(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool opens_reference = text.substr(at).starts_with("${");
    if (text[at] == '"' || text[at] == '\\' || opens_reference) out += '\\';
    out += text[at];
  }
  return out + '"';
}

std::string print_name(std::string_view name, bool (*allowed)(char)) {
  return is_plain(name, allowed) ? std::string(name) : in_double_quotes(name);
}

// A bare value, in quotes where it would be taken for name=value.
std::string print_bare(std::string_view value) {
  const std::size_t equals = value.find('=');
  const bool looks_named =
      equals == 0 || (equals != std::string_view::npos && is_plain(value.substr(0, equals), is_in_argument_name));
  return looks_named ? in_double_quotes(value) : print_word(value);
}

}  // namespace

Result<CommandLine> parse_command_line(std::string_view line) {
  const auto naming = [] { return "command line"; };
  if (line.size() > kLongestLine) {
    return Result<CommandLine>(
               fail(Errc::Exhausted, fmt::format("it has {} bytes, {} are the most", line.size(), kLongestLine)))
        .context(naming);
  }
  return Parser(line).run().context(naming);
}

std::string print_word(std::string_view value) {
  std::string plain(value);
  if (!value.empty() && !value.ends_with(',') && reads_as(plain, value)) return plain;
  for (const char quote : {'"', '`'}) {
    std::string word = quote + plain + quote;
    if (reads_as(word, value)) return word;
  }
  return in_double_quotes(value);
}

std::string print_command_line(const CommandLine& line) {
  if (line.kind == LineKind::Note) return line.note;
  const std::string whole = line.owner.empty() ? line.name : line.owner + std::string(kOwnerEnd) + line.name;
  std::string out = (line.kind == LineKind::Command ? "!" : "/") + print_name(whole, is_in_command_name);
  for (const Assignment& argument : line.arguments) {
    out += ' ';
    if (argument.name) {
      out += print_name(*argument.name, is_in_argument_name) + "=" + print_word(argument.value);
    } else {
      out += print_bare(argument.value);
    }
  }
  return out;
}

}  // namespace berth::content
