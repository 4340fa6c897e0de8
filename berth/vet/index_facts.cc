#include "berth/vet/index_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/sys/tool.h"
#include "berth/vet/metadata_resolver.h"
#include "berth/vet/python_licence.h"

namespace berth::vet {
namespace {

constexpr std::size_t kAtOnce = 40;
constexpr std::size_t kLargestReport = std::size_t{64} << 20;
constexpr std::size_t kLongestReason = 300;
// An index that answers without end ends pip, not the machine: 4 GiB of address space, or less where less is left.
constexpr const char* kBounds =
    R"py(
def _bound():
    import resource
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = 4 << 30 if hard < 0 else min(hard, 4 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
_bound()
)py";
using Seconds = std::chrono::seconds;
constexpr Seconds kTimeLimit = std::chrono::minutes(5);
// For all that no index has answered about so far, together.
constexpr Seconds kSilentLimit{30};

// What tells pip and its TLS where to go: `way`, and of this process' environment what that does not name. Values may
// hold credentials, so they go by environment, as they came.
std::vector<std::string> environment_of(const std::vector<std::string>& way) {
  std::vector<std::string> kept = way;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    const bool is_pips = name.starts_with("PIP_") || name == "REQUESTS_CA_BUNDLE" || name == "XDG_CONFIG_HOME";
    const auto names_it = [&](std::string_view one) { return one.substr(0, one.find('=')) == name; };
    if (is_pips && std::ranges::none_of(way, names_it)) kept.emplace_back(text);
  }
  return kept;
}

// What pip is to find one version for, each a word.
std::vector<std::string> requirements_of(const LockedPackage& locked, PipDependencies dependencies) {
  const Package& package = locked.package;
  std::string name = package.written;
  if (dependencies == PipDependencies::Included && !locked.extras.empty()) {
    name += fmt::format("[{}]", fmt::join(locked.extras, ","));
  }
  const std::string specifier = package.version.empty() ? locked.specifier : fmt::format("=={}", package.version);
  std::vector<std::string> requirements = {name + specifier};
  for (const std::string& bound : locked.bounds) requirements.push_back(package.written + bound);
  return requirements;
}

std::vector<std::string> texts_of(const Json* list) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& item : *list->as_array()) {
    if (item.is_string()) texts.push_back(*item.as_string());
  }
  return texts;
}

std::vector<std::string> sha256_in(const std::vector<std::string>& hashes) {
  constexpr std::string_view kAlgorithm = "sha256:";
  std::vector<std::string> found;
  for (const std::string& hash : hashes) {
    if (!hash.starts_with(kAlgorithm)) continue;
    found.push_back(lower_case(hash.substr(kAlgorithm.size())));
  }
  return found;
}

// What stands in the list.
Facts bare(const LockedPackage& locked) {
  Facts facts;
  facts.package = locked.package;
  facts.locked_sha256 = sha256_in(locked.hashes);
  if (!locked.location.empty()) {
    facts.findings.push_back({Verdict::Ask, "source.elsewhere", locked.package,
                              fmt::format("it is taken from {}", to_visible(locked.location, false)),
                              "take it from the index, or approve it"});
  }
  return facts;
}

// Of the file that pip would fetch.
std::string sha256_of(const Json& install) {
  const Json* download = install.find("download_info");
  const Json* archive = download == nullptr ? nullptr : download->find("archive_info");
  const Json* hashes = archive == nullptr ? nullptr : archive->find("hashes");
  return hashes == nullptr ? std::string() : lower_case(hashes->text_or("sha256", ""));
}

// A package with a valid name whose version and index are to be had.
bool is_asked(const LockedPackage& locked) {
  return locked.location.empty() && is_valid_name(Ecosystem::PyPI, locked.package.written);
}

// The facts as found, under the name and the place that they were asked by.
Facts placed(Facts facts, const LockedPackage& locked) {
  facts.package.written = locked.package.written;
  facts.package.origin = locked.package.origin;
  facts.locked_sha256 = sha256_in(locked.hashes);
  return facts;
}

// What is known of a package that pip could not, or need not, be asked for.
Facts without_answer(const LockedPackage& locked, std::string_view why) {
  Facts facts = bare(locked);
  facts.findings.push_back(
      {Verdict::Ask, "facts.missing", locked.package,
       fmt::format("pip finds no wheel for it: {}", to_visible(why.substr(0, kLongestReason), false)),
       "see that name and version are right; a package without a wheel can only be approved"});
  return facts;
}

enum class Places { IndexesAndLinks, Links };  // where pip looks
enum class Failing { Halves, Left };           // of several that are not to be had together: asked by halves, or left

using Several = std::span<const LockedPackage* const>;

Result<std::string> run_pip(Several packages, const std::vector<std::string>& way, PipDependencies dependencies,
                            Seconds time_limit) {
  std::vector<std::string> argv = metadata_resolver("python3");
  argv.back().insert(0, kBounds);
  argv.insert(argv.end(), {"install", "--quiet", "--no-input", "--disable-pip-version-check"});
  // Only wheels: to read anything else it would have to be run.
  argv.insert(argv.end(), {"--dry-run", "--ignore-installed", "--only-binary=:all:", "--report", "-"});
  if (dependencies == PipDependencies::LeftOut) argv.emplace_back("--no-deps");
  argv.emplace_back("--");
  for (const LockedPackage* locked : packages) {
    std::ranges::move(requirements_of(*locked, dependencies), std::back_inserter(argv));
  }
  sys::ToolOptions options = {.environment = environment_of(way)};
  options.time_limit = time_limit;
  options.output_limit_bytes = kLargestReport;
  BERTH_TRY(sys::ToolOutput output, sys::run_tool(argv, options));
  return std::move(output.out);
}

Result<std::vector<Facts>> facts_from_pip(Several packages, const std::vector<std::string>& way, Seconds time_limit) {
  BERTH_TRY(const std::string report, run_pip(packages, way, PipDependencies::LeftOut, time_limit));
  return facts_of_pip_report(report);
}

// Packages that pip is asked for, and what it has told of them.
class Asking {
 public:
  explicit Asking(const std::vector<std::string>& way) : way_(way) {}

  // As many at once as pip is asked for. Errors: NotFound when there is no pip.
  Result<void> ask(Several packages, Places places, Failing failing) {
    for (; !packages.empty(); packages = packages.subspan(std::min(kAtOnce, packages.size()))) {
      BERTH_CHECK_OK(ask_together(packages.first(std::min(kAtOnce, packages.size())), places, failing));
    }
    return {};
  }

  // The same, without asking.
  void answer(const LockedPackage& locked, std::string_view why) {
    told_.insert_or_assign(&locked, without_answer(locked, why));
  }

  // Of those that it has told nothing of.
  std::vector<const LockedPackage*> left_of(Several packages) const {
    std::vector<const LockedPackage*> left;
    std::ranges::copy_if(packages, std::back_inserter(left),
                         [&](const auto* locked) { return !told_.contains(locked); });
    return left;
  }

  // Why pip had nothing when it was asked for this one last; empty where it was not asked.
  std::string failure_of(const LockedPackage& locked) const {
    const auto failure = failures_.find(&locked);
    return failure == failures_.end() || !failure->second ? std::string() : *failure->second;
  }

  const Facts& of(const LockedPackage& locked) const { return told_.at(&locked); }

 private:
  // A name more than once goes by waves.
  Result<void> ask_together(Several packages, Places places, Failing failing) {
    for (const auto& wave : waves_of(packages)) BERTH_CHECK_OK(ask_wave(wave, places, failing));
    return {};
  }

  Result<void> ask_wave(Several packages, Places places, Failing failing) {
    std::vector<std::string> way = way_;
    if (places == Places::Links) way.emplace_back("PIP_NO_INDEX=1");
    // No index has answered so far, and none is likely to now.
    if (failing == Failing::Left) way.insert(way.end(), {"PIP_RETRIES=0", "PIP_TIMEOUT=15", "PIP_DEFAULT_TIMEOUT=15"});
    auto found = facts_in_time(packages, way, failing);
    if (!found && found.error().code() == Errc::NotFound) return std::unexpected(found.error());
    if (found) take(*found, packages);
    const auto failure = std::make_shared<const std::string>(found ? "its report names another number of packages"
                                                                   : found.error().message());
    const std::vector<const LockedPackage*> left = left_of(packages);
    for (const LockedPackage* locked : left) failures_.insert_or_assign(locked, failure);
    if (left.empty() || failing == Failing::Left) return {};
    if (packages.size() == 1) {
      answer(*packages.front(), *failure);
      return {};
    }
    // One of them, or more, is not to be had: by halves, for each asking takes its time.
    const Several again(left);
    const std::size_t half = again.size() == packages.size() ? again.size() / 2 : again.size();
    BERTH_CHECK_OK(ask(again.first(half), places, failing));
    return ask(again.subspan(half), places, failing);
  }

  // What took too long once is not waited for again.
  Result<std::vector<Facts>> facts_in_time(Several packages, const std::vector<std::string>& way, Failing failing) {
    using Clock = std::chrono::steady_clock;
    if (is_out_of_time_) return fail(Errc::TimedOut, "pip took too long before, and is not asked again");
    const Seconds limit = failing == Failing::Left ? silent_left_ : kTimeLimit;
    const auto begun = Clock::now();
    auto found = facts_from_pip(packages, way, limit);
    if (failing == Failing::Left) silent_left_ -= std::chrono::ceil<Seconds>(Clock::now() - begun);
    is_out_of_time_ = silent_left_ <= Seconds(0) || (!found && found.error().code() == Errc::TimedOut);
    return found;
  }

  void take(const std::vector<Facts>& found, Several packages) {
    for (const LockedPackage* locked : packages) {
      const auto is_it = [&](const Facts& facts) { return facts.package.name == locked->package.name; };
      if (std::ranges::count_if(found, is_it) != 1) continue;
      told_.insert_or_assign(locked, placed(*std::ranges::find_if(found, is_it), *locked));
    }
  }

  const std::vector<std::string>& way_;
  Seconds silent_left_ = kSilentLimit;
  bool is_out_of_time_ = false;
  std::map<const LockedPackage*, std::shared_ptr<const std::string>> failures_;
  std::map<const LockedPackage*, Facts> told_;
};

}  // namespace

Result<std::string> run_pip_report(Several packages, const std::vector<std::string>& way,
                                   PipDependencies dependencies) {
  return run_pip(packages, way, dependencies, kTimeLimit);
}

std::vector<std::vector<const LockedPackage*>> waves_of(Several packages) {
  std::vector<std::vector<const LockedPackage*>> waves;
  // Of each wave, what is asked for by each name.
  std::vector<std::map<std::string_view, std::vector<std::string>>> asked;
  for (const LockedPackage* locked : packages) {
    std::vector<std::string> words = requirements_of(*locked, PipDependencies::LeftOut);
    const auto has_room = [&](const auto& names) {
      const auto same = names.find(locked->package.name);
      return same == names.end() || same->second == words;
    };
    const auto at = static_cast<std::size_t>(std::ranges::find_if(asked, has_room) - asked.begin());
    if (at == waves.size()) {
      waves.emplace_back();
      asked.emplace_back();
    }
    waves[at].push_back(locked);
    asked[at].try_emplace(locked->package.name, std::move(words));
  }
  return waves;
}

std::vector<Facts> facts_without_index(const std::vector<LockedPackage>& packages) {
  std::vector<Facts> all;
  all.reserve(packages.size());
  for (const LockedPackage& locked : packages) all.push_back(bare(locked));
  return all;
}

Result<Json> json_of_pip_report(std::string_view report) {
  return parse_json(report, {.depth = 64, .values = 2'000'000}).context([] { return "pip's report"; });
}

Result<std::vector<Facts>> facts_of_pip_report(std::string_view report) {
  BERTH_TRY(const Json json, json_of_pip_report(report));
  return facts_in_pip_report(json);
}

Result<std::vector<Facts>> facts_in_pip_report(const Json& report) {
  const Json* installs = report.find("install");
  if (installs == nullptr || !installs->is_array())
    return fail(Errc::InvalidInput, "pip's report has no list 'install'");
  std::vector<Facts> all;
  for (const Json& one : *installs->as_array()) {
    const Json* written = one.find("metadata");
    if (written == nullptr || !written->is_object()) return fail(Errc::InvalidInput, "pip's report has no 'metadata'");
    CoreMetadata metadata;
    metadata.name = written->text_or("name", "");
    metadata.version = written->text_or("version", "");
    metadata.licence_expression = written->text_or("license_expression", "");
    metadata.licence = written->text_or("license", "");
    metadata.classifiers = texts_of(written->find("classifier"));
    Facts facts;
    facts.package = make_package(Ecosystem::PyPI, metadata.name, metadata.version, "index");
    facts.licences = python_licence_statements(metadata, {});
    facts.requires_dist = texts_of(written->find("requires_dist"));
    const Json* yanked = one.find("is_yanked");
    facts.is_yanked = yanked != nullptr && yanked->as_bool() != nullptr && *yanked->as_bool();
    facts.is_on_index = true;
    facts.sha256 = sha256_of(one);
    const Json* download = one.find("download_info");
    if (download != nullptr) facts.file_url = download->text_or("url", "");
    if (facts.file_url.empty()) facts.licences.push_back(unread_licence_files("pip does not tell of which file"));
    all.push_back(std::move(facts));
  }
  return all;
}

Result<std::vector<Facts>> fetch_index_facts(const std::vector<LockedPackage>& packages,
                                             const std::vector<std::string>& way, const IndexKnowledge& known) {
  using Presence = IndexAnswer::Presence;
  std::map<Presence, std::vector<const LockedPackage*>> asked;
  for (const LockedPackage& locked : packages) {
    if (is_asked(locked)) asked[known.presence(locked.package.name)].push_back(&locked);
  }
  Asking asking(way);
  BERTH_CHECK_OK(asking.ask(asked[Presence::There], Places::IndexesAndLinks, Failing::Halves));
  BERTH_CHECK_OK(asking.ask(asked[Presence::Unknown], Places::IndexesAndLinks, Failing::Left));
  for (const Presence presence : {Presence::Unknown, Presence::Absent}) {
    const auto left = asking.left_of(asked[presence]);
    if (known.has_links) {
      BERTH_CHECK_OK(asking.ask(left, Places::Links, Failing::Halves));
    } else {
      const bool is_absent = presence == Presence::Absent;
      for (const LockedPackage* locked : left) {
        asking.answer(*locked, is_absent ? "no index has a project of that name" : asking.failure_of(*locked));
      }
    }
  }
  std::vector<Facts> all;
  all.reserve(packages.size());
  for (const LockedPackage& locked : packages) {
    all.push_back(is_asked(locked) ? asking.of(locked) : bare(locked));  // the name is judged as it stands
  }
  return all;
}

}  // namespace berth::vet
