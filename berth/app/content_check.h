// Which registered items cannot run here, and why.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/content_service.h"
#include "berth/app/image_knowledge.h"
#include "berth/app/image_rules.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

// What may be wrong with an item; each has an id that reports and suppressions name.
struct CheckRule {
  std::string_view id;       // "missing-code", "DO100"
  std::string_view summary;  // one sentence
  bool stops = true;         // the item cannot run; false: it runs, and somebody should look
};
const std::vector<CheckRule>& check_rules();

struct CheckFinding {
  std::string_view rule;
  bool stops = true;
  std::string source;
  std::string item;  // its name; empty where the file is none
  std::filesystem::path file;
  std::uint32_t line = 0;  // 0: not known
  std::string key;         // with the way to it; empty for the whole file
  std::string reason;      // what is wrong, and what to do
};

struct CheckReport {
  std::string storage;                     // whose images were looked at: the folder of Berth's storage, or "docker"
  std::vector<CheckFinding> findings;      // by source and file
  std::size_t items = 0;                   // examined
  std::size_t stopped = 0;                 // of them, cannot run
  std::vector<NotLookedUp> not_looked_up;  // what rules could not decide, each image once
};

struct CheckOptions {
  std::vector<std::string> sources;         // all where none is named
  std::filesystem::path deprecated_images;  // a list as of parse_deprecated_images; empty for none
  AskRegistry ask_registry;                 // empty: nobody is asked
};

// Examines every item of the sources named: reads it in whole, assembles its code, looks for its image, holds that to
// the rules of app/image_rules.h. Python's own syntax is not judged. Errors: NotFound for a source that is not
// registered; those of the list of deprecated images, and of the store of images or the configured engine.
Result<CheckReport> check_content(const ContentService& service, const Settings& settings, const CheckOptions& options);

}  // namespace berth::app
