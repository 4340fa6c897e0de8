#include "berth/store/file_digest.h"

#include <md5.h>
#include <sha1.h>
#include <sha512.h>

#include <algorithm>
#include <array>

#include "berth/base/sha256.h"
#include "berth/store/file_type.h"

namespace berth::store {

struct FileDigest::State {
  std::uint64_t size_bytes = 0;
  MD5_CTX md5 = {};
  SHA1_CTX sha1 = {};
  Sha256 sha256;
  SHA512_CTX sha512 = {};
  TextWatch text;
  std::string head;
};

FileDigest::FileDigest() : state_(std::make_unique<State>()) {
  MD5Init(&state_->md5);
  SHA1Init(&state_->sha1);
  SHA512_Init(&state_->sha512);
}

FileDigest::FileDigest(FileDigest&&) noexcept = default;
FileDigest& FileDigest::operator=(FileDigest&&) noexcept = default;
FileDigest::~FileDigest() = default;

void FileDigest::update(std::string_view bytes) {
  const auto* octets = reinterpret_cast<const unsigned char*>(bytes.data());
  state_->size_bytes += bytes.size();
  MD5Update(&state_->md5, octets, bytes.size());
  SHA1Update(&state_->sha1, octets, bytes.size());
  state_->sha256.update(bytes);
  SHA512_Update(&state_->sha512, octets, bytes.size());
  state_->text.update(bytes);
  if (state_->head.size() < kTypeBytes) state_->head += bytes.substr(0, kTypeBytes - state_->head.size());
}

FileFacts FileDigest::facts(std::string_view name) && {
  std::array<char, MD5_DIGEST_STRING_LENGTH> md5 = {};
  std::array<char, SHA1_DIGEST_STRING_LENGTH> sha1 = {};
  std::array<char, SHA512_DIGEST_STRING_LENGTH> sha512 = {};
  return {.size_bytes = state_->size_bytes,
          .md5 = MD5End(&state_->md5, md5.data()),
          .sha1 = SHA1End(&state_->sha1, sha1.data()),
          .sha256 = std::move(state_->sha256).hex(),
          .sha512 = SHA512_End(&state_->sha512, sha512.data()),
          .type = file_type_of(state_->head, state_->text, extension_of(name))};
}

FileFacts file_facts_of(std::string_view bytes, std::string_view name) {
  FileDigest digest;
  digest.update(bytes);
  return std::move(digest).facts(name);
}

std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return "";
  std::string extension(name.substr(dot + 1));
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return extension;
}

}  // namespace berth::store
