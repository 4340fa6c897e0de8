#include "berth/image/signature_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "berth/base/base64.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/reference.h"
#include "berth/image/strict_json.h"

namespace berth::image {
namespace {

constexpr std::string_view kDigestStart = "sha256:";
constexpr std::string_view kTagStart = "sha256-";
constexpr std::size_t kHexDigits = 64;
constexpr std::string_view kClaimKind = "cosign container image signature";

constexpr std::string_view kRootNames[] = {"schemaVersion", "mediaType", "config", "layers", "manifests"};
constexpr std::string_view kLayerNames[] = {"mediaType", "digest", "size", "annotations"};
constexpr std::string_view kClaimNames[] = {"critical", "optional"};
constexpr std::string_view kCriticalNames[] = {"identity", "image", "type"};
constexpr std::string_view kIdentityNames[] = {"docker-reference"};

std::unexpected<Error> corrupt(std::string_view what, std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read the image's {}: {}", what, why));
}

std::string shown(std::string_view text) { return to_visible(text.substr(0, 80), false); }

// A layer that is no signature is passed over with its reason: others beside it may be good.
Result<SignatureEntry> read_entry(const Json& layer) {
  SignatureEntry entry;
  const auto is_none = [&](std::string why) {
    entry.problem = std::move(why);
    return entry;
  };
  if (!layer.is_object()) return is_none("it is no object");
  BERTH_CHECK_OK(check_spelling(layer, kLayerNames, "signatures"));
  entry.claim.media_type = layer.text_or("mediaType", "");
  entry.claim.digest = layer.text_or("digest", "");
  if (entry.claim.media_type != kClaimType) {
    return is_none(
        fmt::format("its type is '{}', and that of signatures '{}'", shown(entry.claim.media_type), kClaimType));
  }
  if (!is_digest(entry.claim.digest)) return is_none("its digest is none");
  const Json* size = layer.find("size");
  if (size == nullptr || !size->is_int() || *size->as_int() <= 0) return is_none("its size is none");
  entry.claim.size_bytes = static_cast<std::uint64_t>(*size->as_int());
  if (entry.claim.size_bytes > kMaxClaimBytes) {
    return is_none(
        fmt::format("what was signed has {} bytes, and {} are the most", entry.claim.size_bytes, kMaxClaimBytes));
  }
  const Json* annotations = layer.find("annotations");
  const std::string text = annotations == nullptr ? "" : annotations->text_or(kSignatureKey, "");
  if (text.empty()) return is_none(fmt::format("it has no annotation '{}'", kSignatureKey));
  if (text.size() > kMaxSignatureBytes) return is_none("its signature is too long");
  auto signature = from_base64(text);
  if (!signature || signature->empty()) return is_none("its signature is no base64");
  entry.signature = *std::move(signature);
  return entry;
}

// The member `key` of `object`, which is one itself.
Result<const Json*> object_in(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  if (found != nullptr && found->is_object()) return found;
  return corrupt("signed claim", fmt::format("it has no '{}'", key));
}

Json descriptor_json(std::string_view media_type, const std::string& digest, std::uint64_t size_bytes) {
  Json json = Json::object();
  return json.set("mediaType", media_type).set("size", size_bytes).set("digest", digest);
}

// The configuration of an image that is none: programs that read any image look for it.
std::string config_for(const Json::Array& layers) {
  Json ids = Json::array();
  for (const Json& layer : layers) ids.push_back(layer.text_or("digest", ""));
  Json config = Json::object();
  config.set("architecture", "").set("created", "0001-01-01T00:00:00Z").set("os", "");
  config.set("rootfs", Json(Json::Object{{"type", "layers"}, {"diff_ids", std::move(ids)}}));
  return print_json(config.set("config", Json::object()));
}

}  // namespace

std::string signature_tag(std::string_view digest) {
  return fmt::format("{}{}.sig", kTagStart, digest.substr(std::min(kDigestStart.size(), digest.size())));
}

bool is_tag_of_a_digest(std::string_view tag) {
  if (!tag.starts_with(kTagStart)) return false;
  tag.remove_prefix(kTagStart.size());
  if (tag.size() < kHexDigits || !is_digest(std::string(kDigestStart) + std::string(tag.substr(0, kHexDigits)))) {
    return false;
  }
  return tag.size() == kHexDigits || tag[kHexDigits] == '.';
}

Result<std::vector<SignatureEntry>> parse_signature_manifest(std::string_view body, std::string_view content_type) {
  if (body.size() > kMaxManifestBytes) {
    return fail(Errc::Exhausted, fmt::format("read the image's signatures: their manifest has {} bytes, and {} are the "
                                             "most",
                                             body.size(), kMaxManifestBytes));
  }
  BERTH_TRY(const Json json, parse_strict_json(body, "manifest of signatures"));
  if (!json.is_object()) return corrupt("signatures", "their manifest is no object");
  BERTH_CHECK_OK(check_spelling(json, kRootNames, "signatures"));
  const std::string type = json.text_or("mediaType", content_type.substr(0, content_type.find(';')));
  if (type != kOciManifestType && type != kDockerManifestType) {
    return fail(Errc::InvalidInput, fmt::format("read the image's signatures: '{}' is no manifest", shown(type)));
  }
  const Json* layers = json.find("layers");
  if (layers == nullptr || !layers->is_array()) return corrupt("signatures", "their manifest has no list of layers");
  const std::span all(*layers->as_array());
  std::vector<SignatureEntry> entries;
  for (const Json& layer : all.last(std::min(all.size(), kMaxSignatures))) {
    BERTH_TRY(SignatureEntry entry, read_entry(layer));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string signed_claim_of(const Reference& name, const std::string& digest) {
  // By hand, without blanks: a claim that cosign has made for the same image is then the same blob. No part can hold
  // what JSON would have to escape.
  const std::string tag = name.tag.empty() ? std::string() : ":" + name.tag;
  return fmt::format(
      R"({{"critical":{{"identity":{{"docker-reference":"{}{}"}},"image":{{"docker-manifest-digest":"{}"}},"type":"{}"}},"optional":null}})",
      name_of(normalized(name)), tag, digest, kClaimKind);
}

Result<SignatureManifest> with_signature(std::string_view before, const Descriptor& claim, std::string_view signature) {
  Json::Array layers;
  if (!before.empty()) {
    BERTH_TRY(const auto entries, parse_signature_manifest(before, kOciManifestType));
    if (entries.size() == kMaxSignatures) {
      return fail(Errc::Exhausted, fmt::format("add a signature: there are {} already, and that is the most; have the "
                                               "registry forget them, and sign anew",
                                               entries.size()));
    }
    BERTH_TRY(const Json json, parse_strict_json(before, "manifest of signatures"));
    layers = *json.find("layers")->as_array();
  }
  Json layer = descriptor_json(claim.media_type, claim.digest, claim.size_bytes);
  layer.set("annotations", Json(Json::Object{{std::string(kSignatureKey), to_base64(signature)}}));
  layers.push_back(std::move(layer));
  SignatureManifest made = {.body = {}, .config = config_for(layers)};
  Json json = Json::object();
  json.set("schemaVersion", 2).set("mediaType", kOciManifestType);
  json.set("config", descriptor_json("application/vnd.oci.image.config.v1+json", "sha256:" + sha256_hex(made.config),
                                     made.config.size()));
  made.body = print_json(json.set("layers", std::move(layers)));
  return made;
}

Result<SignedClaim> parse_signed_claim(std::string_view text) {
  BERTH_TRY(const Json json, parse_strict_json(text, "signed claim"));
  if (!json.is_object()) return corrupt("signed claim", "it is no object");
  BERTH_CHECK_OK(check_spelling(json, kClaimNames, "signed claim"));
  BERTH_TRY(const Json* critical, object_in(json, "critical"));
  BERTH_CHECK_OK(check_spelling(*critical, kCriticalNames, "signed claim"));
  if (const std::string kind = critical->text_or("type", ""); kind != kClaimKind) {
    return corrupt("signed claim", fmt::format("its type is '{}', and '{}' is read", shown(kind), kClaimKind));
  }
  BERTH_TRY(const Json* identity, object_in(*critical, "identity"));
  BERTH_CHECK_OK(check_spelling(*identity, kIdentityNames, "signed claim"));
  BERTH_TRY(const Json* image, object_in(*critical, "image"));
  // The specification's own example begins it with a capital; programs write it without.
  const Json* small = image->find("docker-manifest-digest");
  const Json* capital = image->find("Docker-manifest-digest");
  if (small != nullptr && capital != nullptr) return corrupt("signed claim", "it has two digests");
  const Json* digest = small != nullptr ? small : capital;
  if (digest == nullptr || !digest->is_string() || !is_digest(*digest->as_string())) {
    return corrupt("signed claim", "it names no image's digest");
  }
  return SignedClaim{.reference = identity->text_or("docker-reference", ""), .digest = *digest->as_string()};
}

}  // namespace berth::image
