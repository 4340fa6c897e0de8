// Dockerfiles come from image folders: whatever is read has a base and lines that grow, its findings name lines that
// are there, and no secret's value.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/vet/build_folder.h"
#include "berth/vet/build_rules.h"
#include "berth/vet/dockerfile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::vet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Package package = make_package(Ecosystem::Image, "x", "", "Dockerfile");
  for (const Finding& finding : findings_about_build_conf(text, package, "build.conf")) {
    BERTH_ASSERT(finding.rule == "build.unread");
  }
  const auto file = parse_dockerfile(text);
  if (!file) {
    BERTH_ASSERT(file.error().message().find('\n') == std::string_view::npos);
    return 0;
  }
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  std::size_t before = 0;
  bool has_base = false;
  for (const BuildInstruction& one : file->instructions) {
    BERTH_ASSERT(one.line > before && one.line <= lines);
    before = one.line;
    has_base = has_base || one.keyword == "FROM";
  }
  BERTH_ASSERT(has_base);
  for (const Finding& finding : findings_about_build(*file, package, "Dockerfile")) {
    BERTH_ASSERT(finding.rule.starts_with("build.") && finding.package.origin.starts_with("Dockerfile:"));
    BERTH_ASSERT(!finding.remedy.empty());
  }
  static_cast<void>(pip_words_of(*file, "Dockerfile"));
  return 0;
}
