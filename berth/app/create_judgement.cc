#include "berth/app/create_judgement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "berth/app/inventory_facts.h"
#include "berth/app/source_reader.h"
#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/image/image_tree.h"
#include "berth/image/inventory_reader.h"
#include "berth/vet/distribution_release.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/package.h"
#include "berth/vet/python_specifier.h"
#include "berth/vet/wheel_licences.h"

namespace berth::app {
namespace {

constexpr int kSchema = 1;
constexpr std::size_t kMostLicencesTold = 40;
constexpr auto kApprovalTime = std::chrono::days(90);  // of what is proposed
constexpr std::size_t kDay = 10;

bool is_of_distribution(const vet::Facts& facts) {
  return facts.package.ecosystem != vet::Ecosystem::PyPI || facts.owner.has_value();
}

// As its own tools write it.
std::string judged_text(const vet::Package& package) {
  if (package.version.empty()) return package.name;
  return fmt::format("{}{}{}", package.name, package.ecosystem == vet::Ecosystem::PyPI ? "==" : "=", package.version);
}

std::string line_of(const vet::Finding& finding, std::string_view how) {
  const std::string remedy = finding.remedy.empty() ? "" : "; remedy: " + finding.remedy;
  std::string package = finding.package.name.empty() ? "" : vet::text_of(finding.package);
  if (is_build_origin(finding.package.origin)) package += fmt::format(" ({})", finding.package.origin);
  if (!package.empty()) package += ": ";
  return to_visible(fmt::format("{}{} ({}): {}{}", package, finding.rule, how, finding.evidence, remedy), false);
}

vet::Ecosystem ecosystem_of(image::PackageManager manager) {
  switch (manager) {
    case image::PackageManager::Apt:
      return vet::Ecosystem::Debian;
    case image::PackageManager::Apk:
      return vet::Ecosystem::Alpine;
    default:
      return vet::Ecosystem::Rpm;
  }
}

std::string_view ecosystem_key(vet::Ecosystem ecosystem) {
  switch (ecosystem) {
    case vet::Ecosystem::Debian:
      return "debian";
    case vet::Ecosystem::Alpine:
      return "alpine";
    default:
      return "rpm";
  }
}

vet::Facts facts_of_wish(const image::Requirement& wish) {
  const auto specifiers = vet::PythonSpecifiers::parse(fmt::format("{}", fmt::join(wish.specifiers, ",")));
  const std::string version = specifiers ? specifiers->exact().value_or("") : "";
  vet::Facts facts;
  facts.package = vet::make_package(vet::Ecosystem::PyPI, wish.name, version, "what is asked for");
  return facts;
}

const image::LockedLibrary* find(const image::CreateRecipe& recipe, const vet::Facts& facts) {
  const auto found = std::ranges::find(recipe.libraries, facts.package.name, &image::LockedLibrary::name);
  return found == recipe.libraries.end() ? nullptr : &*found;
}

const image::LockedLibrary* find_build(const image::CreateRecipe& recipe, const vet::Facts& facts) {
  for (const image::LockedLibrary& source : recipe.libraries) {
    for (const image::LockedLibrary& one : source.built_with) {
      const bool is_file = facts.sha256.empty() || one.sha256 == facts.sha256;
      if (one.name == facts.package.name && one.version == facts.package.version && is_file) return &one;
    }
  }
  return nullptr;
}

// Only what is not in the base: that is judged with the base.
image::Inventory without(image::Inventory inventory, const image::Inventory& base) {
  const auto is_old = [](const auto& old, const auto& one) { return std::ranges::find(old, one) != old.end(); };
  std::erase_if(inventory.python, [&](const auto& one) { return is_old(base.python, one); });
  std::erase_if(inventory.packages, [&](const auto& one) { return is_old(base.packages, one); });
  return inventory;
}

// "wget: GPL-3.0-or-later; tree: GPL-2.0-or-later".
std::string distribution_licences(const vet::Report& report) {
  std::vector<std::string> licences;
  for (const vet::JudgedPackage& package : report.packages) {
    if (package.facts.package.ecosystem == vet::Ecosystem::PyPI) continue;
    std::string said = "not told";
    for (const vet::LicenceStatement& one : package.facts.licences) {
      if (said == "not told" && !one.expression.empty()) said = one.expression;
    }
    licences.push_back(fmt::format("{}: {}", package.facts.package.name, said));
  }
  if (licences.empty()) return {};
  const std::size_t more = licences.size() - std::min(licences.size(), kMostLicencesTold);
  licences.resize(licences.size() - more);
  return to_visible(fmt::format("licences of the distribution's packages: {}{}", fmt::join(licences, "; "),
                                more == 0 ? "" : fmt::format("; and {} more", more)),
                    false);
}

// What stands in an expression for a licence that nobody knows: letters, digits, '.' and '-' may.
std::string licence_reference(std::string_view package) {
  std::string text = "LicenseRef-";
  for (const char c : package) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    text += fits ? c : '-';
  }
  return text;
}

}  // namespace

Result<CreateJudgement> CreateJudgement::open(const Settings& settings, const JudgementOptions& options,
                                              std::function<Result<void>()> watch) {
  BERTH_TRY(Judgement judgement, Judgement::open(settings, options));
  return CreateJudgement(std::move(judgement), settings.containers, std::move(watch));
}

Result<IndexPages*> CreateJudgement::pages() {
  if (!pages_) {
    BERTH_TRY(pages_, IndexPages::open(containers_, watch_));
  }
  return &*pages_;
}

Result<Verdict> CreateJudgement::judge_request(const image::CreateRequest& request) {
  std::vector<vet::Facts> facts;
  for (const image::Requirement& one : request.dependencies) facts.push_back(facts_of_wish(one));
  return judge_wishes(std::move(facts));
}

Result<Verdict> CreateJudgement::judge_wishes(std::vector<vet::Facts> facts) {
  if (!facts.empty()) {
    BERTH_TRY(IndexPages* const asked, pages());
    BERTH_CHECK_OK(asked->tell(facts));
    BERTH_CHECK_OK(asked->check(facts));
  }
  return verdict_of(judgement_.judge_request(std::move(facts)), Stage::Request);
}

Result<Verdict> CreateJudgement::judge_resolution(const image::CreateRecipe& recipe,
                                                  std::vector<vet::Facts> libraries) {
  facts_ = std::move(libraries);
  // No file is read before this judgement is made; afterwards all of them are (judge_files).
  for (vet::Facts& one : facts_) one.file_url.clear();
  if (!facts_.empty()) {
    BERTH_TRY(IndexPages* const asked, pages());
    BERTH_CHECK_OK(asked->tell(facts_));
  }
  std::vector<vet::Facts> all = facts_;
  for (const image::LockedPackage& one : recipe.packages) {
    vet::Facts facts;
    const auto ecosystem = ecosystem_of(recipe.base.manager.value_or(image::PackageManager::Apt));
    facts.package = vet::make_package(ecosystem, one.package.name, one.package.version, "package source");
    facts.release = vet::distribution_release(recipe.base.os.id, recipe.base.os.version_id);
    all.push_back(std::move(facts));
  }
  for (const vet::Facts& one : all) {
    judged_.insert(judged_text(one.package));
    if (is_build_origin(one.package.origin)) built_with_.insert(judged_text(one.package));
  }
  return verdict_of(judgement_.judge(std::move(all)), Stage::Resolution);
}

Verdict CreateJudgement::judge_files(const image::CreateRecipe& fetched, const std::filesystem::path& folder,
                                     const std::filesystem::path& build_wheels) {
  std::vector<vet::Facts> judged;
  for (vet::Facts& facts : facts_) {
    const bool is_to_build = is_build_origin(facts.package.origin);
    const image::LockedLibrary* const library = is_to_build ? find_build(fetched, facts) : find(fetched, facts);
    if (library == nullptr || library->wheel.empty()) continue;  // a source, until it is built
    auto licences = vet::read_wheel_licences((is_to_build ? build_wheels : folder) / library->wheel);
    if (licences) {
      facts.licences = *std::move(licences);
    } else {
      facts.findings.push_back({vet::Verdict::Ask, "facts.missing", facts.package, licences.error().message(),
                                "ask its authors for a wheel that is in order, or approve it"});
    }
    judged.push_back(facts);
  }
  return verdict_of(judgement_.judge(std::move(judged)), Stage::Files);
}

Result<Verdict> CreateJudgement::judge_inventory(const image::LocalImage& base, const image::LocalImage& image,
                                                 const image::Inventory& inventory, Record kind) {
  BERTH_TRY(const image::ImageTree base_tree, image::ImageTree::open(base.layer_folders));
  BERTH_TRY(const image::Inventory before, image::read_inventory(base_tree));
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(image.layer_folders));
  const vet::Report report = judgement_.judge(facts_of_inventory(tree, without(inventory, before)));
  Verdict verdict = verdict_of(report, kind == Record::Open ? Stage::OpenInventory : Stage::Inventory);
  if (!verdict.accepted) return verdict;
  for (const std::string& line : {distribution_licences(report), "judged by " + to_visible(judgement_.text(), false)}) {
    if (!line.empty() && told_.insert(line).second) verdict.findings.push_back(line);
  }
  return verdict;
}

bool CreateJudgement::is_told_by(const Json& record) const {
  const Json* told = record.find("approvals");
  if (told == nullptr || !told->is_array()) return approvals_.empty();
  const Json::Array& texts = *told->as_array();
  return std::ranges::all_of(approvals_, [&](const std::string& used) {
    return std::ranges::any_of(texts, [&](const Json& one) { return one.is_string() && *one.as_string() == used; });
  });
}

bool CreateJudgement::binds(const vet::JudgedPackage& package, const vet::JudgedFinding& judged, Stage stage) const {
  if (judged.finding.verdict == vet::Verdict::Allow) return false;
  const std::string& rule = judged.finding.rule;
  const bool is_told_only = !judgement_.binds_distributions() && is_of_distribution(package.facts);
  if (is_told_only && rule.starts_with("licence.")) return false;
  // The index does not tell; its files may.
  if (stage == Stage::Resolution && rule == "licence.none") return false;
  if (!judged.approval) return true;
  return stage == Stage::Inventory && !approvals_.contains(judged.approval->text());
}

Verdict CreateJudgement::verdict_of(const vet::Report& report, Stage stage) {
  Verdict verdict;
  std::vector<std::string> reasons;
  std::vector<vet::Finding> to_approve;
  const auto tell = [&](std::string line) {
    if (told_.insert(line).second) verdict.findings.push_back(std::move(line));
  };
  for (const vet::Finding& finding : report.general) {
    const std::string line = line_of(finding, vet::verdict_text(finding.verdict));
    finding.verdict == vet::Verdict::Allow ? tell(line) : reasons.push_back(line);
  }
  for (const vet::JudgedPackage& package : report.packages) {
    for (const vet::JudgedFinding& judged : package.findings) {
      const vet::Finding& finding = judged.finding;
      if (binds(package, judged, stage)) {
        reasons.push_back(line_of(finding, vet::verdict_text(finding.verdict)));
        to_approve.push_back(finding);
      } else if (judged.approval) {
        approvals_.insert(judged.approval->text());
        tell(line_of(finding, "approved: " + judged.approval->text()));
      } else if (finding.rule == "licence.none" && finding.verdict != vet::Verdict::Allow) {
        // It is told by the stage that has the files.
      } else if (finding.rule != "licence.allowed" && finding.rule != "licence.none") {
        tell(line_of(finding, finding.verdict == vet::Verdict::Allow ? "allow" : "reported"));
      }
    }
  }
  for (const std::string& note : report.notes) tell(to_visible(note, false));
  if (reasons.empty()) return verdict;
  verdict.accepted = false;
  verdict.findings = std::move(reasons);
  if (std::string advice = approval_advice(to_approve); !advice.empty()) verdict.findings.push_back(std::move(advice));
  for (const std::string& note : report.notes) verdict.findings.push_back(to_visible(note, false));
  return verdict;
}

std::string CreateJudgement::approval_advice(const std::vector<vet::Finding>& findings) const {
  const std::string until = utc_text(std::chrono::system_clock::now() + kApprovalTime).substr(0, kDay);
  std::vector<std::string> approvals;
  for (const vet::Finding& finding : findings) {
    const vet::Package& package = finding.package;
    if (!vet::is_valid_name(package.ecosystem, package.name)) continue;
    const std::string ecosystem = package.ecosystem == vet::Ecosystem::PyPI
                                      ? ""
                                      : fmt::format("ecosystem: {}, ", ecosystem_key(package.ecosystem));
    const std::string id = finding.ids.empty() ? "" : fmt::format("id: {}, ", finding.ids.front());
    approvals.push_back(fmt::format("- {{package: {}, {}rule: {}, {}reason: WHY, who: YOU, until: {}}}", package.name,
                                    ecosystem, finding.rule, id, until));
  }
  if (approvals.empty()) return {};
  return fmt::format("who answers for it can approve it in '{}', under 'approvals': {}", judgement_.approvals_file(),
                     fmt::join(approvals, " "));
}

std::string CreateJudgement::licences() const {
  std::map<std::string, vet::LicenceExpression> all;
  for (const vet::Facts& one : facts_) {
    if (is_build_origin(one.package.origin)) continue;  // it does not end in the image
    const auto known = std::ranges::find_if(one.licences, [](const auto& said) { return !said.expression.empty(); });
    auto read = vet::parse_licence_expression(known == one.licences.end() ? "" : known->expression);
    if (!read) read = vet::parse_licence_expression(licence_reference(one.package.name));
    if (!read) continue;
    const bool is_all = read->kind == vet::LicenceExpression::Kind::And;
    for (const vet::LicenceExpression& part : is_all ? read->parts : std::vector{*read}) all.emplace(part.text(), part);
  }
  vet::LicenceExpression together{.kind = vet::LicenceExpression::Kind::And, .term = {}, .parts = {}};
  for (auto& [text, part] : all) together.parts.push_back(std::move(part));
  if (together.parts.empty()) return {};
  return together.parts.size() == 1 ? together.parts.front().text() : together.text();
}

Json CreateJudgement::record() const {
  const auto list = [](const std::set<std::string>& texts) {
    Json json = Json::array();
    for (const std::string& text : texts) json.push_back(text);
    return json;
  };
  Json record = Json::object();
  record.set("schema", kSchema);
  const Json by = judgement_.record();
  for (const Json::Member& member : *by.as_object()) record.set(member.first, member.second);
  record.set("judged", list(judged_)).set("approvals", list(approvals_));
  if (!built_with_.empty()) record.set("built_with", list(built_with_));
  return record;
}

}  // namespace berth::app
