#include "berth/image/signature_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "berth/base/base64.h"
#include "berth/base/json.h"
#include "berth/image/checked_file.h"
#include "berth/image/staging.h"

namespace berth::image {
namespace {

constexpr std::string_view kKind = "signatures 2";
constexpr std::size_t kMostKept = 32;  // of one image, the latest
constexpr auto kPatience = std::chrono::seconds(30);

std::filesystem::path file_of(const std::filesystem::path& state_folder, const std::string& digest) {
  return state_folder / "signatures" / (digest.substr(digest.find(':') + 1) + ".json");
}

Json to_json(const VerifiedSignature& signature) {
  Json json = Json::object();
  json.set("repository", signature.repository).set("tag", signature.tag).set("signed", signature.signed_digest);
  json.set("key", signature.key).set("claim", to_base64(signature.claim));
  json.set("signature", to_base64(signature.signature));
  if (!signature.index.empty()) json.set("index", to_base64(signature.index));
  return json;
}

VerifiedSignature from_json(const Json& json) {
  return {.repository = json.text_or("repository", ""),
          .tag = json.text_or("tag", ""),
          .signed_digest = json.text_or("signed", ""),
          .key = json.text_or("key", ""),
          .claim = from_base64(json.text_or("claim", "")).value_or(""),
          .signature = from_base64(json.text_or("signature", "")).value_or(""),
          .index = from_base64(json.text_or("index", "")).value_or("")};
}

}  // namespace

std::vector<VerifiedSignature> find_signatures(const std::filesystem::path& state_folder, const std::string& digest) {
  std::vector<VerifiedSignature> found;
  if (!is_digest(digest)) return found;
  const auto json = read_checked_file(file_of(state_folder, digest), kKind);
  // A record that was given another's name, be it whole, is none of this image.
  if (!json || !json->is_object() || json->text_or("digest", "") != digest) return found;
  const Json* list = json->find("signatures");
  if (list == nullptr || !list->is_array()) return found;
  for (const Json& one : *list->as_array()) found.push_back(from_json(one));
  return found;
}

std::vector<VerifiedSignature> find_signatures(const std::filesystem::path& state_folder,
                                               const std::vector<std::string>& digests) {
  std::vector<VerifiedSignature> found;
  for (const std::string& digest : digests) {
    for (VerifiedSignature& one : find_signatures(state_folder, digest)) {
      if (std::ranges::find(found, one) == found.end()) found.push_back(std::move(one));
    }
  }
  return found;
}

Result<void> remember_signature(const std::filesystem::path& state_folder, const std::string& digest,
                                const VerifiedSignature& signature) {
  if (!is_digest(digest)) return {};
  const auto knows = [&](const std::vector<VerifiedSignature>& kept) {
    return std::ranges::any_of(kept, [&](const VerifiedSignature& one) {
      return one.repository == signature.repository && one.tag == signature.tag && one.key == signature.key;
    });
  };
  if (knows(find_signatures(state_folder, digest))) return {};
  BERTH_TRY(const UniqueFd lock, lock_images(state_folder, "signatures", std::chrono::steady_clock::now() + kPatience));
  std::vector<VerifiedSignature> kept = find_signatures(state_folder, digest);
  if (kept.size() >= kMostKept) kept.erase(kept.begin());
  kept.push_back(signature);
  Json list = Json::array();
  for (const VerifiedSignature& one : kept) list.push_back(to_json(one));
  Json json = Json::object();
  json.set("digest", digest).set("signatures", std::move(list));
  return write_checked_file(file_of(state_folder, digest), kKind, json).context([&] {
    return fmt::format("keep that '{}' is signed", digest);
  });
}

Result<void> carry_signatures(const std::filesystem::path& state_folder, const std::string& from,
                              const std::string& to) {
  if (from == to) return {};
  for (const VerifiedSignature& signature : find_signatures(state_folder, from)) {
    BERTH_CHECK_OK(remember_signature(state_folder, to, signature));
  }
  return {};
}

void forget_signatures(const std::filesystem::path& state_folder, const std::string& digest) {
  std::error_code ignored;
  for (const VerifiedSignature& signature : find_signatures(state_folder, digest)) {
    if (is_digest(signature.signed_digest)) {
      std::filesystem::remove(file_of(state_folder, signature.signed_digest), ignored);
    }
  }
  if (is_digest(digest)) std::filesystem::remove(file_of(state_folder, digest), ignored);
}

}  // namespace berth::image
