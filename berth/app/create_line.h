// What a person asks of `create`, as texts of the command line or of a war-room line.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "berth/app/image_create.h"
#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::app {

struct CreateTexts {
  std::string name;
  std::string dependencies;  // with commas or line ends between them
  std::string packages;      // with commas or blanks
  std::string base;          // empty: the newest Python 3 base here
  bool allow_sources = false;
  std::string description;
  std::string authors;
  std::string source;
};

// Checks how all names are written; nothing is looked up or judged.
// Errors: InvalidInput, Exhausted: those of the parsers.
Result<CreateOptions> create_options_of(const CreateTexts& texts);

// `/docker_image_create name= dependencies= packages= base=`: the entry that it answers with, a notice.
// `interrupt` and `on_step` as in CreateOptions. Errors: those of create_options_of and create_image.
Result<Json> docker_image_create(const Json& arguments, const Settings& settings, int interrupt,
                                 const std::function<void(std::string_view)>& on_step);

}  // namespace berth::app
