#include "berth/app/text_digests.h"

#include <algorithm>
#include <utility>

#include "berth/base/sha256.h"

namespace berth::app {

std::string TextDigests::digest_of(std::string_view text, std::size_t known_size, std::string_view known_digest) {
  const std::string_view rest = text.substr(known_size);
  const auto found = std::ranges::find_if(known_, [&](const Known& one) { return one.text == rest; });
  if (found == known_.end()) {
    Sha256 hash;
    hash.update(rest);
    Known fresh = {rest.size() <= kMostBytes ? std::string(rest) : "", std::move(hash).hex()};
    if (rest.size() > kMostBytes) return std::string(known_digest) + fresh.digest;
    known_.push_front(std::move(fresh));
    if (known_.size() > kMost) known_.pop_back();
  } else {
    std::rotate(known_.begin(), found, found + 1);
  }
  return std::string(known_digest) + known_.front().digest;
}

}  // namespace berth::app
