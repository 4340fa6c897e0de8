// Versions of Python packages (PEP 440): read, ordered, written in their normal form. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

// One version. Numbers are kept as digits without leading zeros, so that they have any length. Two versions that are
// equal by PEP 440 (1.0, 1.0.0, v1) are equal here, and have the same order key.
class PythonVersion {
 public:
  // Takes all spellings of PEP 440 (v1.0-ALPHA.1, 1.0-1, blanks around it). Errors: InvalidInput, also for more than
  // 200 bytes.
  static Result<PythonVersion> parse(std::string_view text);

  // Versions compare as these bytes do. Stays the same from one Berth to the next: databases keep it.
  const std::string& key() const { return key_; }
  // That of the version without its local part.
  const std::string& public_key() const { return public_key_; }

  // As PEP 440 writes it: 1!2.0rc1.post2.dev3+local.4
  std::string text() const;
  const std::string& written() const { return written_; }

  const std::string& epoch() const { return epoch_; }
  const std::vector<std::string>& release() const { return release_; }
  bool has_local() const { return !local_.empty(); }
  bool is_pre_release() const { return pre_.has_value() || dev_.has_value(); }
  bool is_post_release() const { return post_.has_value(); }
  bool is_development() const { return dev_.has_value(); }

  // Whether the release begins with these numbers, as many zeros added to it as are missing: 1 begins with 1.0.
  bool begins_with(const std::string& epoch, const std::vector<std::string>& numbers) const;
  // Whether both have the same epoch, release and pre-release part: V and V.post1 have.
  bool is_of_family(const PythonVersion& other) const;
  // V.dev0 of a version V, without a local part: what comes first of all that leads to V.
  PythonVersion first_development() const;

  friend std::strong_ordering operator<=>(const PythonVersion& a, const PythonVersion& b) { return a.key_ <=> b.key_; }
  friend bool operator==(const PythonVersion& a, const PythonVersion& b) { return a.key_ == b.key_; }

 private:
  enum class Stage : std::uint8_t { Alpha, Beta, Candidate };
  struct PreRelease {
    Stage stage;
    std::string number;
    friend bool operator==(const PreRelease&, const PreRelease&) = default;
  };
  friend class PythonVersionReader;

  void make_keys();

  std::string written_;
  std::string epoch_ = "0";
  std::vector<std::string> release_;
  std::optional<PreRelease> pre_;
  std::optional<std::string> post_;
  std::optional<std::string> dev_;
  std::vector<std::string> local_;  // lower case; numbers without leading zeros
  std::string public_key_;
  std::string key_;
};

}  // namespace berth::vet
