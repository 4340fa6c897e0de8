// What a zygote answers, which is trusted no more than a script: its list is read in the one way that it is printed,
// and makes no other list longer or better.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/app/import_list.h"
#include "berth/base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using berth::app::Import;
  using berth::app::ImportList;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ImportList list = ImportList::parse(text);
  BERTH_ASSERT(list.modules().size() <= berth::app::kMostImports);
  BERTH_ASSERT(list.text().size() <= berth::app::kLargestImportList);
  BERTH_ASSERT(ImportList::parse(list.text()).text() == list.text());
  ImportList own = ImportList::parse("berth-imports 1\n? a\n+ b\n- c slow\n");
  own.settle(list);
  BERTH_ASSERT(own.modules().size() == 3 && own.modules()[2].state == Import::LeftOut);
  BERTH_ASSERT(own.modules()[1].state != Import::Untried);
  return 0;
}
