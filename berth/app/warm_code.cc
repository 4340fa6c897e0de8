#include "berth/app/warm_code.h"

#include <fcntl.h>

#include <string>

#include "berth/app/embedded.h"
#include "berth/sys/file.h"

namespace berth::app {

bool put_warm_code(const content::AssembledCode& code, content::ItemKind kind, CodeCache cache,
                   container::LaunchSpec& spec) {
  spec.fixed = {{"zygote.py", std::string(embedded_zygote())},
                {"watch.py", std::string(embedded_watch())},
                {"ahead.py", std::string(embedded_ahead())},
                {"kind", kind == content::ItemKind::Integration ? "integration" : "script"}};
  auto compiled = cache.get(spec, *code.before);
  // With the line numbers that it has in the whole.
  const auto padded = [&] { return std::string(code.item.first_line - 1, '\n').append(code.item_text); };
  spec.fixed.push_back({"item.py", compiled ? padded() : code.whole()});
  if (compiled) {
    spec.fixed.push_back(std::move(compiled->loop));
    if (!code.before->text.empty()) spec.fixed.push_back(std::move(compiled->prelude));
  } else {
    spec.fixed.push_back({"loop.py", std::string(embedded_loop())});
  }
  return compiled.has_value();
}

void put_imports(const ImportList& imports, container::LaunchSpec& spec) {
  if (imports.is_empty()) return;
  spec.fixed.push_back({"learned.py", std::string(embedded_learned())});
  spec.fixed.push_back({"learned", imports.text()});
}

ImportList imports_of(const container::Container& zygote) {
  const auto file = sys::open_without_links_or_mounts(zygote.work_folder(), "work/learned", O_RDONLY | O_NONBLOCK,
                                                      "the folder of the zygote");
  if (!file) return {};
  const auto text = sys::read_file(*file, kLargestImportList, "learned");
  return text ? ImportList::parse(*text) : ImportList();
}

}  // namespace berth::app
