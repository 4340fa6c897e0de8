#include "berth/server/outputs.h"

#include <fmt/format.h>

namespace berth::server {

Json file_outputs(const HeldFile& file) {
  const store::FileFacts& facts = file.facts;
  Json outputs = Json::object();
  outputs.set("Name", file.name).set("Size", facts.size_bytes).set("EntryID", file.entry_id);
  outputs.set("MD5", facts.md5).set("SHA1", facts.sha1).set("SHA256", facts.sha256).set("SHA512", facts.sha512);
  outputs.set("Type", facts.type).set("Info", facts.type).set("Extension", store::extension_of(file.name));
  return outputs;
}

Json file_metadata(const HeldFile& file) {
  const store::FileFacts& facts = file.facts;
  Json metadata = Json::object();
  metadata.set("size", facts.size_bytes).set("type", facts.type).set("md5", facts.md5).set("sha1", facts.sha1);
  return metadata.set("sha256", facts.sha256).set("sha512", facts.sha512);
}

std::vector<std::string> merge_outputs(dt::Context& context, const Json& entry, const HeldFile* file,
                                       dt::Script& script) {
  std::vector<std::string> problems;
  const auto merge = [&](const std::string& key, Json value) {
    if (auto merged = context.merge(key, std::move(value), script); !merged) {
      problems.push_back(
          fmt::format("output '{}' was not put into the context: {}", key.substr(0, 200), merged.error().message()));
    }
  };
  if (file != nullptr) merge(file->info ? "InfoFile" : "File", file_outputs(*file));
  const Json* outputs = entry.find("EntryContext");
  if (outputs == nullptr || outputs->is_null()) return problems;
  if (!outputs->is_object()) {
    problems.emplace_back("an EntryContext was not put into the context: it is no object");
    return problems;
  }
  for (const auto& [key, value] : *outputs->as_object()) merge(key, value);
  return problems;
}

}  // namespace berth::server
