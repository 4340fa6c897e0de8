// Images into a tar with an OCI image layout: what archive.h reads.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/image_export.h"
#include "berth/image/manifest.h"
#include "berth/image/reference.h"
#include "berth/image/signature_rule.h"
#include "berth/image/tar_writer.h"

namespace berth::image {

// The key of an index under which a layout names what an entry is.
inline constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";
inline constexpr std::string_view kLayoutBlobs = "blobs/sha256/";

// The parts of a layout that go into `tar`: one entry a blob, each once.
class LayoutWriter {
 public:
  explicit LayoutWriter(TarWriter& tar) : tar_(tar) {}
  // `on_member` hears each name with the SHA-256 of what it holds, in hexadecimal digits.
  std::function<void(const std::string& name, const std::string& sha256)> on_member;

  // Of what was verified for the image, its signatures under `name` go along; where its index was signed, that, too.
  // False when it has some under that name and none fits: its digest is another now, or its index was not kept.
  Result<bool> add(const ExportedImage& image, const Reference& name, const std::vector<VerifiedSignature>& verified);
  Result<void> finish();  // what names the images

 private:
  Result<void> add_bytes(const std::string& name, const std::string& bytes);
  Result<void> add_blob(const std::string& bytes);
  Result<void> add_signatures(const std::vector<VerifiedSignature>& signatures, const Reference& name);
  void add_entry(const Descriptor& descriptor, const std::string& name);

  TarWriter& tar_;
  std::set<std::string> written_;
  std::vector<std::string> entries_;  // of the index, as JSON
};

}  // namespace berth::image
