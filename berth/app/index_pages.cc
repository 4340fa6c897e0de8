#include "berth/app/index_pages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "berth/app/index_fetch.h"
#include "berth/app/wheel_fetch.h"
#include "berth/base/utf8.h"
#include "berth/image/at_once.h"
#include "berth/image/index_url.h"
#include "berth/vet/core_metadata.h"
#include "berth/vet/html_page.h"
#include "berth/vet/lock_findings.h"
#include "berth/vet/python_licence.h"
#include "berth/vet/python_specifier.h"
#include "berth/vet/python_version.h"

namespace berth::app {
namespace {

using Presence = vet::IndexAnswer::Presence;

constexpr std::size_t kAtOnce = 8;
constexpr auto kSlow = std::chrono::seconds(10);
constexpr auto kLicenceTime = std::chrono::seconds(120);  // of all wheels, beside a second for each
constexpr std::size_t kMostMetadata = std::size_t{8} << 20;

vet::IndexAnswer answer_of(const IndexAccess& access, const std::string& index, const std::string& project,
                           std::string& unreached) {
  const auto printed =
      run_curl(access, page_request(access.pip, index, project, access.way.certificates), vet::kMostPageBytes);
  vet::IndexAnswer answer;
  if (printed) {
    answer = page_answer(printed->out);
  } else {
    answer.problem = to_visible(printed.error().message().substr(0, kLongestProblem), false);
    unreached = reason_unreached(printed.error());
  }
  answer.index = image::shown_url(index);
  answer.is_public = vet::is_public_index(index);
  return answer;
}

// A page of files in one of the kinds that pip takes, and in letters that are ASCII where ASCII is meant.
Result<vet::ProjectPage> html_page(std::string_view kind, std::string_view text) {
  std::string small(kind);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (!small.starts_with("text/html") && !small.starts_with("application/vnd.pypi.simple.v1+html")) {
    return fail(Errc::InvalidInput, fmt::format("it answered with '{}', which is no page of files", kind));
  }
  constexpr std::string_view kKey = "charset=";
  constexpr std::string_view kCharsets[] = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "windows-1252"};
  if (const std::size_t at = small.find(kKey); at != std::string::npos) {
    std::string_view charset = std::string_view(small).substr(at + kKey.size());
    charset = charset.substr(0, charset.find_first_of("; \t"));
    if (charset.starts_with('"')) charset = charset.substr(1, charset.find('"', 1) - 1);
    if (std::ranges::find(kCharsets, charset) == std::ranges::end(kCharsets)) {
      return fail(Errc::InvalidInput, fmt::format("its page is in the character set '{}', which is not read", charset));
    }
  }
  return vet::parse_html_page(text);
}

bool is_asked(const vet::Facts& facts) {
  const auto is_elsewhere = [](const vet::Finding& finding) { return finding.rule == "source.elsewhere"; };
  return facts.package.ecosystem == vet::Ecosystem::PyPI && !facts.owner &&
         vet::is_valid_name(vet::Ecosystem::PyPI, facts.package.written) &&
         std::ranges::none_of(facts.findings, is_elsewhere);
}

// What METADATA says that an index keeps beside the wheel (PEP 658).
Result<std::vector<vet::LicenceStatement>> licences_beside(const IndexAccess& access, const vet::Facts& facts) {
  BERTH_TRY(const std::string text,
            fetch_file(access, facts.file_url + ".metadata", *facts.metadata_sha256, kMostMetadata));
  BERTH_TRY(const vet::CoreMetadata metadata, vet::parse_core_metadata(text));
  if (vet::normal_name(vet::Ecosystem::PyPI, metadata.name) != facts.package.name) {
    return fail(Errc::Corrupt, fmt::format("its METADATA is that of '{}'", to_visible(metadata.name, false)));
  }
  return vet::python_licence_statements(metadata, {});
}

using Statements = std::vector<vet::LicenceStatement>;

// Of a wheel that could not be read. `beside`: what else says something of it.
void add_unread(const Error& why, const std::optional<Statements>& beside, vet::Facts& facts) {
  // pip's own report may leave some of it out.
  if (beside && !beside->empty()) facts.licences = *beside;
  const std::string text = to_visible(why.message(), false);
  if (facts.licences.empty() || why.code() == Errc::Corrupt || why.code() == Errc::InvalidInput) {
    facts.findings.push_back({vet::Verdict::Ask, "facts.missing", facts.package, text,
                              "try again; or ask who keeps the index, or its authors, for a wheel that is in order"});
  } else {
    facts.licences.push_back(vet::unread_licence_files(text));
  }
}

bool is_same_version(const std::string& one, const std::string& other) {
  const auto read = vet::PythonVersion::parse(one);
  const auto read_other = vet::PythonVersion::parse(other);
  return read && read_other ? read->key() == read_other->key() : one == other;
}

// In order, without what is written one way or another.
std::vector<std::string> compared(std::vector<std::string> requirements) {
  for (std::string& one : requirements) {
    std::erase_if(one, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  }
  std::ranges::sort(requirements);
  return requirements;
}

// Where a wheel is another than pip was told when it looked for what comes along; empty where it is the same.
std::string difference_of(const vet::WheelFacts& wheel, const vet::Facts& facts) {
  if (vet::normal_name(vet::Ecosystem::PyPI, wheel.name) != facts.package.name ||
      !is_same_version(wheel.version, facts.package.version)) {
    return fmt::format("it is {} {}", wheel.name, wheel.version);
  }
  if (!facts.requires_dist) return {};
  const std::vector<std::string> own = compared(wheel.requires_dist);
  const std::vector<std::string> told = compared(*facts.requires_dist);
  std::vector<std::string> more;
  std::vector<std::string> less;
  std::ranges::set_difference(own, told, std::back_inserter(more));
  std::ranges::set_difference(told, own, std::back_inserter(less));
  if (!more.empty()) return fmt::format("it asks for {}, too", fmt::join(more, " and "));
  return less.empty() ? std::string() : fmt::format("it does not ask for {}", fmt::join(less, " and "));
}

void add_read(const vet::WheelFacts& wheel, vet::Facts& facts) {
  facts.licences = wheel.licences;
  const std::string difference = difference_of(wheel, facts);
  if (difference.empty()) return;
  facts.findings.push_back({vet::Verdict::Ask, "facts.missing", facts.package,
                            fmt::format("its wheel has other METADATA than the index gave pip, so what it brings along "
                                        "is not known: {}",
                                        to_visible(difference.substr(0, kLongestProblem), false)),
                            "judge what it asks for together with it; or ask who keeps the index why they differ"});
}

}  // namespace

vet::IndexAnswer page_answer(std::string_view printed) {
  vet::IndexAnswer answer;
  const std::size_t line = printed.rfind('\n');
  if (line == std::string_view::npos) {
    answer.problem = "it gave no answer";
    return answer;
  }
  const std::string_view status = printed.substr(line + 1, 3);
  const std::string_view kind = printed.substr(std::min(line + 5, printed.size()));
  if (status == "404" || status == "410") {
    answer.presence = Presence::Absent;
  } else if (status != "200") {
    answer.problem = fmt::format("it answered with status {}", to_visible(status, false));
  } else {
    // What is there without being JSON is there, whatever it says.
    const bool is_json = kind.starts_with("application/vnd.pypi.simple.v1+json");
    auto page = is_json ? vet::parse_project_page(printed.substr(0, line)) : html_page(kind, printed.substr(0, line));
    if (page || !is_json) answer.presence = Presence::There;
    if (!is_json) answer.undated = "it has no pages in JSON, and so no times";
    if (page) {
      answer.page = *std::move(page);
    } else {
      answer.problem = to_visible(page.error().message().substr(0, kLongestProblem), false);
    }
  }
  return answer;
}

Result<IndexPages> IndexPages::open(const ContainerSettings& settings, std::function<Result<void>()> watch) {
  BERTH_TRY(image::PipSettings pip, image::read_pip_settings(image::pip_places_of_process()));
  BERTH_TRY(IndexWay way, index_way(settings, pip));
  return IndexPages(std::move(pip), std::move(way), std::move(watch));
}

Result<void> IndexPages::ask(const std::vector<vet::Facts>& facts) {
  struct Question {
    const std::string* project;
    std::size_t index;
    vet::IndexAnswer answer = {};
    std::string unreached = {};
  };
  std::vector<Question> questions;
  for (const vet::Facts& one : facts) {
    if (!is_asked(one)) continue;
    const auto [place, is_new] = answers_.try_emplace(one.package.name);
    if (!is_new) continue;
    for (std::size_t i = 0; i < pip_.indexes.size(); ++i) questions.push_back({&place->first, i});
  }
  std::vector<Standing> standings(pip_.indexes.size());
  image::at_once(questions.size(), kAtOnce, [&](std::size_t i) {
    Question& one = questions[i];
    Standing& standing = standings[one.index];
    if (standing.is_silent()) {
      one.unreached = "it took too long when it was asked before, and is not asked again";
      one.answer.problem = one.unreached;
      one.answer.index = image::shown_url(pip_.indexes[one.index]);
      one.answer.is_public = vet::is_public_index(pip_.indexes[one.index]);
      return;
    }
    const auto begun = std::chrono::steady_clock::now();
    one.answer = answer_of({pip_, way_, watch_}, pip_.indexes[one.index], *one.project, one.unreached);
    const bool is_slow = std::chrono::steady_clock::now() - begun >= kSlow;
    if (one.unreached.empty()) {
      standing.take_answer();
    } else if (is_slow) {
      standing.take_silence();
    }
  });
  // What was cut short is no answer of an index's.
  if (watch_) BERTH_CHECK_OK(watch_());
  for (Question& one : questions) {
    is_reached_ = is_reached_ || one.unreached.empty();
    if (!one.unreached.empty()) unreached_.emplace(pip_.indexes[one.index], std::move(one.unreached));
    answers_.at(*one.project).push_back(std::move(one.answer));
  }
  return {};
}

Result<void> IndexPages::check(const std::vector<vet::Facts>& facts) const {
  if (!pip_.find_links.empty()) return {};
  if (!is_reached_ && !unreached_.empty()) {
    std::string text;
    for (const auto& [index, reason] : unreached_) {
      text += (text.empty() ? "" : "; ") + why_unreached(index, reason);
    }
    return fail(Errc::Unavailable, std::move(text));
  }
  for (const vet::Facts& one : facts) {
    if (is_asked(one)) BERTH_CHECK_OK(check_version(one));
  }
  return {};
}

Result<void> IndexPages::check_version(const vet::Facts& facts) const {
  const auto asked = answers_.find(facts.package.name);
  const auto wanted = vet::PythonSpecifiers::parse("==" + facts.package.version);
  if (asked == answers_.end() || facts.package.version.empty() || !wanted) return {};
  std::optional<vet::PythonVersion> newest;  // a final one, where there is one
  std::string where;
  for (const vet::IndexAnswer& answer : asked->second) {
    if (answer.presence == Presence::Absent) continue;
    if (!answer.problem.empty()) return {};  // it may have it
    where += (where.empty() ? "" : ", ") + answer.index;
    for (const vet::ProjectFile& file : answer.page.files) {
      auto version = vet::PythonVersion::parse(vet::version_in_file_name(file.name, facts.package.name));
      if (!version) continue;
      if (wanted->contains(*version)) return {};
      const auto rank = [](const vet::PythonVersion& one) { return std::pair(!one.is_pre_release(), one.key()); };
      if (file.is_yanked || (newest && rank(*version) <= rank(*newest))) continue;
      newest = *std::move(version);
    }
  }
  if (!newest) return {};
  return fail(Errc::Unavailable,
              fmt::format("there is no version {} of '{}' at {}; the newest is {}",
                          to_visible(facts.package.version, false), facts.package.name, where, newest->text()));
}

// A proxy that is at fault is named by curl as what it could not connect to.
std::string IndexPages::why_unreached(const std::string& index, const std::string& reason) const {
  std::vector<ProxyVariable> proxies = way_.proxies;
  if (!pip_.proxy.empty()) proxies = {{"", pip_.proxy, "pip's setting proxy"}};
  for (const ProxyVariable& one : proxies) {
    const auto url = image::parse_index_url(one.value.contains("://") ? one.value : "http://" + one.value);
    if (!url || one.name == "no_proxy" || one.name == "NO_PROXY") continue;
    const bool is_at_fault = reason.contains(fmt::format("{} port {} ", url->host, url->port)) ||
                             reason.contains("proxy: " + url->host) || reason.contains("from proxy") ||
                             reason.contains("CONNECT tunnel");
    if (!is_at_fault) continue;
    return fmt::format(
        "ask the package index {} through the proxy {} ({}): {}; see that this proxy runs, or set another "
        "there",
        image::shown_url(index), url->endpoint(), one.origin, reason);
  }
  return fmt::format(
      "ask the package index {}: {}; see that it runs and that this machine reaches it, or name another "
      "in pip's settings (index-url, or the variable PIP_INDEX_URL)",
      image::shown_url(index), reason);
}

Presence IndexPages::presence_of(const std::string& project) const {
  const auto asked = answers_.find(project);
  if (asked == answers_.end() || asked->second.empty()) return Presence::Unknown;
  const auto is = [](Presence presence) {
    return [presence](const vet::IndexAnswer& one) { return one.presence == presence; };
  };
  if (std::ranges::any_of(asked->second, is(Presence::There))) return Presence::There;
  return std::ranges::all_of(asked->second, is(Presence::Absent)) ? Presence::Absent : Presence::Unknown;
}

std::string IndexPages::why_no_hashes(const vet::Facts& facts) const {
  const auto asked = answers_.find(facts.package.name);
  return vet::why_no_hashes(facts, asked == answers_.end() ? std::vector<vet::IndexAnswer>() : asked->second);
}

Result<void> IndexPages::tell(std::vector<vet::Facts>& facts) {
  BERTH_CHECK_OK(ask(facts));
  for (vet::Facts& one : facts) {
    if (is_asked(one)) vet::add_answers(one, answers_.at(one.package.name));
  }
  tell_licences(facts);
  if (watch_) BERTH_CHECK_OK(watch_());
  return {};
}

void IndexPages::tell_licences(std::vector<vet::Facts>& facts) const {
  std::map<std::string, std::vector<vet::Facts*>> by_file;
  std::vector<WheelPlace> wheels;
  for (vet::Facts& one : facts) {
    if (!is_asked(one) || one.file_url.empty()) continue;
    std::vector<vet::Facts*>& same = by_file[one.file_url];
    if (same.empty()) {
      wheels.push_back({.url = one.file_url,
                        .name = fmt::format("{} {}", one.package.name, one.package.version),
                        .sha256 = one.sha256,
                        .metadata_sha256 = one.metadata_sha256.value_or("")});
    }
    same.push_back(&one);
  }
  const auto time = kLicenceTime + wheels.size() * std::chrono::seconds(1);
  const auto end = std::chrono::steady_clock::now() + time;
  const std::function<Result<void>()> watch = [&]() -> Result<void> {
    if (watch_) BERTH_CHECK_OK(watch_());
    if (std::chrono::steady_clock::now() < end) return {};
    return fail(Errc::TimedOut, fmt::format("all wheels together took longer than {} seconds", time.count()));
  };
  const IndexAccess access = {pip_, way_, watch};
  const std::vector<WheelOutcome> read = facts_of_wheels(access, wheels);
  // METADATA lies where the wheel does: where that did not answer in time it is not asked for.
  std::vector<std::optional<Statements>> beside(wheels.size());
  image::at_once(wheels.size(), kAtOnce, [&](std::size_t i) {
    const vet::Facts& one = *by_file.at(wheels[i].url).front();
    if (read[i] || read[i].error().code() == Errc::TimedOut || !one.metadata_sha256 || !watch()) return;
    if (auto statements = licences_beside(access, one)) beside[i] = *std::move(statements);
  });
  for (std::size_t i = 0; i < wheels.size(); ++i) {
    for (vet::Facts* one : by_file.at(wheels[i].url)) {
      if (read[i]) {
        add_read(*read[i], *one);
      } else {
        add_unread(read[i].error(), beside[i], *one);
      }
    }
  }
}

}  // namespace berth::app
