#include "berth/vet/requirements.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLists = 64;
constexpr std::size_t kMostHashes = 10'000;
constexpr std::size_t kLongestShown = 200;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Without a comment: `#` at the beginning or behind a blank.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || is_blank(line[i - 1]))) return line.substr(0, i);
  }
  return line;
}

enum class Option {
  Requirement,
  Constraint,
  Index,
  MoreIndex,
  FindLinks,
  Editable,
  NoIndex,
  Quiet,      // says nothing of where packages come from, alone
  QuietValue  // and with a value
};

struct KnownOption {
  std::string_view name;
  Option option;
};

constexpr auto kOptions = std::to_array<KnownOption>({
    {"-r", Option::Requirement},
    {"--requirement", Option::Requirement},
    {"-c", Option::Constraint},
    {"--constraint", Option::Constraint},
    {"-i", Option::Index},
    {"--index-url", Option::Index},
    {"--pypi-url", Option::Index},
    {"--extra-index-url", Option::MoreIndex},
    {"-f", Option::FindLinks},
    {"--find-links", Option::FindLinks},
    {"-e", Option::Editable},
    {"--editable", Option::Editable},
    {"--no-index", Option::NoIndex},
    {"--pre", Option::Quiet},
    {"--require-hashes", Option::Quiet},
    {"--prefer-binary", Option::Quiet},
    {"--no-binary", Option::QuietValue},
    {"--only-binary", Option::QuietValue},
    {"--trusted-host", Option::QuietValue},
    {"--use-feature", Option::QuietValue},
});

struct TakenOption {
  Option option;
  std::string_view value;
};

// `--name value`, `--name=value`, and `-rvalue` for the short ones.
std::optional<TakenOption> option_of(std::string_view line) {
  for (const auto& [name, option] : kOptions) {
    if (!line.starts_with(name)) continue;
    std::string_view rest = line.substr(name.size());
    const bool is_short = name.size() == 2;
    if (!rest.empty() && !is_blank(rest.front()) && rest.front() != '=' && !is_short) continue;
    if (rest.starts_with('=')) rest.remove_prefix(1);
    return TakenOption{option, trimmed(rest)};
  }
  return std::nullopt;
}

bool is_address(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of(" [;"), text.size());
  const std::string_view first = text.substr(0, end);
  return first.find("://") != std::string_view::npos || first.find('/') != std::string_view::npos ||
         first.starts_with('.') || first.ends_with(".whl") || first.ends_with(".tar.gz") || first.ends_with(".zip");
}

std::string shown(std::string_view text) { return to_visible(text.substr(0, kLongestShown), false); }

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  Result<RequirementsText> read(std::string_view text) {
    std::string logical;
    std::size_t first = 0;
    for (TextLines lines(text); const auto line = lines.next();) {
      if (logical.empty()) first = line->number;
      // A backslash joins the next line to this one, but for comments.
      const bool is_comment = trimmed(line->text).starts_with('#');
      if (line->text.ends_with('\\') && !is_comment) {
        logical += line->text.substr(0, line->text.size() - 1);
        logical += ' ';
        continue;
      }
      logical += line->text;
      BERTH_CHECK_OK(take(logical, first));
      logical.clear();
    }
    BERTH_CHECK_OK(take(logical, first));
    return std::move(read_);
  }

 private:
  Result<void> take(std::string_view logical, std::size_t number) {
    const std::string_view line = trimmed(without_comment(logical));
    if (line.empty()) return {};
    const std::string origin = fmt::format("{}:{}", name_, number);
    if (line.starts_with('-')) return take_option(line, number, origin);
    if (is_address(line)) {
      read_.lock.left_out.push_back({origin, fmt::format("'{}' is a bare address or path, which names no package",
                                                         shown(without_credentials(line)))});
      return {};
    }
    if (read_.lock.packages.size() == kMostLockedPackages) {
      return fail(Errc::Exhausted, fmt::format("{}: more than {} packages", name_, kMostLockedPackages));
    }
    return take_requirement(line, origin);
  }

  Result<void> take_option(std::string_view line, std::size_t number, const std::string& origin) {
    const auto taken = option_of(line);
    if (!taken) {
      return fail(Errc::InvalidInput, fmt::format("{}: '{}' is no option of pip that Berth knows", origin,
                                                  to_visible(line.substr(0, 60), false)));
    }
    const bool needs_value = taken->option != Option::NoIndex && taken->option != Option::Quiet;
    if (needs_value && taken->value.empty()) {
      return fail(Errc::InvalidInput, fmt::format("{}: the option has no value", origin));
    }
    switch (taken->option) {
      case Option::Requirement:
      case Option::Constraint:
        read_.included.push_back({std::string(taken->value), taken->option == Option::Constraint, number});
        break;
      case Option::Index:
        read_.lock.index = without_credentials(taken->value);
        break;
      case Option::MoreIndex:
      case Option::FindLinks:
        read_.lock.more_indexes.push_back(without_credentials(taken->value));
        break;
      case Option::Editable:
        read_.lock.left_out.push_back(
            {origin, fmt::format("'{}' is an editable folder or repository, which is no package of the index",
                                 shown(without_credentials(taken->value)))});
        break;
      case Option::NoIndex:
      case Option::Quiet:
      case Option::QuietValue:
        break;
    }
    return {};
  }

  Result<void> take_requirement(std::string_view line, const std::string& origin) {
    std::string_view requirement = line;
    std::string_view options;
    if (const std::size_t dashes = line.find(" --"); dashes != std::string_view::npos) {
      requirement = line.substr(0, dashes);
      options = trimmed(line.substr(dashes));
    }
    BERTH_TRY(LockedPackage locked, parse_requirement(requirement, origin));
    while (!options.empty()) {
      const std::size_t end = std::min(options.find(" --"), options.size());
      const std::string_view option = trimmed(options.substr(0, end));
      options = trimmed(options.substr(end));
      if (!option.starts_with("--hash")) continue;  // settings of its build
      std::string_view hash = option.substr(6);
      if (hash.starts_with('=')) hash.remove_prefix(1);
      hash = trimmed(hash);
      if (hash.find(':') == std::string_view::npos || locked.hashes.size() == kMostHashes) {
        return fail(Errc::InvalidInput, fmt::format("{}: a hash is none, or one too many", origin));
      }
      locked.hashes.emplace_back(hash);
    }
    read_.lock.packages.push_back(std::move(locked));
    return {};
  }

  std::string_view name_;
  RequirementsText read_;
};

// Appends what `more` asks for.
void add(LockFile& lock, LockFile more) {
  std::ranges::move(more.packages, std::back_inserter(lock.packages));
  std::ranges::move(more.left_out, std::back_inserter(lock.left_out));
  std::ranges::move(more.more_indexes, std::back_inserter(lock.more_indexes));
  if (!more.index.empty()) lock.index = std::move(more.index);
}

}  // namespace

Result<RequirementsText> parse_requirements(std::string_view text, std::string_view name) {
  if (text.size() > kMostLockBytes) {
    return fail(Errc::Exhausted, fmt::format("{}: more than {} bytes", name, kMostLockBytes));
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Reader(name).read(text);
}

Result<LockFile> read_requirements(const fs::path& folder, const fs::path& file) {
  BERTH_TRY(const UniqueFd root, sys::open_folder(folder));
  LockFile lock;
  std::set<fs::path> seen;
  std::vector<IncludedList> waiting = {{file.lexically_normal().string(), false, 0}};
  while (!waiting.empty()) {
    const IncludedList list = std::move(waiting.back());
    waiting.pop_back();
    const fs::path path = list.path;
    if (!seen.insert(path).second) continue;
    if (seen.size() > kMostLists) return fail(Errc::Exhausted, fmt::format("more than {} lists", kMostLists));
    if (path.is_absolute() || path.string().starts_with("..")) {
      return fail(Errc::Denied, fmt::format("the list '{}' lies outside of '{}'", path.string(), folder.string()));
    }
    BERTH_TRY(const UniqueFd opened, sys::open_in_root(root.get(), path, O_RDONLY | O_NONBLOCK, folder.string()));
    BERTH_TRY(const std::string text, sys::read_file(opened, kMostLockBytes, path.string()));
    BERTH_TRY(RequirementsText read, parse_requirements(text, path.string()));
    for (IncludedList& included : read.included) {
      included.path = (path.parent_path() / included.path).lexically_normal().string();
      included.is_constraint |= list.is_constraint;
      waiting.push_back(std::move(included));
    }
    if (list.is_constraint) read.lock.packages.clear();
    add(lock, std::move(read.lock));
    if (lock.packages.size() > kMostLockedPackages) {
      return fail(Errc::Exhausted, fmt::format("more than {} packages", kMostLockedPackages));
    }
  }
  return lock;
}

}  // namespace berth::vet
