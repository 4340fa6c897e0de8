// On the way of every call: find() compares the item's own text and the times of files, which is a fiftieth of what
// putting it together takes.

#include "berth/app/assembled_codes.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "berth/app/embedded.h"
#include "berth/base/sha256.h"

namespace berth::app {

namespace {

// What content::assemble_code() looks at.
auto looked_at(auto& item) {
  return std::tie(item.kind, item.language, item.name, item.subtype, item.source, item.code_path, item.code);
}

content::Item copy_of(const content::Item& item) {
  content::Item copy;
  looked_at(copy) = looked_at(item);
  return copy;
}

}  // namespace

std::deque<AssembledCodes::Known>::iterator AssembledCodes::find(const content::Item& item,
                                                                 const std::filesystem::path& root) {
  return std::ranges::find_if(
      known_, [&](const Known& known) { return known.root == root && looked_at(known.item) == looked_at(item); });
}

Result<std::shared_ptr<const CallCode>> AssembledCodes::of(const content::Item& item,
                                                           const content::ContentTree* tree) {
  const std::filesystem::path root = tree != nullptr ? tree->root() : std::filesystem::path();
  if (const auto known = find(item, root); known != known_.end()) {
    if (known->files.still_hold()) {
      std::rotate(known_.begin(), known, known + 1);
      return known_.front().assembled;
    }
    known_.erase(known);
  }
  Known made{copy_of(item), root, {}, {}, {}};
  std::optional<content::ContentTree> reading;
  if (tree != nullptr) reading.emplace(root).note_reads(&made.files);
  auto code = std::make_shared<CallCode>();
  BERTH_TRY(code->text,
            content::assemble_code(item, reading ? &*reading : nullptr, embedded_common(), preludes_, made.files));
  code->item_line = content::first_line_of_item(code->text, item);
  made.assembled = code;
  if (code->text.item_text.size() <= kMostBytes) {
    known_.push_front(std::move(made));
    if (known_.size() > kMost) known_.pop_back();
  }
  return code;
}

std::string AssembledCodes::digest_of(const std::shared_ptr<const CallCode>& code) {
  const auto found = std::ranges::find(known_, code, &Known::assembled);
  if (found != known_.end() && !found->digest.empty()) return found->digest;
  std::string digest = prelude_digest_of(code) + ":" + sha256_hex(code->text.item_text);
  if (found != known_.end()) found->digest = digest;
  return digest;
}

std::string AssembledCodes::prelude_digest_of(const std::shared_ptr<const CallCode>& code) {
  const std::shared_ptr<const content::CodePrelude>& before = code->text.before;
  const auto found = std::ranges::find(prelude_digests_, before, &PreludeDigest::prelude);
  if (found != prelude_digests_.end()) {
    std::rotate(prelude_digests_.begin(), found, found + 1);
    return prelude_digests_.front().digest;
  }
  const std::string_view rest = std::string_view(before->text).substr(before->known_size);
  prelude_digests_.push_front({before, before->known_digest + sha256_hex(rest)});
  if (prelude_digests_.size() > kMost) prelude_digests_.pop_back();
  return prelude_digests_.front().digest;
}

}  // namespace berth::app
