// How bad an advisory says it is. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::vet {

// From the mildest; Unknown stands apart: what it is worth is the policy's to say.
enum class SeverityLevel : std::uint8_t { Unknown, None, Low, Medium, High, Critical };

// "unknown", "none", "low", "medium", "high", "critical".
std::string_view level_text(SeverityLevel level);
// In any case; MODERATE and IMPORTANT too, as some databases write. Unknown for any other word.
SeverityLevel level_of_word(std::string_view word);

struct Severity {
  SeverityLevel level = SeverityLevel::Unknown;
  std::optional<double> score;  // 0.0 to 10.0
  std::string from;             // what says so: a CVSS vector, or the word of a database

  friend bool operator==(const Severity&, const Severity&) = default;
};

// The base score of a CVSS vector of version 3.0 or 3.1 ("CVSS:3.1/AV:N/..."), as its specification computes it.
// Nothing for another version or a vector that is not whole.
std::optional<double> cvss3_base_score(std::string_view vector);

// "none" up to "critical", by the scale of CVSS 3.
SeverityLevel level_of_score(double score);

// What a vector says. Of versions 2 and 4 it is named, without a score: `from` holds it, the level stays Unknown.
Severity severity_of_vector(std::string_view vector);

// The graver of two; one that is known goes before one that is not.
const Severity& graver(const Severity& a, const Severity& b);

}  // namespace berth::vet
