#include "berth/vet/python_licence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_names.h"
#include "berth/vet/licence_recognition.h"
#include "berth/vet/licence_remainder.h"
#include "berth/vet/licence_texts.h"

namespace berth::vet {
namespace {

constexpr std::string_view kLicenceClassifier = "License :: ";
constexpr std::string_view kApproved = "OSI Approved";
constexpr std::size_t kLongestName = 120;  // a field with more, or with several lines, is a text
constexpr std::size_t kShownText = 200;

std::string expression_or_nothing(std::string_view text) {
  const auto read = parse_licence_expression(text);
  return read ? read->text() : std::string();
}

bool says_nothing(std::string_view field) {
  const std::string text = lower_case(field);
  return text.empty() || text == "unknown" || text == "none" || text == "n/a" || text == "-";
}

std::string shown(std::string_view text) {
  return text.size() <= kShownText ? std::string(text) : std::string(text.substr(0, kShownText)) + "...";
}

// All classifiers of licences hold together; one that is unknown leaves all without an expression.
std::optional<LicenceStatement> of_classifiers(const std::vector<std::string>& classifiers) {
  std::string text;
  std::string expression;
  bool is_known = true;
  for (const std::string& classifier : classifiers) {
    const auto spdx = spdx_of_classifier(classifier);
    if (!spdx || (spdx->empty() && classifier.ends_with(kApproved))) continue;
    text += (text.empty() ? "" : "; ") + classifier;
    is_known &= !spdx->empty();
    expression += (expression.empty() ? "(" : " AND (") + *spdx + ")";
  }
  if (text.empty()) return std::nullopt;
  return LicenceStatement{"Classifier", shown(text), is_known ? expression_or_nothing(expression) : std::string()};
}

// A name of no licence that says by itself that there is none for everybody: "Acme Proprietary".
std::string restriction_of_name(const std::string& field) {
  const std::vector<std::string> words = licence_words(field);
  const bool shuts_out = std::ranges::any_of(words, [](const std::string& word) {
    return word == "proprietary" || word == "commercial" || word == "confidential" || word == "noncommercial" ||
           word == "shareware";
  });
  return shuts_out ? shown(field) : restriction_in(words);
}

std::optional<LicenceStatement> of_field(const std::string& field) {
  if (says_nothing(field)) return std::nullopt;
  LicenceStatement statement = {"License", shown(field.substr(0, field.find('\n'))), {}};
  if (field.size() > kLongestName || field.find('\n') != std::string::npos) {
    RecognisedLicence found = recognise_licence(field);
    statement.expression = std::move(found.expression);
    statement.restriction = std::move(found.restriction);
  } else if (statement.expression = spdx_of_licence_field(field); statement.expression.empty()) {
    statement.restriction = restriction_of_name(field);
  }
  return statement;
}

// Which versions of a licence of GNU hold is often left open by one that is as honest as another.
std::string without_versions(std::string term) {
  for (const std::string_view end : {"-only", "-or-later"}) {
    if (term.ends_with(end)) term.resize(term.size() - end.size());
  }
  return term;
}

void add_terms(const LicenceExpression& expression, std::set<std::string>& terms) {
  if (expression.kind == LicenceExpression::Kind::Term) terms.insert(without_versions(expression.term.text()));
  for (const LicenceExpression& part : expression.parts) add_terms(part, terms);
}

std::set<std::string> terms_of(const std::string& expression) {
  std::set<std::string> terms;
  if (const auto read = parse_licence_expression(expression)) add_terms(*read, terms);
  return terms;
}

std::string likeness_of(const RecognisedLicence& found) {
  if (found.is_by_notice) return "it names its licence";
  if (found.expression.empty() && found.restriction.empty()) return "like no licence of the SPDX list";
  return fmt::format("{:.0f} % like {}", 100 * found.likeness, found.closest);
}

// Whether what decides is the LGPL, and the GPL is in none of it.
bool is_lesser(const std::vector<LicenceStatement>& statements) {
  const auto decides =
      std::ranges::find_if(statements, [](const LicenceStatement& one) { return !one.expression.empty(); });
  if (decides == statements.end()) return false;
  const std::set<std::string> terms = terms_of(decides->expression);
  const auto begins = [](std::string_view with) {
    return [with](const std::string& term) { return term.starts_with(with); };
  };
  return std::ranges::any_of(terms, begins("LGPL-")) && std::ranges::none_of(terms, begins("GPL-"));
}

// Names of people, in files of which it is asked for.
bool is_of_people(std::string_view path) {
  const std::string name = lower_case(path.substr(path.rfind('/') + 1));
  return name.starts_with("author") || name.starts_with("contributor") || name.starts_with("credit") ||
         name.starts_with("thanks");
}

bool is_whole_text(const RecognisedLicence& found, std::string_view id) {
  return !found.is_by_notice && found.closest == id && found.likeness > 0.97;
}

// The LGPL-3.0 is written as what it changes in the GPL-3.0: where a package is under the one, and its text is there,
// the text of the other stands beside it and says no more. `is_lesser`: the package is under the LGPL.
std::vector<LicenceStatement> of_files(std::vector<RecognisedFile> files, bool is_lesser) {
  const bool has_lesser = is_lesser && std::ranges::any_of(files, [](const RecognisedFile& file) {
                            return is_whole_text(file.licence, "LGPL-3.0") && !file.licence.expression.empty();
                          });
  std::vector<LicenceStatement> statements;
  for (RecognisedFile& file : files) {
    RecognisedLicence& found = file.licence;
    const std::string& path = file.path;
    if (!file.unread.empty()) {
      statements.push_back({path, std::string(kUnread), {}, std::move(file.unread)});
    } else if (has_lesser && is_whole_text(found, "GPL-3.0") && found.expression == "GPL-3.0-only") {
      statements.push_back({path, "the GPL-3.0 that the LGPL-3.0 beside it is a part of", "LGPL-3.0-only", {}});
    } else if (!found.expression.empty() || is_licence_file_name(path) ||
               (!found.restriction.empty() && !is_of_people(path))) {
      statements.push_back({path, likeness_of(found), std::move(found.expression), std::move(found.restriction)});
    }
  }
  return statements;
}

}  // namespace

std::optional<std::string> spdx_of_classifier(std::string_view classifier) {
  if (!classifier.starts_with(kLicenceClassifier)) return std::nullopt;
  std::string_view tail = classifier.substr(kLicenceClassifier.size());
  if (tail.starts_with("OSI Approved :: ")) tail.remove_prefix(16);
  return std::string(expression_of_classifier(tail));
}

std::string spdx_of_licence_field(std::string_view text) {
  if (std::string known = expression_or_nothing(text); !known.empty()) return known;
  return std::string(expression_of_name(text));
}

bool is_licence_file_name(std::string_view path) {
  const std::string name = lower_case(path.substr(path.rfind('/') + 1));
  return name.starts_with("license") || name.starts_with("licence") || name.starts_with("copying") ||
         name.starts_with("unlicense");
}

bool may_hold_licence(std::string_view path) {
  const std::string name = lower_case(path.substr(path.rfind('/') + 1));
  return is_licence_file_name(path) || name.starts_with("notice") || lower_case(path).starts_with("licenses/");
}

std::vector<LicenceStatement> python_licence_statements(const CoreMetadata& metadata,
                                                        const std::vector<LicenceFile>& files) {
  std::vector<RecognisedFile> recognised;
  for (const LicenceFile& file : files) {
    recognised.push_back(
        {file.path, file.unread.empty() ? recognise_licence(file.text) : RecognisedLicence(), file.unread});
  }
  return statements_with_recognised(metadata, std::move(recognised));
}

std::vector<LicenceStatement> statements_with_recognised(const CoreMetadata& metadata,
                                                         std::vector<RecognisedFile> files) {
  std::vector<LicenceStatement> statements;
  if (!says_nothing(metadata.licence_expression)) {
    statements.push_back(
        {"License-Expression", shown(metadata.licence_expression), expression_or_nothing(metadata.licence_expression)});
  }
  if (auto classifiers = of_classifiers(metadata.classifiers)) statements.push_back(*std::move(classifiers));
  if (auto field = of_field(metadata.licence)) statements.push_back(*std::move(field));
  for (const std::string& again : metadata.licences_again) {
    statements.push_back({"licence stated again", shown(again), spdx_of_licence_field(again), {}});
    if (statements.back().expression.empty()) statements.back().restriction = shown(again);
  }
  std::ranges::move(of_files(std::move(files), is_lesser(statements)), std::back_inserter(statements));
  return statements;
}

LicenceStatement unread_licence_files(std::string why) {
  return {"licence files", std::string(kUnread), {}, std::move(why)};
}

bool contradict(const std::string& expression, const std::string& other) {
  const std::set<std::string> terms = terms_of(expression);
  const std::set<std::string> others = terms_of(other);
  return !std::ranges::includes(terms, others) && !std::ranges::includes(others, terms);
}

}  // namespace berth::vet
