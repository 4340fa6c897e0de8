// Images in files: the OCI image layout in one tar, which other tools read and write, too.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/local_store.h"
#include "berth/image/pull.h"
#include "berth/image/signature_search.h"
#include "berth/image/staging.h"
#include "berth/image/tar_stream.h"

namespace berth::image {

struct SavedImage {
  Reference reference;
  std::string digest;
  bool keeps_digest = true;
  bool keeps_signatures = true;  // false: it was verified here, and the file has no signature that fits
  std::vector<std::string> warnings;
};

// What a person should know of a file that lacks them.
std::string lost_signatures_text(const std::string& name);

// Under which of its names, with its tag, `image` is carried elsewhere when a person asked for it as `asked`.
// Errors: NotFound when it has no name with a tag.
Result<Reference> name_to_carry(const LocalImage& image, const Reference& asked);

// Writes local images into the new file `file`. Errors: AlreadyExists when there is such a file; those of find_image,
// export_image and writing.
Result<std::vector<SavedImage>> save_images(const std::vector<Reference>& names, const std::filesystem::path& file,
                                            const MoveSettings& settings);

// A layout that was unpacked into a folder.
class LayoutFolder {
 public:
  // Reads the index. Errors: Corrupt; NotFound when it is none.
  static Result<LayoutFolder> open(std::filesystem::path folder);

  struct Named {
    std::string name;  // as the index has it: a reference, or a tag alone, or nothing
    Descriptor descriptor;
  };
  const std::vector<Named>& images() const { return images_; }
  // The signatures that it has for images called `name`. The folder lives as long as the source.
  SignatureSource signatures_of(const Reference& name) const;

  // Reads and judges what names the image; every digest is computed. Errors: Corrupt, with the blob; those of
  // parse_manifest and judge_config.
  Result<ImagePlan> plan(const Named& image) const;
  std::filesystem::path blob(const std::string& digest) const;

 private:
  LayoutFolder(std::filesystem::path folder, std::vector<Named> images, std::map<std::string, Descriptor> signatures)
      : folder_(std::move(folder)), images_(std::move(images)), signatures_(std::move(signatures)) {}
  Result<std::string> read_blob(const Descriptor& blob, std::size_t limit_bytes) const;

  std::filesystem::path folder_;
  std::vector<Named> images_;
  std::map<std::string, Descriptor> signatures_;  // by name and tag
};

// Unpacks the archive `file`, whose names `is_member` must know, into the folder `into`. Nothing but files is accepted.
// `watch` hears of each entry before it is written, and of each byte: what was hashed is what is there.
// Errors: Corrupt, with the entry; Exhausted over a limit or without room; those of `watch`.
Result<void> unpack_archive(const std::filesystem::path& file, const std::filesystem::path& into,
                            const std::function<bool(std::string_view name)>& is_member, Staging::Deadline deadline,
                            const TarStream::Handlers& watch = {});

// Whether `name` is a member of a layout: "oci-layout", "index.json", "blobs/sha256/<64 digits>". Pure.
bool is_layout_member(std::string_view name);

// The name that a layout gives one of its images, normalised. Errors: InvalidInput when it is none with a tag.
Result<Reference> name_in_archive(const LayoutFolder::Named& image);

// Who says what an image is called: a file's word that it was created here does not make it trusted.
enum class NameFrom { File, Person };

// Puts one image of an unpacked layout into the storage under `name`, as a pull does: trust, by a signature in the
// layout where one is needed, judgement, a tag that does not change. Errors: as of pull_image; InvalidInput for a name
// without a tag.
Result<Pulled> load_image(const LayoutFolder& layout, const LayoutFolder::Named& image, const Reference& name,
                          NameFrom from, const MoveSettings& settings, Staging::Deadline deadline);

struct LoadOptions {
  std::optional<Reference> name;  // for an archive of one image, in place of the name that it has there
  bool trusts_local = false;      // `localhost/...` is taken as a person's word
};

// Loads every image of the archive `file`. Errors: as of the parts.
Result<std::vector<Pulled>> load_archive(const std::filesystem::path& file, const LoadOptions& options,
                                         const MoveSettings& settings);

}  // namespace berth::image
