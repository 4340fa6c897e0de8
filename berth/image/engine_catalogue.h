// All images of Docker or Podman at one moment: two commands of the engine, however many images there are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/image/image_history.h"
#include "berth/image/local_store.h"
#include "berth/image/reference.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/engine_program.h"

namespace berth::image {

// What an engine says of one of its images. The layers are the engine's: what is installed in them is not known.
struct EngineImage {
  LocalImage image;  // without digest and names, which its list tells, and without layers
  std::uint64_t size_bytes = 0;
  std::size_t layers = 0;
  std::string architecture;
  Json document;  // all that it says
};

class EngineCatalogue {
 public:
  // Errors: NotFound without the program; Unavailable, with its words; Corrupt.
  static Result<EngineCatalogue> read(const sys::EngineProgram& program);
  // Of what the two commands print. Images that only one of them tells of came or went in between, and are left out.
  static Result<EngineCatalogue> parse(std::string name, std::string_view listed, std::string_view inspected);

  // Each once, with all its names, as the engine lists them.
  const std::vector<StoredImage>& images() const { return images_; }
  // The one with that id; null for none.
  const EngineImage* find(std::string_view id) const;
  // As LocalStore::find_image, whose rules for names hold for all engines. Errors: NotFound, with the nearest names.
  Result<LocalImage> find_image(const Reference& wanted) const;

 private:
  explicit EngineCatalogue(std::string name) : name_(std::move(name)) {}

  std::string name_;  // of the engine
  std::vector<StoredImage> images_;
  std::map<std::string, EngineImage, std::less<>> inspected_;  // by id
};

// What `image inspect` prints of any number of images. Pure. Errors: Corrupt.
Result<std::vector<EngineImage>> parse_inspected_images(std::string_view json);

// How an image came to be, with the size of each step, the oldest first.
struct SizedStep {
  HistoryStep step;
  std::uint64_t size_bytes = 0;
};
// Errors: as EngineCatalogue::read.
Result<std::vector<SizedStep>> read_engine_history(const sys::EngineProgram& program, const std::string& id);
// What `image history --human=false --format '{{json .}}'` prints, the newest first: Docker an object a line, Podman a
// list of them. Pure. Errors: Corrupt.
Result<std::vector<SizedStep>> parse_engine_history(std::string_view text);

}  // namespace berth::image
