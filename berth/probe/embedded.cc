#include "berth/probe/embedded.h"

#include <algorithm>
#include <string_view>

// The assembler takes the files in as they are; the build lists them (CMakeLists.txt) and rebuilds this file with them.
#define BERTH_PROBE_FILE(name, file)                         \
  __asm__(                                                   \
      ".pushsection .rodata\n"                               \
      ".global berth_probe_" #name                           \
      "\n"                                                   \
      ".global berth_probe_" #name                           \
      "_end\n"                                               \
      "berth_probe_" #name ":\n.incbin \"" file              \
      "\"\n"                                                 \
      "berth_probe_" #name "_end:\n.byte 0\n.popsection\n"); \
  extern "C" const char berth_probe_##name[];                \
  extern "C" const char berth_probe_##name##_end[];
#include "berth/probe_files.inc"
#undef BERTH_PROBE_FILE

namespace berth::probe {
namespace {

struct File {
  std::string_view name;
  std::string_view text;
};

#define BERTH_PROBE_FILE(name, file) {#name ".py", {berth_probe_##name, berth_probe_##name##_end}},
constexpr std::string_view kInside = "inside.py";

std::vector<File> files() {
  return {
#include "berth/probe_files.inc"
  };
}

}  // namespace

Result<std::vector<OwnProbe>> own_probes() {
  std::string_view inside;
  for (const File& file : files()) {
    if (file.name == kInside) inside = file.text;
  }
  std::vector<OwnProbe> probes;
  for (const File& file : files()) {
    if (file.name == kInside) continue;
    auto probe = parse_probe(file.text, file.name);
    if (!probe) return fail(Errc::Internal, probe.error().message());
    probe->program.insert(0, inside);
    probes.push_back(OwnProbe(*std::move(probe)));
  }
  std::ranges::sort(probes, {}, [](const OwnProbe& probe) { return probe->id; });
  return probes;
}

}  // namespace berth::probe
