#include "berth/content/item.h"

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

}  // namespace berth::content
