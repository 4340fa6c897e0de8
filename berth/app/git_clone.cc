#include "berth/app/git_clone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/content/zip_archive.h"
#include "berth/sys/file.h"
#include "berth/sys/tool.h"
#include "berth/sys/whole_path.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

constexpr auto kTimeLimit = std::chrono::minutes(10);

// `scheme` of scheme://rest, or empty.
std::string_view scheme_of(std::string_view origin) {
  const std::size_t end = origin.find("://");
  return end == std::string_view::npos ? std::string_view() : origin.substr(0, end);
}

// What stands between `//` and the next slash.
std::string_view authority_of(std::string_view origin) {
  const std::size_t begin = origin.find("://");
  if (begin == std::string_view::npos) return {};
  origin.remove_prefix(begin + 3);
  return origin.substr(0, origin.find('/'));
}

bool is_this_machine(std::string_view authority) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with("[::1]")) return true;
  const std::string_view host = authority.substr(0, authority.find(':'));
  // Numbers and dots alone: `127.evil.example` is another machine.
  const bool is_number = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || (is_number && host.starts_with("127."));
}

// A colon before the first slash, as in `git@host:path`.
bool is_scp_like(std::string_view origin) {
  const std::size_t colon = origin.find(':');
  return colon != std::string_view::npos && colon < origin.find('/') && scheme_of(origin).empty();
}

// Settings that nothing in the repository, nor the machine's own configuration, can undo.
std::vector<std::string> safe_git(std::string_view origin) {
  std::vector<std::string> argv = {"git"};
  const auto set = [&](std::string_view setting) {
    argv.emplace_back("-c");
    argv.emplace_back(setting);
  };
  for (const char* setting :
       {"core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false", "core.protectHFS=true",
        "core.protectNTFS=true", "core.attributesFile=/dev/null", "submodule.recurse=false",
        "fetch.recurseSubmodules=false", "transfer.fsckObjects=true", "fetch.writeCommitGraph=false", "gc.auto=0",
        "maintenance.auto=false", "advice.detachedHead=false", "protocol.allow=never", "protocol.ext.allow=never",
        "protocol.https.allow=always", "protocol.ssh.allow=always", "protocol.git.allow=never"}) {
    set(setting);
  }
  const std::string_view scheme = scheme_of(origin);
  set(scheme == "http" ? "protocol.http.allow=always" : "protocol.http.allow=never");
  set(scheme == "file" ? "protocol.file.allow=always" : "protocol.file.allow=never");
  return argv;
}

sys::ToolOptions options_of_git() {
  sys::ToolOptions options;
  options.time_limit = kTimeLimit;
  options.output_limit_bytes = std::size_t{128} << 20;
  options.environment = {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false", "SSH_ASKPASS=/bin/false",
                         "GIT_OPTIONAL_LOCKS=0"};
  // How this machine reaches others, and who the user is there.
  for (const char* name : {"SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY",
                           "NO_PROXY", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
    if (const char* value = std::getenv(name)) options.environment.push_back(fmt::format("{}={}", name, value));
  }
  return options;
}

class Clone {
 public:
  Clone(const std::string& origin, const fs::path& folder)
      : origin_(origin), folder_(folder), git_(safe_git(origin)), options_(options_of_git()) {}

  Result<std::string> run() {
    BERTH_CHECK_OK(ask_nobody());
    // An empty template brings no hooks; `--` so that nothing after it is an option.
    BERTH_CHECK_OK(git({"clone", "--quiet", "--no-checkout", "--depth=1", "--single-branch", "--no-tags",
                        "--no-recurse-submodules", "--template=", "--", origin_, folder_.native()}));
    BERTH_CHECK_OK(check_size());
    BERTH_TRY(sys::ToolOutput head, inside({"rev-parse", "--verify", "HEAD"}));
    // The strongest of all attributes: what `.gitattributes` asks for is not done.
    BERTH_CHECK_OK(sys::make_folders(folder_ / ".git" / "info", 0700));
    BERTH_CHECK_OK(sys::write_file_atomically(folder_ / ".git" / "info" / "attributes",
                                              "* -filter -text -eol -ident -working-tree-encoding\n", 0600));
    BERTH_CHECK_OK(inside({"reset", "--quiet", "--hard", "HEAD", "--"}));
    std::error_code error;
    fs::remove_all(folder_ / ".git", error);
    if (error) return fail(Errc::Unavailable, fmt::format("remove '.git': {}", error.message()));
    return head.out.substr(0, head.out.find('\n'));
  }

 private:
  Result<sys::ToolOutput> git(const std::vector<std::string>& words) const {
    std::vector<std::string> argv = git_;
    argv.insert(argv.end(), words.begin(), words.end());
    return sys::run_tool(argv, options_);
  }
  Result<sys::ToolOutput> inside(const std::vector<std::string>& words) const {
    std::vector<std::string> argv = {"--git-dir=" + (folder_ / ".git").native(), "--work-tree=" + folder_.native()};
    argv.insert(argv.end(), words.begin(), words.end());
    return git(argv);
  }

  // ssh would ask on the terminal whether a host is known; a machine's own command is left as it is.
  Result<void> ask_nobody() {
    if (scheme_of(origin_) != "ssh" && !is_scp_like(origin_)) return {};
    const auto own = git({"config", "--get", "core.sshCommand"});
    if (!own && own.error().code() == Errc::NotFound) return std::unexpected(own.error());
    if (!own) options_.environment.emplace_back("GIT_SSH_COMMAND=ssh -oBatchMode=yes");
    return {};
  }

  // Before anything is written out.
  Result<void> check_size() const {
    const content::ZipLimits limits;
    BERTH_TRY(const sys::ToolOutput list, inside({"ls-tree", "-r", "-l", "-z", "--full-tree", "HEAD"}));
    std::uint64_t total = 0;
    std::size_t entries = 0;
    for (std::string_view rest = list.out; !rest.empty(); ++entries) {
      const std::string_view line = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      // "mode type id size<tab>name"; the size of a submodule is "-"
      const std::size_t tab = std::min(line.find('\t'), line.size());
      const std::string_view size = line.substr(line.rfind(' ', tab) + 1, tab - line.rfind(' ', tab) - 1);
      std::uint64_t bytes = 0;
      std::from_chars(size.data(), size.data() + size.size(), bytes);
      total += bytes;
      if (bytes > limits.entry_bytes) {
        return fail(Errc::Exhausted, fmt::format("'{}' holds {} bytes, more than the limit of {}",
                                                 to_visible(line.substr(std::min(tab + 1, line.size())), false), bytes,
                                                 limits.entry_bytes));
      }
    }
    if (total > limits.total_bytes || entries > limits.entries) {
      return fail(Errc::Exhausted, fmt::format("it holds {} files of {} bytes; the limits are {} and {}", entries,
                                               total, limits.entries, limits.total_bytes));
    }
    return {};
  }

  const std::string& origin_;
  const fs::path& folder_;
  std::vector<std::string> git_;
  sys::ToolOptions options_;
};

}  // namespace

bool is_git_origin(std::string_view origin) {
  const std::size_t colons = origin.find("::");
  return !scheme_of(origin).empty() || is_scp_like(origin) || colons < origin.find('/') || origin.ends_with(".git");
}

std::string problem_of_git_origin(std::string_view origin) {
  if (origin.starts_with('-')) return "it begins with '-', as an option does";
  if (to_visible(origin, false) != origin) return "it holds invisible characters";
  if (origin.find("::") < origin.find('/')) return "it asks for a helper of git; write an https or ssh address";
  const std::string_view scheme = scheme_of(origin);
  const std::string_view authority = authority_of(origin);
  const std::size_t at = authority.rfind('@');
  const std::string_view user = at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
  // A name alone may be a token as well.
  const bool is_secret = user.find(':') != std::string_view::npos || (!user.empty() && scheme.starts_with("http"));
  if (is_secret) {
    return "it holds a user or a password; put them into git's own credentials (git help credentials), and write the "
           "address without";
  }
  // ssh takes a host for an option.
  if (authority.starts_with('-') || (at != std::string_view::npos && authority.substr(at + 1).starts_with('-'))) {
    return "its host begins with '-', as an option does";
  }
  if (is_scp_like(origin)) return {};
  if (scheme == "http" && !is_this_machine(authority)) return "http is taken from this machine alone; write https";
  static constexpr std::array<std::string_view, 4> kKnown = {"https", "ssh", "file", "http"};
  if (!scheme.empty() && std::ranges::find(kKnown, scheme) == kKnown.end()) {
    return fmt::format("'{}' is no protocol that is taken; write an https or ssh address", scheme);
  }
  return {};
}

Result<std::string> clone_repository(const std::string& origin, const fs::path& folder) {
  if (const std::string problem = problem_of_git_origin(origin); !problem.empty()) {
    return fail(Errc::InvalidInput, fmt::format("clone the repository: {}", problem));
  }
  const bool is_path = scheme_of(origin).empty() && !is_scp_like(origin);
  std::string address = origin;
  if (is_path) {
    BERTH_TRY(const fs::path whole, sys::whole_path(origin).context([] { return "clone the repository"; }));
    address = "file://" + whole.native();
  }
  return Clone(address, folder).run().context([&] { return fmt::format("clone '{}'", origin); });
}

}  // namespace berth::app
