#include "berth/app/index_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <optional>
#include <utility>

#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/at_once.h"
#include "berth/image/index_url.h"
#include "berth/sys/tool.h"
#include "berth/vet/core_metadata.h"
#include "berth/vet/html_page.h"
#include "berth/vet/python_licence.h"
#include "berth/vet/python_specifier.h"
#include "berth/vet/python_version.h"
#include "berth/vet/wheel_licences.h"

namespace berth::app {
namespace {

using Presence = vet::IndexAnswer::Presence;

// Of an index, among several questions.
enum class Standing : std::uint8_t { Unknown, Answers, Silent };

constexpr std::size_t kAtOnce = 8;
constexpr std::size_t kLongestProblem = 200;
constexpr auto kTimeLimit = std::chrono::seconds(90);
constexpr auto kSlow = std::chrono::seconds(10);
constexpr std::size_t kMostMetadata = std::size_t{8} << 20;
constexpr std::size_t kMostWheel = std::size_t{256} << 20;
constexpr std::string_view kPublicHosts[] = {"pypi.org", "pypi.python.org", "test.pypi.org"};

// In the form of curl's configuration.
std::string line_of(std::string_view option, std::string_view value) {
  std::string line = fmt::format("{} = \"", option);
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    if (c != '\n' && c != '\r') line += c;
  }
  return line + "\"\n";
}

bool is_public(std::string_view index) {
  const auto url = image::parse_index_url(index);
  return url && std::ranges::find(kPublicHosts, url->host) != std::ranges::end(kPublicHosts);
}

Result<sys::ToolOutput> run_curl(const IndexWay& way, std::string request, std::size_t most_bytes,
                                 const std::function<Result<void>()>& watch) {
  sys::ToolOptions options;
  options.watch = watch;
  options.environment = way.environment;
  options.input = std::move(request);
  options.time_limit = kTimeLimit;
  options.output_limit_bytes = most_bytes;
  return sys::run_tool({"curl", "--disable", "--config", "-"}, options);
}

// What curl says of an index that it could not speak to; empty for what may be the index's answer, or curl's own
// trouble.
std::string reason_unreached(const Error& error) {
  if (error.code() == Errc::TimedOut) return error.message();
  const std::string& text = error.message();
  constexpr std::string_view kName = "curl: (";
  const std::size_t at = text.rfind(kName);
  if (error.code() != Errc::Unavailable || at == std::string::npos) return {};
  int code = 0;
  const auto [end, problem] = std::from_chars(text.data() + at + kName.size(), text.data() + text.size(), code);
  // Names, connections, times and TLS, by curl's numbers.
  constexpr int kCodes[] = {5, 6, 7, 28, 35, 52, 56, 60, 97};
  if (problem != std::errc() || std::ranges::find(kCodes, code) == std::ranges::end(kCodes)) return {};
  std::string reason(end, text.data() + text.size());
  while (reason.starts_with(')') || reason.starts_with(' ')) reason.erase(0, 1);
  return to_visible(reason.substr(0, kLongestProblem), false);
}

vet::IndexAnswer answer_of(const image::PipSettings& pip, const IndexWay& way, const std::string& index,
                           const std::string& project, const std::function<Result<void>()>& watch,
                           std::string& unreached) {
  const auto printed = run_curl(way, page_request(pip, index, project, way.certificates), vet::kMostPageBytes, watch);
  vet::IndexAnswer answer;
  if (printed) {
    answer = page_answer(printed->out);
  } else {
    answer.problem = to_visible(printed.error().message().substr(0, kLongestProblem), false);
    unreached = reason_unreached(printed.error());
  }
  answer.index = image::shown_url(index);
  answer.is_public = is_public(index);
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

// What lies on an index that asks for a password is fetched with that, as pip does.
std::string with_credentials(const image::PipSettings& pip, std::string_view address) {
  const auto url = image::parse_index_url(address);
  if (!url || !url->userinfo.empty()) return std::string(address);
  for (const std::string& index : pip.indexes) {
    const auto known = image::parse_index_url(index);
    if (!known || known->userinfo.empty()) continue;
    if (known->scheme != url->scheme || known->endpoint() != url->endpoint()) continue;
    const std::size_t host = address.find("://") + 3;
    return fmt::format("{}{}@{}", address.substr(0, host), known->userinfo, address.substr(host));
  }
  return std::string(address);
}

Result<std::string> fetch(const image::PipSettings& pip, const IndexWay& way, const std::string& address,
                          const std::string& sha256, std::size_t most_bytes,
                          const std::function<Result<void>()>& watch) {
  const auto fetching = [&] { return fmt::format("fetch '{}'", image::shown_url(address)); };
  BERTH_TRY(sys::ToolOutput printed,
            run_curl(way, file_request(pip, address, way.certificates), most_bytes, watch).context(fetching));
  const std::size_t line = printed.out.rfind('\n');
  const std::string status = line == std::string::npos ? "" : printed.out.substr(line + 1, 3);
  if (status != "200") {
    return fail(Errc::Unavailable,
                fmt::format("{}: it answered with status {}", fetching(), to_visible(status, false)));
  }
  printed.out.resize(line);
  if (!sha256.empty() && sha256_hex(printed.out) != sha256) {
    return fail(Errc::Corrupt, fmt::format("{}: it has not the SHA-256 that the index gives ({})", fetching(), sha256));
  }
  return std::move(printed.out);
}

Result<std::vector<vet::LicenceStatement>> licences_of_file(const image::PipSettings& pip, const IndexWay& way,
                                                            const vet::Facts& facts,
                                                            const std::function<Result<void>()>& watch) {
  if (facts.metadata_sha256) {
    BERTH_TRY(const std::string text,
              fetch(pip, way, facts.file_url + ".metadata", *facts.metadata_sha256, kMostMetadata, watch));
    BERTH_TRY(const vet::CoreMetadata metadata, vet::parse_core_metadata(text));
    if (vet::normal_name(vet::Ecosystem::PyPI, metadata.name) != facts.package.name) {
      return fail(Errc::Corrupt, fmt::format("its METADATA is that of '{}'", to_visible(metadata.name, false)));
    }
    std::vector<vet::LicenceStatement> licences = vet::python_licence_statements(metadata, {});
    if (!licences.empty()) return licences;
  }
  BERTH_TRY(const std::string wheel, fetch(pip, way, facts.file_url, facts.sha256, kMostWheel, watch));
  return vet::licences_of_wheel(wheel, fmt::format("{} {}", facts.package.name, facts.package.version));
}

}  // namespace

std::string page_request(const image::PipSettings& pip, std::string_view index, std::string_view project,
                         std::string_view certificates) {
  while (index.ends_with('/')) index.remove_suffix(1);
  return file_request(pip, fmt::format("{}/{}/", index, project), certificates) +
         line_of("header", "Accept: application/vnd.pypi.simple.v1+json, text/html;q=0.1");
}

std::string file_request(const image::PipSettings& pip, std::string_view address, std::string_view certificates) {
  std::string request = line_of("url", with_credentials(pip, address));
  request += "silent\nshow-error\ngloboff\nlocation\nmax-redirs = 5\nproto = \"=http,https\"\ncompressed\n";
  // One that says nothing any more is given up early.
  request += "connect-timeout = 15\nspeed-limit = 1\nspeed-time = 20\nmax-time = 80\n";
  // Behind the page, so that nothing in it can be taken for it.
  request += "write-out = \"\\n%{http_code} %{content_type}\"\n";
  if (const std::string netrc = variable_of_process("NETRC"); !netrc.empty()) request += line_of("netrc-file", netrc);
  request += "netrc-optional\n";
  if (!pip.proxy.empty()) request += line_of("proxy", pip.proxy);
  if (!certificates.empty()) request += line_of("cacert", certificates);
  if (!pip.client_certificate.empty()) request += line_of("cert", pip.client_certificate.native());
  const auto url = image::parse_index_url(address);
  const bool trusted = url && std::ranges::any_of(pip.trusted_hosts, [&](const std::string& host) {
                         return host == url->host || host == url->endpoint();
                       });
  if (trusted) request += "insecure\n";
  return request;
}

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
  // An index that took too long, and has answered nothing so far, is not waited for again.
  std::vector<std::atomic<Standing>> standings(pip_.indexes.size());
  image::at_once(questions.size(), kAtOnce, [&](std::size_t i) {
    Question& one = questions[i];
    std::atomic<Standing>& standing = standings[one.index];
    if (standing == Standing::Silent) {
      one.unreached = "it took too long when it was asked before, and is not asked again";
      one.answer.problem = one.unreached;
      one.answer.index = image::shown_url(pip_.indexes[one.index]);
      one.answer.is_public = is_public(pip_.indexes[one.index]);
      return;
    }
    const auto begun = std::chrono::steady_clock::now();
    one.answer = answer_of(pip_, way_, pip_.indexes[one.index], *one.project, watch_, one.unreached);
    const bool is_slow = std::chrono::steady_clock::now() - begun >= kSlow;
    Standing unknown = Standing::Unknown;
    if (one.unreached.empty()) {
      standing = Standing::Answers;
    } else if (is_slow) {
      standing.compare_exchange_strong(unknown, Standing::Silent);
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
  std::vector<vet::Facts*> asked;
  for (vet::Facts& one : facts) {
    const bool is_wheel = one.file_url.ends_with(".whl") && one.file_url.starts_with("http");
    if (is_asked(one) && is_wheel && !one.sha256.empty()) asked.push_back(&one);
  }
  image::at_once(asked.size(), kAtOnce, [&](std::size_t i) {
    vet::Facts& one = *asked[i];
    auto licences = licences_of_file(pip_, way_, one, watch_);
    if (licences) {
      if (!licences->empty()) one.licences = *std::move(licences);
    } else if (one.licences.empty() || licences.error().code() == Errc::Corrupt) {
      one.findings.push_back({vet::Verdict::Ask, "facts.missing", one.package,
                              to_visible(licences.error().message(), false),
                              "try again; or ask who keeps the index, or its authors, for a wheel that is in order"});
    }
  });
}

}  // namespace berth::app
