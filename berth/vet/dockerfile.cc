#include "berth/vet/dockerfile.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "berth/base/json.h"
#include "berth/base/text_parts.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostInstructions = 10'000;
constexpr std::size_t kMostDocuments = 100;
constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kSpaces = " \t\r\v\f";  // that may stand in front of a line

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

// The first word, which is taken from `text`.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text, kBlanks);
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text = trimmed(text.substr(word.size()), kBlanks);
  return word;
}

// The mark that ends a here-document, with whether tabs in front of it do not count.
struct Mark {
  std::string word;
  bool strips_tabs = false;
};

// `<<EOF`, `<<-EOF`, `<<"EOF"`: each in `text`, but for those in quotes.
std::vector<Mark> marks_in(std::string_view text) {
  std::vector<Mark> marks;
  char quote = '\0';
  for (std::size_t at = 0; at + 1 < text.size();) {
    const char c = text[at];
    if (quote != '\'' && c == '\\') {
      at += 2;
      continue;
    }
    if (quote != '\0' || c == '"' || c == '\'') {
      quote = quote == '\0' ? c : c == quote ? '\0' : quote;
      ++at;
      continue;
    }
    if (text.substr(at, 2) != "<<") {
      ++at;
      continue;
    }
    at += 2;
    if (at < text.size() && text[at] == '<') {  // a here-string
      while (at < text.size() && text[at] == '<') ++at;
      continue;
    }
    Mark mark;
    if (at < text.size() && text[at] == '-') {
      mark.strips_tabs = true;
      ++at;
    }
    std::string_view rest = text.substr(at);
    const bool is_quoted = rest.starts_with('"') || rest.starts_with('\'');
    if (is_quoted) rest.remove_prefix(1);
    at += is_quoted ? 1 : 0;
    const auto is_of_word = [](char one) {
      return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') || one == '_' ||
             one == '.';
    };
    mark.word = rest.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(rest, is_of_word) - rest.begin()));
    at += mark.word.size() + (is_quoted ? 1 : 0);
    if (!mark.word.empty() && !(mark.word.front() >= '0' && mark.word.front() <= '9')) marks.push_back(std::move(mark));
  }
  return marks;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Result<Dockerfile> read() {
    Dockerfile file;
    bool has_base = false;
    read_directives();
    while (!rest_.empty()) {
      const std::size_t line = line_ + 1;
      const std::string whole = next_joined();
      if (whole.empty()) continue;
      BERTH_TRY(BuildInstruction instruction, instruction_of(whole, line));
      has_base = has_base || instruction.keyword == "FROM";
      if (file.instructions.size() == kMostInstructions) return fail(Errc::Exhausted, "it has too many instructions");
      file.instructions.push_back(std::move(instruction));
    }
    if (!has_base) return fail(Errc::InvalidInput, "it names no base (FROM)");
    return file;
  }

 private:
  std::string_view next_line() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    return line;
  }

  // `# escape=X` in the comments at the top.
  void read_directives() {
    std::string_view ahead = rest_;
    while (!ahead.empty()) {
      std::string_view line = trimmed(ahead.substr(0, ahead.find('\n')), kBlanks);
      if (!line.starts_with('#')) return;
      line = trimmed(line.substr(1), kBlanks);
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) return;
      const std::string_view value = trimmed(line.substr(equals + 1), kBlanks);
      if (upper(trimmed(line.substr(0, equals), kBlanks)) == "ESCAPE" && (value == "`" || value == "\\"))
        escape_ = value.front();
      ahead.remove_prefix(std::min(ahead.find('\n'), ahead.size() - 1) + 1);
    }
  }

  // The next instruction's lines as one, with nothing between them and with the blanks in front of each; empty for
  // empty lines and comments alone.
  std::string next_joined() {
    std::string whole;
    bool is_begun = false;
    while (!rest_.empty()) {
      std::string_view line = next_line();
      line = line.substr(0, line.find_last_not_of('\r') + 1);
      const std::string_view plain = line.substr(std::min(line.find_first_not_of(kSpaces), line.size()));
      const bool is_nothing = plain.empty() || plain.starts_with('#');
      if (is_nothing && is_begun) continue;  // as BuildKit has it, with a warning where it is empty
      if (is_nothing) return {};
      const std::size_t end = end_that_goes_on(is_begun ? line : plain);
      whole += (is_begun ? line : plain).substr(0, end);
      is_begun = true;
      if (end == std::string_view::npos) break;
    }
    return whole.substr(std::min(whole.find_first_not_of(kSpaces), whole.size()));
  }

  // Where the sign that the line goes on stands, which two of its kind are not; npos where it does not go on.
  std::size_t end_that_goes_on(std::string_view line) const {
    const std::size_t last = line.find_last_not_of(" \t");
    if (last == std::string_view::npos || line[last] != escape_) return std::string_view::npos;
    return last > 0 && line[last - 1] == escape_ ? std::string_view::npos : last;
  }

  Result<BuildInstruction> instruction_of(std::string_view whole, std::size_t line) {
    BuildInstruction instruction;
    instruction.line = line;
    instruction.keyword = upper(take_word(whole));
    while (instruction.keyword == "ONBUILD" && !whole.empty()) instruction.keyword = upper(take_word(whole));
    while (whole.starts_with("--")) instruction.flags.emplace_back(take_word(whole));
    instruction.text = whole;
    if (whole.starts_with('[')) instruction.words = words_of_json(whole);
    const bool may_hold_documents =
        instruction.keyword == "RUN" || instruction.keyword == "COPY" || instruction.keyword == "ADD";
    if (!may_hold_documents || !instruction.words.empty()) return instruction;
    for (const Mark& mark : marks_in(whole)) {
      if (instruction.documents.size() == kMostDocuments) return fail(Errc::Exhausted, "it has too many documents");
      BERTH_TRY(std::string document, document_until(mark, line));
      instruction.documents.push_back(std::move(document));
    }
    return instruction;
  }

  Result<std::string> document_until(const Mark& mark, std::size_t begun) {
    std::string document;
    while (!rest_.empty()) {
      std::string_view line = next_line();
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (mark.strips_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      if (line == mark.word) return document;
      document += std::string(line) + "\n";
    }
    return fail(Errc::InvalidInput, fmt::format("line {}: its here-document has no end '{}'", begun, mark.word));
  }

  static std::vector<std::string> words_of_json(std::string_view text) {
    const auto json = parse_json(text, {.depth = 2, .values = 10'000});
    std::vector<std::string> words;
    if (!json || !json->is_array()) return words;
    for (const Json& word : *json->as_array()) {
      if (!word.is_string()) return {};
      words.push_back(*word.as_string());
    }
    return words;
  }

  std::string_view rest_;
  std::size_t line_ = 0;
  char escape_ = '\\';
};

}  // namespace

Result<Dockerfile> parse_dockerfile(std::string_view text) {
  if (text.size() > kMostDockerfileBytes) return fail(Errc::Exhausted, "it is too large");
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return Reader(text).read();
}

}  // namespace berth::vet
