#include "berth/content/item.h"

#include <fmt/format.h>

namespace berth::content {

std::string_view kind_text(ItemKind kind) { return kind == ItemKind::Script ? "script" : "integration"; }

std::string_view language_text(Language language) {
  switch (language) {
    case Language::Python:
      return "Python";
    case Language::PowerShell:
      return "PowerShell";
    case Language::JavaScript:
      return "JavaScript";
  }
  return "";
}

std::string missing_for(Language language) {
  if (language == Language::JavaScript) {
    return "it is written in JavaScript, which runs inside the original's server: neither an image nor a loop for it "
           "is "
           "here; rewrite it in Python, or run one that does the same";
  }
  return fmt::format(
      "it is written in {}: that takes an image with `pwsh` and a loop for it, which Berth does not bring "
      "yet; connect a loop of your own with `berth loop --image IMAGE --loop FILE`, or rewrite it in "
      "Python",
      language_text(language));
}

}  // namespace berth::content
