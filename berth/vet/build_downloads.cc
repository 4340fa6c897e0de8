// The part of build_sight.h about what is downloaded and run.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/vet/build_sight.h"
#include "berth/vet/run_words.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestShown = 80;
constexpr std::size_t kMostWords = 4'000;

constexpr auto kDownloaders =
    std::to_array<std::string_view>({"curl", "wget", "wget2", "fetch", "aria2c", "axel", "http", "lwp-download"});
constexpr auto kInterpreters =
    std::to_array<std::string_view>({"perl", "ruby", "node", "php", "pwsh", "tclsh", "java", "eval", ".", "source"});
constexpr auto kHashing = std::to_array<std::string_view>(
    {"sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "b2sum", "md5sum"});
constexpr auto kComparing = std::to_array<std::string_view>({"grep", "egrep", "fgrep", "cmp", "diff"});
constexpr auto kTesting = std::to_array<std::string_view>({"test", "[", "[["});
constexpr auto kMoving = std::to_array<std::string_view>({"mv", "cp", "ln", "install"});
// In code that fetches, and that runs.
constexpr auto kFetching = std::to_array<std::string_view>(
    {"urlopen", "urlretrieve", "http://", "https://", "requests.get", "httpx.", "http.client", "lwp::", "open-uri"});
constexpr auto kRunning = std::to_array<std::string_view>(
    {"exec(", "eval(", "execfile(", "os.system", "subprocess", "popen", "runpy", "spawn(", "system("});

template <std::size_t N>
bool is_among(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

template <std::size_t N>
bool holds_one(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::ranges::any_of(list, [&](std::string_view one) { return text.contains(one); });
}

bool is_interpreter(std::string_view program) {
  return is_shell(program) || is_among(program, kInterpreters) || program.starts_with("python") ||
         program.starts_with("pypy");
}

std::string_view base_name(std::string_view word) { return word.substr(word.rfind('/') + 1); }

// "> x" and ">x" without what stands in front of the name; empty for another word.
std::string_view redirected(std::string_view word, char which) {
  word.remove_prefix(std::min(word.find_first_not_of("0123456789&"), word.size()));
  if (!word.starts_with(which) || word.starts_with("<<")) return {};
  word.remove_prefix(std::min(word.find_first_not_of("<>|"), word.size()));
  return word;
}

bool is_redirection(std::string_view word, char which) {
  word.remove_prefix(std::min(word.find_first_not_of("0123456789&"), word.size()));
  return word.starts_with(which) && !word.starts_with("<<");
}

// The files that the words redirect into, or out of.
std::vector<std::string> redirections(const std::vector<std::string>& words, char which) {
  std::vector<std::string> files;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_redirection(words[i], which)) continue;
    const std::string_view glued = redirected(words[i], which);
    if (!glued.empty()) files.emplace_back(glued);
    if (glued.empty() && i + 1 < words.size()) files.push_back(words[i + 1]);
  }
  return files;
}

// An address without what is asked of it: `https://x/y.sh?z`.
std::string file_of(std::string_view address) { return std::string(address.substr(0, address.find_first_of("?#"))); }

// The files that a downloader writes.
std::vector<std::string> written_by(const ShellCommand& command) {
  const std::vector<std::string>& words = command.words;
  const bool is_wget = command.program().starts_with("wget");
  // Of curl's addresses some may keep their names where others do not.
  const bool is_curl = command.program() == "curl";
  std::vector<std::string> files = redirections(words, '>');
  std::vector<std::string> addresses;
  bool keeps_names = command.program() != "curl" && command.program() != "http";
  for (std::size_t i = command.program_at() + 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const bool is_long = word.starts_with("--");
    const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1]) : std::string_view();
    const char letter = is_wget ? 'O' : 'o';
    if (is_long &&
        (word.starts_with("--output=") || word.starts_with("--output-document=") || word.starts_with("--out="))) {
      files.emplace_back(word.substr(word.find('=') + 1));
      keeps_names = keeps_names && is_curl;
    } else if (word == "--output" || word == "--output-document" || word == "--out") {
      files.emplace_back(next);
      keeps_names = keeps_names && is_curl;
    } else if (word.starts_with("--remote-name")) {
      keeps_names = true;
    } else if (!is_long && word.size() > 1 && word.front() == '-') {
      if (const std::size_t at = word.find(letter); at != std::string_view::npos) {
        files.emplace_back(at + 1 < word.size() ? word.substr(at + 1) : next);
        keeps_names = keeps_names && is_curl;
      }
      if (!is_wget && word.contains('O')) keeps_names = true;
    } else {
      addresses.emplace_back(word);
    }
  }
  // curl takes -o and -O for one address each.
  for (const std::string& address : addresses) {
    if (keeps_names && address.contains('/')) files.push_back(file_of(address));
  }
  return files;
}

// Files by their last names, with whether they lie where programs are looked for.
class Downloaded {
 public:
  void add(std::string_view file) {
    const std::string_view name = base_name(file);
    if (name.empty() || name == "-" || file.starts_with("/dev/")) return;
    const std::string_view folder = file.substr(0, file.size() - name.size());
    bool& is_in_path = files_[std::string(name)];
    is_in_path = is_in_path || folder.ends_with("bin/");
  }
  bool has(std::string_view file) const { return files_.contains(base_name(file)); }
  bool has_program(std::string_view word) const {
    const auto found = files_.find(base_name(word));
    return found != files_.end() && (found->second || word.contains('/'));
  }
  void clear() { files_.clear(); }
  // Whether it was one.
  bool forget(std::string_view file) {
    const auto found = files_.find(base_name(file));
    if (found == files_.end()) return false;
    files_.erase(found);
    return true;
  }

 private:
  std::map<std::string, bool, std::less<>> files_;
};

class Watch {
 public:
  explicit Watch(const Build& build) : build_(build) {}

  std::vector<Seen> look() {
    for (std::size_t i = 0; i < build_.commands.all.size(); ++i) {
      const BuildCommand& one = build_.commands.all[i];
      note_document_code(one.line);
      look_at_pipe(one);
      if (auto remote = remote_run(one.command)) found(one.line, *std::move(remote));
      forget_compared(i);
      look_at_files(one);
      look_at_code(one);
      note_files(one);
    }
    return std::move(seen_);
  }

 private:
  // One of an instruction says enough.
  void found(std::size_t line, std::string evidence) {
    if (seen_.empty() || seen_.back().line != line) seen_.push_back({line, std::move(evidence)});
  }

  static bool is_downloader(const ShellCommand& command) { return is_among(command.program(), kDownloaders); }

  void look_at_pipe(const BuildCommand& one) {
    const std::string_view program = one.command.program();
    bool& is_downloaded = piped_[one.group];
    if (!one.command.reads_pipe) is_downloaded = false;
    if (is_downloaded && is_interpreter(program)) {
      found(one.line, fmt::format("what is downloaded goes into '{}'", program));
    }
    const auto is_file = [&](const std::string& word) {
      return downloaded_.has(word) || downloaded_.has(redirected(word, '<'));
    };
    is_downloaded = is_downloaded || is_downloader(one.command) || std::ranges::any_of(one.command.words, is_file);
    // What a command is, or an interpreter gets, out of `$(curl ...)`.
    const std::size_t at = one.command.program_at();
    const bool is_itself = at < one.command.words.size() && one.command.words[at].starts_with("$(");
    if (!is_interpreter(program) && !is_itself) return;
    for (const std::string& inner : one.command.inner) {
      if (std::ranges::any_of(shell_commands(inner), is_downloader)) {
        found(one.line, is_itself ? "what is downloaded is run" : fmt::format("'{}' runs what is downloaded", program));
      }
    }
  }

  static bool has(const BuildCommand& one, std::string_view beginning) {
    return std::ranges::any_of(one.command.words, [&](const std::string& word) { return word.starts_with(beginning); });
  }

  static bool hashes(const BuildCommand& one) {
    const std::string_view program = one.command.program();
    return is_among(program, kHashing) || (program == "openssl" && has(one, "dgst"));
  }

  // Whether it compares with a list of hashes, or a signature.
  static bool checks(const BuildCommand& one) {
    const std::string_view program = one.command.program();
    if (is_among(program, kHashing)) return has(one, "-c") || has(one, "--c");
    if (program == "gpg" || program == "gpg2") return has(one, "--verify") || has(one, "--decrypt");
    if (program == "openssl") return has(one, "dgst") && (has(one, "-verify") || has(one, "-prverify"));
    return program == "gpgv" || program == "minisign" || program == "cosign" || program == "slsa-verifier";
  }

  // Whether what the command prints comes to one that compares it, through the pipe that it stands in or in whose
  // `$(...)` that pipe is.
  bool is_compared(std::size_t i) {
    const std::vector<BuildCommand>& all = build_.commands.all;
    for (std::size_t next = i + 1; next < all.size() && all[next].line == all[i].line; ++next) {
      if (all[next].group != all[i].group) continue;
      if (!all[next].command.reads_pipe) break;
      if (is_among(all[next].command.program(), kComparing)) return true;
    }
    for (std::size_t behind = i; behind > 0 && all[behind - 1].line == all[i].line; --behind) {
      const std::size_t before = behind - 1;
      const BuildCommand& one = all[before];
      if (one.group >= all[i].group || one.command.inner.empty()) continue;
      if (is_among(one.command.program(), kComparing) || is_among(one.command.program(), kTesting)) return true;
      // `X=$(sha256sum y)`, for a test behind it.
      for (const std::string& word : one.command.words) {
        if (!assigned_name(word).empty()) hashes_in_.insert("$" + std::string(assigned_name(word)));
      }
      return false;
    }
    return false;
  }

  bool tests_a_hash(const BuildCommand& one) const {
    return is_among(one.command.program(), kTesting) && std::ranges::any_of(one.command.words, [&](std::string word) {
             std::erase_if(word, [](char c) { return c == '{' || c == '}'; });
             return std::ranges::any_of(hashes_in_, [&](const std::string& name) { return word.contains(name); });
           });
  }

  // The files whose hash or signature is compared: those that it names, or that the list does which it is given; all
  // where no name is in view.
  void forget_compared(std::size_t i) {
    const BuildCommand& one = build_.commands.all[i];
    if (tests_a_hash(one)) return downloaded_.clear();
    const bool is_list = checks(one);
    if (!is_list && !(hashes(one) && is_compared(i))) return;
    if (!hashes(one)) return downloaded_.clear();
    bool has_names = false;
    bool is_unclear = false;
    const auto look = [&](std::string_view text) {
      for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find_first_of(" \t\n", begin), text.size());
        std::string_view name = text.substr(begin, end - begin);
        if (name.starts_with('*')) name.remove_prefix(1);
        for (const std::string_view escaped : {"\\n", "\\t"}) name = name.substr(0, name.find(escaped));
        has_names = has_names || !name.empty();
        is_unclear = is_unclear || name.contains('$');
        has_forgotten_ = downloaded_.forget(name) || has_forgotten_;
        begin = end + 1;
      }
    };
    has_forgotten_ = false;
    const BuildCommand* const before = one.command.reads_pipe ? before_in_pipe(i) : nullptr;
    const std::string_view printer = before != nullptr ? before->command.program() : std::string_view();
    const BuildCommand& naming = is_list && before != nullptr ? *before : one;
    if (is_list && printer != "echo" && printer != "printf") return downloaded_.clear();
    const ShellCommand plain = naming.command.plain();
    for (std::size_t word = plain.program_at() + 1; word < plain.words.size(); ++word) {
      if (!plain.words[word].starts_with('-')) look(plain.words[word]);
    }
    if (!has_forgotten_ && (is_unclear || !has_names)) downloaded_.clear();
  }

  const BuildCommand* before_in_pipe(std::size_t i) const {
    const std::vector<BuildCommand>& all = build_.commands.all;
    for (std::size_t behind = i; behind > 0 && all[behind - 1].line == all[i].line; --behind) {
      const std::size_t before = behind - 1;
      if (all[before].group == all[i].group) return &all[before];
    }
    return nullptr;
  }

  void look_at_files(const BuildCommand& one) {
    const std::vector<std::string>& words = one.command.words;
    const std::size_t at = one.command.program_at();
    // What runs another program is run, too.
    for (std::size_t i = 0; i <= at && i < words.size(); ++i) {
      if (downloaded_.has_program(words[i])) return found_file(one.line, words[i]);
    }
    if (!is_interpreter(one.command.program())) return;
    for (const std::string& file : redirections(words, '<')) {
      if (downloaded_.has(file)) return found_file(one.line, file);
    }
    for (std::size_t i = at + 1; i < words.size(); ++i) {
      if (words[i].starts_with('-') && words[i].ends_with('m')) return;  // a module
      if (downloaded_.has(words[i])) return found_file(one.line, words[i]);
      const bool is_option = words[i].starts_with('-') || words[i].starts_with('+') || words[i - 1].ends_with('o');
      if (!is_option) return;
    }
  }

  void found_file(std::size_t line, std::string_view file) {
    found(line, fmt::format("'{}' is downloaded and run, and no hash of it is compared",
                            to_visible(file.substr(0, kLongestShown), false)));
  }

  void look_at_code(const BuildCommand& one) {
    const std::string_view program = one.command.program();
    if (!is_interpreter(program) || is_shell(program)) return;
    for (const std::string& word : one.command.words) look_at_text(word, program, one.line);
  }

  void look_at_text(std::string_view text, std::string_view program, std::size_t line) {
    if (!text.contains('(') && !text.contains("::")) return;
    const std::string code = lower_case(text);
    if (!holds_one(code, kFetching)) return;
    if (holds_one(code, kRunning)) return found(line, fmt::format("code of '{}' runs what it downloads", program));
    // What it may have written.
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find_first_of("'\"", begin), text.size());
      if (end > begin) downloaded_.add(file_of(text.substr(begin, end - begin)));
      begin = end + 1;
    }
  }

  // Here-documents for another interpreter, once for each instruction.
  void note_document_code(std::size_t line) {
    if (!lines_.insert(line).second) return;
    for (const BuildInstruction& one : build_.file.instructions) {
      if (one.line != line || one.keyword != "RUN" || one.documents.empty()) continue;
      const std::vector<ShellCommand> commands = shell_commands(one.text);
      const std::string_view program = commands.empty() ? std::string_view() : commands.back().program();
      for (const std::string& document : one.documents) {
        const bool is_code = (is_interpreter(program) && !is_shell(program)) || document.starts_with("#!");
        if (is_code) look_at_text(document, program.starts_with("<<") ? "a here-document" : program, line);
      }
    }
  }

  void note_files(const BuildCommand& one) {
    if (is_downloader(one.command)) {
      for (const std::string& file : written_by(one.command)) downloaded_.add(file);
      return;
    }
    if (piped_[one.group]) {  // `curl x | tee y`, `wget -O- x | gunzip > y`
      for (const std::string& file : redirections(one.command.words, '>')) downloaded_.add(file);
    }
    const std::vector<std::string>& words = one.command.words;
    if (one.command.program() == "tee" && piped_[one.group]) {
      for (const std::string& word : words) downloaded_.add(word);
      return;
    }
    if (!is_among(one.command.program(), kMoving) || words.size() > kMostWords) return;
    const auto is_downloaded = [&](const std::string& word) { return downloaded_.has(word); };
    if (words.size() > 1 && std::ranges::any_of(words, is_downloaded)) {
      for (const std::string& word : words) {
        if (!word.ends_with("bin")) continue;
        for (const std::string& file : words) {
          if (downloaded_.has(file)) downloaded_.add(word + "/" + std::string(base_name(file)));
        }
      }
      downloaded_.add(words.back().ends_with('/') ? words.back() + std::string(base_name(words[words.size() - 2]))
                                                  : words.back());
    }
  }

  const Build& build_;
  std::vector<Seen> seen_;
  std::map<std::size_t, bool> piped_;  // by group: whether its pipe has a download in it
  std::set<std::size_t> lines_;
  Downloaded downloaded_;
  std::set<std::string> hashes_in_;  // "$NAME" of variables that hold one
  bool has_forgotten_ = false;
};

}  // namespace

std::vector<Seen> downloads_run(const Build& build) { return Watch(build).look(); }

}  // namespace berth::vet
