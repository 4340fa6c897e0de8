// The images of this machine, with what a person wants to know of each before touching it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/image_use.h"
#include "berth/app/newer_tags.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/image_facts.h"
#include "berth/sys/engine_program.h"

namespace berth::app {

// One name of one image; an image without a name has one row.
struct ImageRow {
  image::Reference name;  // without digest; empty for an image without a name
  std::string id;
  std::string digest;
  std::string created;  // RFC 3339
  image::ImageFacts facts;
  bool has_inventory = true;  // false: an engine keeps the layers, so what is installed is not known
  std::string base;           // what it was built on, by its label or by its layers; empty where that is not known
  std::string problem;        // why the image cannot be read; the facts are empty then
  std::string unfinished;  // the name that it is to have, of an image that `image create` is making, or left half made
  std::size_t items = 0;   // of registered content that run in it
  std::vector<ImageUse> uses;  // all, items among them
  NewerTag newer;
};

struct ImageListOrder {
  std::string text;     // in the name, the digest or the base; empty for all
  std::string python;   // an interpreter's version begins so: "3", "3.11"
  bool used = false;    // only those that something uses
  bool unused = false;  // only those that nothing uses
  std::string sort = "name";
  bool reverse = false;
};
// What `sort` may be: "name", "size", "created", "python", "packages", "used".
const std::vector<std::string_view>& image_list_sorts();

// Errors: InvalidInput for another `sort`, and for a `python` that is no version.
Result<void> check_order(const ImageListOrder& order);

// The rows that `order` asks for, in its order. Rows that are equal there stand by name, newer tags first. Pure.
std::vector<ImageRow> ordered(std::vector<ImageRow> rows, const ImageListOrder& order);

struct ImageListing {
  std::string storage;                // whose images these are: the folder of Berth's storage, or "docker"
  std::vector<ImageRow> rows;         // by name
  std::vector<std::string> warnings;  // what could not be found out
  bool knows_containers = false;      // they were asked for, and could be looked at
};

struct ImageListOptions {
  bool with_layers = true;       // what an image has, which only its layers tell; without, those facts stay empty
  bool with_containers = false;  // they count as users, too; this looks at all processes
  FindNewerTags find_newer;      // none: nobody is asked
  std::optional<sys::EngineProgram> engine = {};  // whose images are listed; none: those of Berth's storage
  std::function<void(std::string_view)> on_step;
};

// Every image of this machine. The first time an image is met, its layers are read (a fraction of a second each);
// `on_step` hears of that. Errors: those of the store of images, or of EngineCatalogue::read.
Result<ImageListing> list_images(const Settings& settings, const ImageListOptions& options);

}  // namespace berth::app
