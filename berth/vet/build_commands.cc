#include "berth/vet/build_commands.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "berth/vet/build_variables.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostCommands = 20'000;
constexpr std::size_t kMostBytes = std::size_t{8} << 20;
constexpr std::size_t kDeepest = 8;
constexpr std::string_view kRunning[] = {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"};
constexpr std::string_view kShells[] = {"sh", "bash", "dash", "ash", "zsh", "ksh"};
// Besides shells, what takes a text to run behind -c.
constexpr std::string_view kTakingScripts[] = {"su", "runuser", "script", "flock", "sg"};

template <std::size_t N>
bool is_among(std::string_view word, const std::string_view (&list)[N]) {
  return std::ranges::find(list, word) != std::ranges::end(list);
}

std::string_view base_name(std::string_view word) { return word.substr(word.rfind('/') + 1); }

std::string joined(const std::vector<std::string>& words, std::size_t begin) {
  std::string whole;
  for (std::size_t i = begin; i < words.size(); ++i) whole += (i > begin ? " " : "") + words[i];
  return whole;
}

// A cluster of short options with a `c` in it: -c, -ec, -lc.
bool asks_for_script(std::string_view word) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return word.size() > 1 && word.front() == '-' && word.contains('c') && std::ranges::all_of(word.substr(1), is_letter);
}

// Behind -c: the first word that is no option.
std::optional<std::string> script_behind(const std::vector<std::string>& words, std::size_t begin) {
  bool is_asked = false;
  for (std::size_t i = begin; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.starts_with("--command=")) return word.substr(word.find('=') + 1);
    if (word == "--command" || asks_for_script(word)) {
      is_asked = true;
    } else if (is_asked && !word.starts_with('-') && !word.starts_with('+')) {
      return word;
    }
    const bool takes_next =
        word.size() > 1 && (word[0] == '-' || word[0] == '+') && word[1] != '-' && word.ends_with('o');  // -o pipefail
    if (takes_next) ++i;
  }
  return std::nullopt;
}

// Of `env -S TEXT`.
std::optional<std::string> split_string(const std::vector<std::string>& words, std::size_t begin) {
  constexpr std::string_view kLong = "--split-string";
  for (std::size_t i = begin; i < words.size() && words[i].starts_with('-'); ++i) {
    const std::string_view word = words[i];
    if ((word == "-S" || word == kLong) && i + 1 < words.size()) return joined(words, i + 1);
    if (word.starts_with("-S")) return std::string(word.substr(2)) + " " + joined(words, i + 1);
    if (word.starts_with(kLong) && word.contains('=')) return std::string(word.substr(word.find('=') + 1));
  }
  return std::nullopt;
}

std::optional<std::string> here_string(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("<<<")) continue;
    if (words[i].size() > 3) return words[i].substr(3);
    if (i + 1 < words.size()) return words[i + 1];
  }
  return std::nullopt;
}

// `printed` is what is in the pipe that it reads, where that is known.
std::vector<std::string> scripts_of(const ShellCommand& command, const std::string& printed) {
  const std::vector<std::string>& words = command.words;
  const std::size_t at = command.program_at();
  const std::string_view program = command.program();
  std::vector<std::string> scripts;
  const auto add = [&](std::optional<std::string> script) {
    const bool is_new = script && !script->empty() && std::ranges::find(scripts, *script) == scripts.end();
    if (is_new) scripts.push_back(*std::move(script));
  };
  if (program == "eval") add(joined(words, at + 1));
  if (program == "trap" && at + 1 < words.size()) add(words[at + 1]);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view name = base_name(words[i]);
    if (is_shell(name) || is_among(name, kTakingScripts)) add(script_behind(words, i + 1));
    if (name == "env") add(split_string(words, i + 1));
    if (scripts.size() > 1) break;
  }
  if (is_shell(program) && reads_program(command)) {
    add(here_string(words));
    if (command.reads_pipe) add(printed);
  }
  return scripts;
}

// What a word is that `echo` or `printf` may print with its escapes. Nothing where it has others than of lines and
// tabs, or more of a format than `%s`.
std::optional<std::string> unescaped(std::string_view word, bool is_format) {
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (is_format && word[i] == '%' && word != "%s" && word != "%s\\n") return std::nullopt;
    if (word[i] != '\\') {
      text += word[i];
      continue;
    }
    const char next = i + 1 < word.size() ? word[++i] : '\0';
    if (next != 'n' && next != 't') return std::nullopt;
    text += next == 'n' ? '\n' : '\t';
  }
  return text;
}

// What `echo` and `printf` print, as far as that is their words; empty where it is not.
std::string printed_by(const ShellCommand& command) {
  const std::string_view program = command.program();
  if (program != "echo" && program != "printf") return {};
  std::size_t begin = command.plain().program_at() + 1;
  std::vector<std::string> words = command.plain().words;
  while (begin < words.size() && words[begin].starts_with('-')) ++begin;
  for (std::size_t i = begin; i < words.size(); ++i) {
    auto text = unescaped(words[i], program == "printf" && i == begin);
    if (!text) return {};
    words[i] = *std::move(text);
  }
  return joined(words, begin);
}

bool has_cmd_in_front(std::string_view text) {
  constexpr std::string_view kCmd = "CMD";
  return text.size() > kCmd.size() && (text[kCmd.size()] == ' ' || text[kCmd.size()] == '\t') &&
         std::ranges::equal(text.substr(0, kCmd.size()), kCmd, [](char a, char b) { return (a & ~0x20) == b; });
}

class Collector {
 public:
  void set(const ShellVariables& variables) { variables_ = variables; }

  void add_text(std::string_view text, std::size_t line, std::size_t depth, bool is_read = false) {
    bytes_ += text.size();
    if (depth == kDeepest || bytes_ > kMostBytes) {
      collected_.is_whole = false;
      return;
    }
    Text whole = {line, groups_++, depth, is_read, {}, std::nullopt};
    const bool is_whole =
        for_each_command(text, variables_, room_, [&](ShellCommand one) { add(std::move(one), whole); });
    collected_.is_whole = collected_.is_whole && is_whole;
  }

  void add_words(const std::vector<std::string>& words, std::size_t line) {
    ShellCommand command;
    command.words = words;
    Text whole = {line, groups_++, 0, false, {}, std::nullopt};
    add(std::move(command), whole);
  }

  BuildCommands take() && { return std::move(collected_); }

 private:
  struct Text {
    std::size_t line;
    std::size_t group;
    std::size_t depth;
    bool is_read;
    std::string printed;                // by the command before
    std::optional<std::size_t> before;  // which that is
  };

  void add(ShellCommand command, Text& text) {
    std::vector<BuildCommand>& all = collected_.all;
    if (all.size() == kMostCommands) {
      collected_.is_whole = false;
      return;
    }
    const std::vector<std::string> inner = command.inner;
    const std::vector<std::string> scripts = scripts_of(command, text.printed);
    // What is read as a script comes as such.
    if (command.reads_pipe && text.before && scripts.empty()) all[*text.before].is_read = true;
    text.printed = printed_by(command);
    text.before = all.size();
    all.push_back({std::move(command), text.line, text.group, scripts, text.is_read});
    for (const std::string& script : scripts) add_text(script, text.line, text.depth + 1);
    for (const std::string& one : inner) add_text(one, text.line, text.depth + 1, true);
  }

  std::size_t groups_ = 0;
  std::size_t bytes_ = 0;
  std::size_t room_ = kMostExpanded;  // for values of variables
  ShellVariables variables_;
  BuildCommands collected_;
};

// Where COPY writes what stands in the Dockerfile itself.
std::string_view written_file(const BuildInstruction& one) {
  std::string_view text = one.text;
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  const std::string_view target = text.substr(text.find_last_of(" \t") + 1);
  if (!target.ends_with('/')) return base_name(target);
  // `COPY <<x.sh /folder/`: the mark is its name.
  const std::size_t mark = text.find("<<");
  if (mark == std::string_view::npos) return {};
  const std::string_view rest = text.substr(mark).substr(text.substr(mark).find_first_not_of("<-\"'"));
  return rest.substr(0, rest.find_first_of(" \t\"'"));
}

bool is_python(std::string_view program) { return program.starts_with("python") || program.starts_with("pypy"); }

// Whether a word of a command may be the file, or a text that names it: `<x.txt`, `"cat /x.txt"`, `/*.txt`, `$FILE`.
bool may_name(std::string_view word, std::string_view file) {
  const std::string_view name = base_name(word);
  return word.contains(file) || name.starts_with('$') || name.find_first_of("*?") != std::string_view::npos;
}

// Whether it is a mode, as chmod takes it, by which something may be run: `+x`, `u=rwx`, `0755`.
bool lets_run(std::string_view word) {
  if (word.find_first_not_of("01234567") == std::string_view::npos)
    return word.find_first_of("1357") != std::string_view::npos;
  return word.find_first_of("+=") != std::string_view::npos && word.ends_with('x');
}

// Whether some command hands a file, called as data are, to what runs it: as the program, to a shell (`sh x.txt`,
// `. x.txt`, `cat x.txt | sh`) or to Python, or by making it a program or giving it another name.
bool hands_over(const std::vector<BuildCommand>& all, std::string_view file, bool to_python) {
  constexpr std::string_view kReading[] = {".", "source", "eval"};
  constexpr std::string_view kChanging[] = {"chmod", "mv", "cp", "ln", "install"};
  std::optional<std::size_t> printing;  // the group of a pipe that it may be in
  for (const BuildCommand& one : all) {
    const std::vector<std::string>& words = one.command.words;
    const auto names_it = [&](const std::string& word) { return may_name(word, file); };
    const bool is_named = std::ranges::any_of(words, names_it);
    const bool is_piped = one.command.reads_pipe && printing == one.group;
    const bool is_inside = std::ranges::any_of(one.command.inner, names_it);
    const bool runs = std::ranges::any_of(words, [&](const std::string& word) {
      const std::string_view name = base_name(word);
      return to_python ? is_python(name) : is_shell(name) || is_among(name, kReading);
    });
    if (runs && (is_named || is_piped || is_inside)) return true;
    const std::size_t at = one.command.program_at();
    if (!to_python && at < words.size() && base_name(words[at]) == file) return true;
    const bool is_it = std::ranges::any_of(words, [&](const std::string& word) { return base_name(word) == file; });
    if (!to_python && is_it && is_among(one.command.program(), kChanging)) {
      const bool is_mode = one.command.program() == "chmod";
      const bool is_renamed = base_name(words.back()) != file && !words.back().ends_with('/');
      if (is_mode ? std::ranges::any_of(words, lets_run) : is_renamed) return true;
    }
    printing = is_named || is_piped ? std::optional(one.group) : std::nullopt;
  }
  return false;
}

// Whether a text of COPY or ADD is run by a shell: as it says so itself, or a command calls it. One that is called as
// data are is so where a command of `all` hands it to a shell.
bool is_script(const Dockerfile& dockerfile, const std::vector<BuildCommand>& all, const BuildInstruction& one,
               std::string_view document) {
  constexpr std::string_view kData[] = {".txt",  ".in",   ".toml", ".lock", ".cfg", ".ini",
                                        ".json", ".yaml", ".yml",  ".conf", ".md",  ".py"};
  if (document.starts_with("#!") && document.substr(0, document.find('\n')).contains("sh")) return true;
  const std::string_view file = written_file(one);
  const bool is_data = std::ranges::any_of(kData, [&](std::string_view end) { return file.ends_with(end); });
  if (file.empty()) return false;
  if (is_data) return hands_over(all, file, false);
  return std::ranges::any_of(dockerfile.instructions, [&](const BuildInstruction& other) {
    return is_among(other.keyword, kRunning) && other.text.contains(file);
  });
}

// Whether Python reads it: `RUN python3 <<EOF`, a file that says so itself, is called so or is handed to it.
bool is_of_python(const std::vector<BuildCommand>& all, const BuildInstruction& one, std::string_view document) {
  const std::string_view first = document.substr(0, document.find('\n'));
  if (first.starts_with("#!")) return first.contains("python");
  if (is_among(one.keyword, kRunning)) return one.text.contains("python") || one.text.contains("pypy");
  const std::string_view file = written_file(one);
  return file.ends_with(".py") || (!file.empty() && hands_over(all, file, true));
}

// `all` says whether a document of COPY or ADD is run, by shells or Python; where that is not known,
// shells run all.
BuildCommands collected(const Dockerfile& dockerfile, const std::vector<BuildCommand>* all) {
  Collector collector;
  BuildVariables variables;
  for (const BuildInstruction& one : dockerfile.instructions) {
    variables.pass(one);
    collector.set(variables.here());
    const bool is_running = is_among(one.keyword, kRunning);
    if (is_running && !one.words.empty()) {
      collector.add_words(one.words, one.line);
    } else if (is_running) {
      // HEALTHCHECK has CMD in front of its command.
      const bool is_check = one.keyword == "HEALTHCHECK" && has_cmd_in_front(one.text);
      collector.add_text(std::string_view(one.text).substr(is_check ? 4 : 0), one.line, 0);
    }
    for (const std::string& document : one.documents) {
      const bool is_code = all != nullptr && is_of_python(*all, one, document);
      if (is_code) collector.add_words({"python3", "-c", document}, one.line);
      const bool is_run = is_running || all == nullptr || is_script(dockerfile, *all, one, document);
      if (is_run) collector.add_text(document, one.line, 0);
    }
  }
  return std::move(collector).take();
}

}  // namespace

BuildCommands commands_of(const Dockerfile& dockerfile) {
  const bool has_written = std::ranges::any_of(dockerfile.instructions, [](const BuildInstruction& one) {
    return !one.documents.empty() && !is_among(one.keyword, kRunning);
  });
  // What is written may be run by what else is.
  const std::vector<BuildCommand> all = has_written ? collected(dockerfile, nullptr).all : std::vector<BuildCommand>();
  return collected(dockerfile, &all);
}

bool is_shell(std::string_view program) { return is_among(program, kShells); }

bool reads_program(const ShellCommand& command) {
  const auto is_here_string = [](const std::string& word) { return word.starts_with("<<<"); };
  if (std::ranges::any_of(command.words, is_here_string)) return true;
  const ShellCommand plain = command.plain();
  for (std::size_t i = plain.program_at() + 1; i < plain.words.size(); ++i) {
    const std::string& word = plain.words[i];
    if (word == "-s" || word == "-" || word == "/dev/stdin") return true;
    if (word.find_first_of("<>") != std::string::npos) continue;
    if (!word.starts_with('-') || asks_for_script(word)) return false;
    if (word.ends_with('o')) ++i;
  }
  return true;
}

}  // namespace berth::vet
