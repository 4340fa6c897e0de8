#include "berth/app/warm_code.h"

#include <string>

#include "berth/app/embedded.h"

namespace berth::app {

void put_warm_code(std::string_view prelude, std::string_view item, std::size_t first_line, CodeCache cache,
                   container::LaunchSpec& spec) {
  std::string code = std::string(first_line - 1, '\n') + std::string(item);
  spec.fixed = {{"zygote.py", std::string(embedded_zygote())}};
  if (auto compiled = cache.get(spec, prelude)) {
    spec.fixed.push_back({"loop.pyc", std::move(compiled->loop)});
    if (!prelude.empty()) spec.fixed.push_back({"prelude.bin", std::move(compiled->prelude)});
  } else {
    spec.fixed.push_back({"loop.py", std::string(embedded_loop())});
    code = std::string(prelude) + std::string(item);
  }
  spec.fixed.push_back({"item.py", std::move(code)});
}

}  // namespace berth::app
