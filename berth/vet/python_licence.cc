#include "berth/vet/python_licence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_names.h"
#include "berth/vet/licence_recognition.h"

namespace berth::vet {
namespace {

constexpr std::string_view kLicenceClassifier = "License :: ";
constexpr std::string_view kApproved = "OSI Approved";
constexpr std::size_t kLongestName = 120;  // a field with more, or with several lines, is a text
constexpr std::size_t kShownText = 200;

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return low;
}

std::string expression_or_nothing(std::string_view text) {
  const auto read = parse_licence_expression(text);
  return read ? read->text() : std::string();
}

bool says_nothing(std::string_view field) {
  const std::string text = lower(field);
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

std::optional<LicenceStatement> of_field(const std::string& field) {
  if (says_nothing(field)) return std::nullopt;
  const bool is_text = field.size() > kLongestName || field.find('\n') != std::string::npos;
  return LicenceStatement{"License", shown(field.substr(0, field.find('\n'))),
                          is_text ? recognise_licence(field).expression : spdx_of_licence_field(field)};
}

void add_terms(const LicenceExpression& expression, std::set<std::string>& terms) {
  if (expression.kind == LicenceExpression::Kind::Term) terms.insert(expression.term.text());
  for (const LicenceExpression& part : expression.parts) add_terms(part, terms);
}

std::set<std::string> terms_of(const std::string& expression) {
  std::set<std::string> terms;
  if (const auto read = parse_licence_expression(expression)) add_terms(*read, terms);
  return terms;
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
  const std::string name = lower(path.substr(path.rfind('/') + 1));
  return name.starts_with("license") || name.starts_with("licence") || name.starts_with("copying") ||
         name.starts_with("unlicense");
}

std::vector<LicenceStatement> python_licence_statements(const CoreMetadata& metadata,
                                                        const std::vector<LicenceFile>& files) {
  std::vector<LicenceStatement> statements;
  if (!says_nothing(metadata.licence_expression)) {
    statements.push_back(
        {"License-Expression", shown(metadata.licence_expression), expression_or_nothing(metadata.licence_expression)});
  }
  if (auto classifiers = of_classifiers(metadata.classifiers)) statements.push_back(*std::move(classifiers));
  if (auto field = of_field(metadata.licence)) statements.push_back(*std::move(field));
  for (const LicenceFile& file : files) {
    const RecognisedLicence found = recognise_licence(file.text);
    if (found.expression.empty() && !is_licence_file_name(file.path)) continue;
    const std::string how = found.expression.empty() ? std::string("like no licence of the SPDX list")
                            : found.is_by_notice     ? std::string("it names its licence")
                                                 : fmt::format("{:.0f} % like {}", 100 * found.likeness, found.closest);
    statements.push_back({file.path, how, found.expression});
  }
  return statements;
}

std::optional<std::string> disagreement_of(const std::vector<LicenceStatement>& statements) {
  for (std::size_t i = 0; i < statements.size(); ++i) {
    for (std::size_t j = i + 1; j < statements.size(); ++j) {
      const auto& [source, text, expression] = statements[i];
      const auto& [other_source, other_text, other_expression] = statements[j];
      if (expression.empty() || other_expression.empty()) continue;
      const std::set<std::string> terms = terms_of(expression);
      const std::set<std::string> other_terms = terms_of(other_expression);
      if (std::ranges::includes(terms, other_terms) || std::ranges::includes(other_terms, terms)) continue;
      return fmt::format("{}: {}; {}: {}", source, expression, other_source, other_expression);
    }
  }
  return std::nullopt;
}

}  // namespace berth::vet
