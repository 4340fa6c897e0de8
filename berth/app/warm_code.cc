#include "berth/app/warm_code.h"

#include <string>

#include "berth/app/embedded.h"

namespace berth::app {

void put_warm_code(const content::AssembledCode& code, content::ItemKind kind, CodeCache cache,
                   container::LaunchSpec& spec) {
  const content::CodePart& item = code.parts.back();
  const Prelude prelude = prelude_of(code);
  // With the line numbers that it has in the whole.
  std::string text = std::string(item.first_line - 1, '\n').append(code.text_of(item));
  spec.fixed = {{"zygote.py", std::string(embedded_zygote())},
                {"kind", kind == content::ItemKind::Integration ? "integration" : "script"}};
  if (auto compiled = cache.get(spec, prelude)) {
    spec.fixed.push_back(std::move(compiled->loop));
    if (!prelude.text.empty()) spec.fixed.push_back(std::move(compiled->prelude));
  } else {
    spec.fixed.push_back({"loop.py", std::string(embedded_loop())});
    text = code.text;
  }
  spec.fixed.push_back({"item.py", std::move(text)});
}

}  // namespace berth::app
