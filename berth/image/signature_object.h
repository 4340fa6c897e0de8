// Signatures of images as they lie in a registry, by cosign's signature specification: read without trust. Pure.
//
// What belongs to an image with the digest sha256:<hex> has the tag sha256-<hex>.sig in the same repository. It is a
// manifest whose layers are what was signed, each with its signature in an annotation. Where a layer says who signed it
// (a certificate, an entry in a log), that is not read: keys alone count.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/manifest.h"
#include "berth/image/reference.h"

namespace berth::image {

inline constexpr std::size_t kMaxSignatures = 64;           // that are looked at, of one image
inline constexpr std::size_t kMaxClaimBytes = 64 << 10;     // of what was signed
inline constexpr std::size_t kMaxSignatureBytes = 8 << 10;  // in base64

inline constexpr std::string_view kClaimType = "application/vnd.dev.cosign.simplesigning.v1+json";
inline constexpr std::string_view kSignatureKey = "dev.cosignproject.cosign/signature";

// Under which tag signatures of the image or index `digest` lie.
std::string signature_tag(std::string_view digest);

// Whether a tag is one of those that belong to a digest (signatures, attestations), and so names no image.
bool is_tag_of_a_digest(std::string_view tag);

struct SignatureEntry {
  Descriptor claim;       // what was signed, in a blob
  std::string signature;  // raw bytes
  std::string problem;    // why it cannot be one, in few words; empty: it may be one
};

// The last kMaxSignatures entries of a signature's manifest, in their order: who signs anew adds to the end. Errors:
// Corrupt for what breaks its own rules; InvalidInput for what is no manifest; Exhausted for more bytes than one has.
Result<std::vector<SignatureEntry>> parse_signature_manifest(std::string_view body, std::string_view content_type);

// What a signature says.
struct SignedClaim {
  std::string reference;  // the image's name, as whoever signed it wrote it
  std::string digest;     // of its manifest or index
};

// Reads what was signed. Only to be asked once its signature was found to be valid. Errors: Corrupt when it is no claim
// about an image, also when programs could read it differently.
Result<SignedClaim> parse_signed_claim(std::string_view text);

// What is signed to say that `digest` is the image `name`, to the byte as cosign writes it. With the tag, where `name`
// has one: then it is for that tag alone. The digest of `name` is left out.
std::string signed_claim_of(const Reference& name, const std::string& digest);

struct SignatureManifest {
  std::string body;
  std::string config;  // that it names
};

// The manifest `before` (empty: none) with one more signature at its end; what it has stays as it stands. Errors: those
// of parse_signature_manifest; Exhausted when it is full.
Result<SignatureManifest> with_signature(std::string_view before, const Descriptor& claim, std::string_view signature);

}  // namespace berth::image
