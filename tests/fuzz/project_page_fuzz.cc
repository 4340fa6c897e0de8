// Pages come from indexes: whatever is read dates a release only by what stands there, and never takes a name away.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/vet/html_page.h"
#include "berth/vet/project_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto page = bytes.starts_with('{') ? vet::parse_project_page(bytes) : vet::parse_html_page(bytes);
  if (!page) {
    BERTH_ASSERT(page.error().message().find('\n') == std::string_view::npos);
    return 0;
  }
  vet::Facts facts;
  facts.package = vet::make_package(vet::Ecosystem::PyPI, "some-thing", "1.0", "x");
  vet::IndexAnswer answer;
  answer.presence = vet::IndexAnswer::Presence::There;
  answer.page = *std::move(page);
  bool some_date = false;
  for (const vet::ProjectFile& file : answer.page.files) {
    some_date = some_date || file.uploaded.has_value();
    static_cast<void>(vet::version_in_file_name(file.name, "some-thing"));
  }
  vet::add_answers(facts, {answer});
  BERTH_ASSERT(facts.is_on_index == true);
  BERTH_ASSERT(facts.last_released.has_value() == some_date);
  BERTH_ASSERT(facts.released.has_value() ? some_date : !facts.why_undated.empty());
  return 0;
}
