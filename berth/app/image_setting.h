// Gives an item of content another image, in its YAML.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

struct SetImageRequest {
  std::string item;    // id or name of a registered item, SOURCE/NAME, or a path
  std::string image;   // a reference; empty when `python` is given
  std::string python;  // "2" or "3": the newest image for it
};

struct SetImageAnswer {
  std::string item;
  std::filesystem::path file;
  std::string key;     // "script.dockerimage"
  std::string before;  // empty: it named none
  std::string after;
  bool changed = false;            // false: it was that already, and the file was not touched
  std::vector<std::string> notes;  // what a person should know: the image is not here, ...
};

// Writes the image, whole or not at all, and keeps the file's mode and owner. `python` takes the newest
// `demisto/python3` (`demisto/python`) of this machine, else the newest of the default image.
// Errors: those of finding the item and of content::with_image; InvalidInput for a reference without tag and digest or
// with the tag `latest`, for an item without a YAML, or of a source that was fetched; NotFound when no image is here
// that `python` could mean; Denied for a link.
Result<SetImageAnswer> set_item_image(const Settings& settings, const SetImageRequest& request);

}  // namespace berth::app
