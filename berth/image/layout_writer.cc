#include "berth/image/layout_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "berth/base/json.h"
#include "berth/base/sha256.h"
#include "berth/image/signature_object.h"

namespace berth::image {
namespace {

constexpr std::string_view kLayoutVersion = R"({"imageLayoutVersion": "1.0.0"})";

std::string hex_of(std::string_view digest) { return std::string(digest.substr(digest.find(':') + 1)); }

Descriptor descriptor_of(std::string_view media_type, std::string_view bytes) {
  return {.media_type = std::string(media_type), .digest = "sha256:" + sha256_hex(bytes), .size_bytes = bytes.size()};
}

// Which signatures go along with an image: those of itself, or else those of one index that it was chosen from.
struct Carried {
  std::vector<VerifiedSignature> signatures;
  std::string index;  // empty: they are of the image itself
  std::string index_type;
};

// The type of the index that `signature` is of, when it names the image; else empty.
std::string type_of_index(const VerifiedSignature& signature, const std::string& digest) {
  if (signature.index.empty() || "sha256:" + sha256_hex(signature.index) != signature.signed_digest) return {};
  const auto parsed = parse_manifest(signature.index, "");
  const auto* index = parsed ? std::get_if<ImageIndex>(&*parsed) : nullptr;
  if (index == nullptr || std::ranges::find(index->entries, digest, &IndexEntry::digest) == index->entries.end())
    return {};
  return index->media_type;
}

Carried carried_with(const ExportedImage& image, const Reference& name,
                     const std::vector<VerifiedSignature>& verified) {
  Carried carried;
  std::ranges::copy_if(verified, std::back_inserter(carried.signatures), [&](const VerifiedSignature& one) {
    return one.signed_digest == image.digest && is_for(one, name);
  });
  if (!carried.signatures.empty()) return carried;
  for (const VerifiedSignature& one : verified) {
    const std::string type = is_for(one, name) ? type_of_index(one, image.digest) : std::string();
    if (type.empty() || (!carried.index.empty() && carried.index != one.index)) continue;
    carried.index = one.index;
    carried.index_type = type;
    carried.signatures.push_back(one);
  }
  return carried;
}

}  // namespace

Result<bool> LayoutWriter::add(const ExportedImage& image, const Reference& name,
                               const std::vector<VerifiedSignature>& verified) {
  std::vector<Descriptor> blobs(image.manifest.layers.begin(), image.manifest.layers.end());
  blobs.push_back(image.manifest.config);
  for (const Descriptor& blob : blobs) {
    const std::string member = std::string(kLayoutBlobs) + hex_of(blob.digest);
    if (!written_.insert(member).second) continue;
    if (on_member) on_member(member, hex_of(blob.digest));
    BERTH_CHECK_OK(tar_.add_file(member, image.blob(blob.digest)));
  }
  BERTH_CHECK_OK(add_blob(image.manifest_body));
  const Carried carried = carried_with(image, name, verified);
  Descriptor entry = descriptor_of(image.manifest.media_type, image.manifest_body);
  if (!carried.index.empty()) {
    BERTH_CHECK_OK(add_blob(carried.index));
    entry = descriptor_of(carried.index_type, carried.index);
  }
  add_entry(entry, to_string(name));
  BERTH_CHECK_OK(add_signatures(carried.signatures, name));
  const auto is_of_name = [&](const VerifiedSignature& one) { return is_for(one, name); };
  return !carried.signatures.empty() || std::ranges::none_of(verified, is_of_name);
}

Result<void> LayoutWriter::finish() {
  std::string index = fmt::format(R"({{"schemaVersion": 2, "mediaType": "{}", "manifests": [)", kOciIndexType);
  for (std::size_t i = 0; i < entries_.size(); ++i) index += (i == 0 ? "" : ", ") + entries_[i];
  BERTH_CHECK_OK(add_bytes("index.json", index + "]}"));
  return add_bytes("oci-layout", std::string(kLayoutVersion));
}

// As a registry has them: under a tag of the same name.
Result<void> LayoutWriter::add_signatures(const std::vector<VerifiedSignature>& signatures, const Reference& name) {
  if (signatures.empty()) return {};
  SignatureManifest manifest;
  for (const VerifiedSignature& signature : signatures) {
    BERTH_CHECK_OK(add_blob(signature.claim));
    BERTH_TRY(manifest, with_signature(manifest.body, descriptor_of(kClaimType, signature.claim), signature.signature));
  }
  BERTH_CHECK_OK(add_blob(manifest.config));
  BERTH_CHECK_OK(add_blob(manifest.body));
  add_entry(descriptor_of(kOciManifestType, manifest.body),
            fmt::format("{}:{}", name_of(normalized(name)), signature_tag(signatures.front().signed_digest)));
  return {};
}

void LayoutWriter::add_entry(const Descriptor& descriptor, const std::string& name) {
  Json entry = Json::object();
  entry.set("mediaType", descriptor.media_type).set("digest", descriptor.digest).set("size", descriptor.size_bytes);
  entry.set("annotations", Json(Json::Object{{std::string(kRefName), name}}));
  entries_.push_back(print_json(entry));
}

Result<void> LayoutWriter::add_blob(const std::string& bytes) {
  return add_bytes(std::string(kLayoutBlobs) + sha256_hex(bytes), bytes);
}

Result<void> LayoutWriter::add_bytes(const std::string& name, const std::string& bytes) {
  if (!written_.insert(name).second) return {};
  if (on_member) on_member(name, sha256_hex(bytes));
  return tar_.add(name, bytes);
}

}  // namespace berth::image
