// What a run without an investigation has for memory: gone when the run ends.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::app {

constexpr std::string_view kPlaygroundId = "1";

// A file that an entry stands for: handed in, or made by a script of this run.
struct HeldFile {
  std::string entry_id;
  std::string name;     // for people
  std::string file_id;  // UUID; in a work folder it is called stored_name()
  std::string bytes;
  std::string sha256;

  std::string stored_name() const { return std::string(kPlaygroundId) + "_" + file_id; }
};

// Context, files and integration context of one run and of all scripts that it calls. For one thread.
class Playground {
 public:
  // The next entry id, "N@1".
  std::string next_entry_id();

  const Json& context() const { return context_; }
  void set_context(Json context) { context_ = std::move(context); }
  // Sets a dotted path, making objects on the way. Errors: InvalidInput for a path that is empty, longer than 64
  // parts, or leads through a value that is no object; Exhausted past 64 MiB of paths and values set.
  Result<void> set(std::string_view path, const Json& value);

  const HeldFile& add_file(std::string name, std::string bytes);
  // What one run may hold: a script could name the same sparse file in thousands of entries.
  static constexpr std::size_t kMostFiles = 1000;
  static constexpr std::uint64_t kMostFileBytes = 512ull << 20;
  std::uint64_t file_bytes() const;
  const HeldFile* find_file(std::string_view entry_id) const;
  const std::vector<HeldFile>& files() const { return files_; }

  // Versioned, as content expects; `version` -1 stands for whatever is there.
  struct IntegrationContext {
    Json value = Json::object();
    std::int64_t version = 0;
  };
  IntegrationContext& integration_context() { return integration_context_; }

  // The part of `demisto.context()` that tells of the files.
  Json file_context() const;

 private:
  std::uint64_t last_entry_ = 0;
  std::uint64_t set_bytes_ = 0;
  Json context_ = Json::object();
  std::vector<HeldFile> files_;
  IntegrationContext integration_context_;
};

}  // namespace berth::app
