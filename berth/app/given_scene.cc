#include "berth/app/given_scene.h"

#include <fmt/format.h>

namespace berth::app {

Result<void> enter_given(Scene& scene, const std::string& investigation, bool has_incident, bool has_context) {
  if (investigation.empty()) return {};
  for (const auto& [option, is_given] : {std::pair{"--incident", has_incident}, {"--context", has_context}}) {
    if (!is_given) continue;
    return fail(Errc::InvalidInput,
                fmt::format("{}: investigation {} has its own; leave one of the two out", option, investigation));
  }
  return scene.enter_investigation(investigation).context([] { return "--investigation"; });
}

Result<void> hand_in(Scene& scene, std::vector<server::NewFile> files) {
  if (files.empty()) return {};
  std::vector<server::NewEntry> entries;
  for (server::NewFile& file : files) {
    Json entry = Json::object();
    entry.set("Type", 3).set("ContentsFormat", "text").set("Contents", "").set("File", file.name);
    entries.push_back({std::move(entry), std::move(file)});
  }
  BERTH_TRY(const server::Posted posted,
            scene.investigation().post(entries, {}, scene.script()).context([] { return "--file"; }));
  if (!posted.problems.empty()) return fail(Errc::InvalidInput, "--file: " + posted.problems.front());
  return {};
}

}  // namespace berth::app
