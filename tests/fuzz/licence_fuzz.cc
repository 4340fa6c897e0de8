// Licence expressions come from packages: what is read has a normal form that reads as the same, and an expression is
// never worth more than the best of its licences, nor less than the worst. What a text is recognised as is an
// expression.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/error.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_recognition.h"
#include "berth/vet/licence_rules.h"
#include "berth/vet/rpm_licence.h"

namespace {

using namespace berth::vet;

void add_terms(const LicenceExpression& expression, std::vector<LicenceTerm>& terms) {
  if (expression.kind == LicenceExpression::Kind::Term) terms.push_back(expression.term);
  for (const LicenceExpression& part : expression.parts) add_terms(part, terms);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const RecognisedLicence found = recognise_licence({reinterpret_cast<const char*>(data), size});
  const auto recognised = parse_licence_expression(found.expression);
  BERTH_ASSERT(found.expression.empty() || recognised || recognised.error().code() == berth::Errc::Exhausted);
  const std::string of_rpm = spdx_of_rpm_licence({reinterpret_cast<const char*>(data), size});
  BERTH_ASSERT(of_rpm.empty() || parse_licence_expression(of_rpm));
  const auto expression = parse_licence_expression({reinterpret_cast<const char*>(data), size});
  if (!expression) {
    for (const char c : expression.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  const auto again = parse_licence_expression(expression->text());
  BERTH_ASSERT(again && *again == *expression);
  const LicenceRules rules;
  std::vector<LicenceTerm> terms;
  add_terms(*expression, terms);
  std::vector<Verdict> verdicts;
  for (const LicenceTerm& term : terms) verdicts.push_back(rules.verdict_of(term));
  const Verdict verdict = rules.verdict_of(*expression);
  BERTH_ASSERT(verdict >= std::ranges::min(verdicts) && verdict <= std::ranges::max(verdicts));
  BERTH_ASSERT(!rules.reasons_of(*expression).empty());
  return 0;
}
