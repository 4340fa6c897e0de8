#include "berth/app/index_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/image/at_once.h"
#include "berth/image/index_url.h"
#include "berth/sys/tool.h"

namespace berth::app {
namespace {

using Presence = vet::IndexAnswer::Presence;

constexpr std::size_t kAtOnce = 8;
constexpr std::size_t kLongestProblem = 200;
constexpr auto kTimeLimit = std::chrono::seconds(90);
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

vet::IndexAnswer ask(const image::PipSettings& pip, const IndexWay& way, const std::string& index,
                     const std::string& project, const std::function<Result<void>()>& watch) {
  sys::ToolOptions options;
  options.watch = watch;
  options.environment = way.environment;
  options.input = page_request(pip, index, project, way.certificates);
  options.time_limit = kTimeLimit;
  options.output_limit_bytes = vet::kMostPageBytes;
  const auto printed = sys::run_tool({"curl", "--disable", "--config", "-"}, options);
  vet::IndexAnswer answer;
  if (printed) {
    answer = page_answer(printed->out);
  } else {
    answer.problem = to_visible(printed.error().message().substr(0, kLongestProblem), false);
  }
  answer.index = image::shown_url(index);
  answer.is_public = is_public(index);
  return answer;
}

bool is_asked(const vet::Facts& facts) {
  const auto is_elsewhere = [](const vet::Finding& finding) { return finding.rule == "source.elsewhere"; };
  return facts.package.ecosystem == vet::Ecosystem::PyPI && !facts.owner &&
         vet::is_valid_name(vet::Ecosystem::PyPI, facts.package.written) &&
         std::ranges::none_of(facts.findings, is_elsewhere);
}

}  // namespace

std::string page_request(const image::PipSettings& pip, std::string_view index, std::string_view project,
                         std::string_view certificates) {
  while (index.ends_with('/')) index.remove_suffix(1);
  std::string request = line_of("url", fmt::format("{}/{}/", index, project));
  request += "silent\nshow-error\ngloboff\nlocation\nmax-redirs = 5\nproto = \"=http,https\"\ncompressed\n";
  request += "connect-timeout = 15\nmax-time = 80\n";
  request += line_of("header", "Accept: application/vnd.pypi.simple.v1+json, text/html;q=0.1");
  // Behind the page, so that nothing in it can be taken for it.
  request += "write-out = \"\\n%{http_code} %{content_type}\"\n";
  if (const std::string netrc = variable_of_process("NETRC"); !netrc.empty()) request += line_of("netrc-file", netrc);
  request += "netrc-optional\n";
  if (!pip.proxy.empty()) request += line_of("proxy", pip.proxy);
  if (!certificates.empty()) request += line_of("cacert", certificates);
  if (!pip.client_certificate.empty()) request += line_of("cert", pip.client_certificate.native());
  const auto url = image::parse_index_url(index);
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
  } else if (!kind.starts_with("application/vnd.pypi.simple.v1+json")) {
    answer.presence = Presence::There;
    answer.problem = "it has no pages in JSON, and so no times";
  } else if (auto page = vet::parse_project_page(printed.substr(0, line))) {
    answer.presence = Presence::There;
    answer.page = *std::move(page);
  } else {
    answer.problem = to_visible(page.error().message().substr(0, kLongestProblem), false);
  }
  return answer;
}

Result<IndexPages> IndexPages::open(const ContainerSettings& settings, std::function<Result<void>()> watch) {
  BERTH_TRY(image::PipSettings pip, image::read_pip_settings(image::pip_places_of_process()));
  BERTH_TRY(IndexWay way, index_way(settings, pip));
  return IndexPages(std::move(pip), std::move(way), std::move(watch));
}

Result<void> IndexPages::tell(std::vector<vet::Facts>& facts) {
  struct Question {
    const std::string* project;
    std::size_t index;
    vet::IndexAnswer answer = {};
  };
  std::vector<Question> questions;
  for (const vet::Facts& one : facts) {
    if (!is_asked(one)) continue;
    const auto [place, is_new] = answers_.try_emplace(one.package.name);
    if (!is_new) continue;
    for (std::size_t i = 0; i < pip_.indexes.size(); ++i) questions.push_back({&place->first, i});
  }
  image::at_once(questions.size(), kAtOnce, [&](std::size_t i) {
    questions[i].answer = ask(pip_, way_, pip_.indexes[questions[i].index], *questions[i].project, watch_);
  });
  // What was cut short is no answer of an index's.
  if (watch_) BERTH_CHECK_OK(watch_());
  for (Question& one : questions) answers_.at(*one.project).push_back(std::move(one.answer));
  for (vet::Facts& one : facts) {
    if (is_asked(one)) vet::add_answers(one, answers_.at(one.package.name));
  }
  return {};
}

}  // namespace berth::app
