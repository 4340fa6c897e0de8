// The stages of an image that is made, as types: only the stage before can make the next, so that building what was not
// judged, and naming what was not inspected, does not compile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/create_recipe.h"
#include "berth/image/inventory.h"
#include "berth/image/local_store.h"
#include "berth/vet/facts.h"

namespace berth::app {

class ImageMaker;

// What a judgement says.
struct Verdict {
  bool accepted = true;
  std::vector<std::string> findings;  // one line each, for people; the reasons of a refusal are among them
};

// Errors: Denied, with the findings, where it does not accept; `what` was judged.
Result<void> accepted(const Verdict& verdict, std::string_view what);

// Exactly what the image is to be made of. No file of it has been fetched.
class Resolved {
 public:
  const image::CreateRecipe& recipe() const { return recipe_; }
  // Of its libraries, as their metadata and the index have them.
  const std::vector<vet::Facts>& facts() const { return facts_; }
  const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  friend class ImageMaker;
  Resolved() = default;
  image::CreateRecipe recipe_;
  std::vector<vet::Facts> facts_;
  std::vector<std::string> remarks_;
};

// Judges what is to be fetched.
using Judge = std::function<Result<Verdict>(const Resolved&)>;

class Vetted {
 public:
  // The only maker. Errors: Denied with the findings when the judgement does not accept; those of the judgement.
  static Result<Vetted> by(const Judge& judge, Resolved resolved);

  const Resolved& resolved() const { return resolved_; }
  const std::vector<std::string>& findings() const { return findings_; }

 private:
  Vetted(Resolved resolved, std::vector<std::string> findings)
      : resolved_(std::move(resolved)), findings_(std::move(findings)) {}
  Resolved resolved_;
  std::vector<std::string> findings_;
};

// What was vetted, fetched: each file has the hash that the recipe says, and what it says itself was judged too.
class Supplied {
 public:
  const Vetted& vetted() const { return vetted_; }
  // With the names and hashes of the files.
  const image::CreateRecipe& recipe() const { return recipe_; }
  // Holds `libraries` (wheels) and `packages`.
  const std::filesystem::path& files() const { return files_; }
  // When the newest of its packages was made, and no earlier than the base: seconds since 1970.
  std::int64_t time() const { return time_; }
  const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  friend class ImageMaker;
  explicit Supplied(Vetted vetted) : vetted_(std::move(vetted)) {}
  Vetted vetted_;
  image::CreateRecipe recipe_;
  std::filesystem::path files_;
  std::int64_t time_ = 0;
  std::vector<std::string> remarks_;  // of fetching and judging
};

// An image without a name.
class Built {
 public:
  const Supplied& supplied() const { return supplied_; }
  const std::string& id() const { return id_; }
  const std::string& tag() const { return tag_; }

 private:
  friend class ImageMaker;
  Built(Supplied supplied, std::string id, std::string tag)
      : supplied_(std::move(supplied)), id_(std::move(id)), tag_(std::move(tag)) {}
  Supplied supplied_;
  std::string id_;
  std::string tag_;
};

// What lies in its layers, read without running it; and its own test has passed.
class Inspected {
 public:
  const Built& built() const { return built_; }
  const image::LocalImage& image() const { return image_; }
  const image::Inventory& inventory() const { return inventory_; }
  const std::vector<std::string>& findings() const { return findings_; }

 private:
  friend class ImageMaker;
  Inspected(Built built, image::LocalImage image, image::Inventory inventory)
      : built_(std::move(built)), image_(std::move(image)), inventory_(std::move(inventory)) {}
  Built built_;
  image::LocalImage image_;
  image::Inventory inventory_;
  std::vector<std::string> findings_;
};

}  // namespace berth::app
