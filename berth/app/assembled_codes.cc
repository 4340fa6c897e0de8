// On the way of every call: find() compares the item's own text, which is a fiftieth of what putting it together takes.

#include "berth/app/assembled_codes.h"

#include <algorithm>
#include <utility>

#include "berth/app/embedded.h"

namespace berth::app {

const AssembledCodes::Known* AssembledCodes::find(const content::Item& item) {
  const auto found = std::ranges::find_if(known_, [&](const Known& known) {
    return known.kind == item.kind && known.name == item.name && known.subtype == item.subtype &&
           known.code == item.code;
  });
  if (found == known_.end()) return nullptr;
  std::rotate(known_.begin(), found, found + 1);
  return &known_.front();
}

Result<std::shared_ptr<const CallCode>> AssembledCodes::of(const content::Item& item,
                                                           const content::ContentTree* tree) {
  const bool hangs_on_its_text = tree == nullptr && item.source.empty() && item.language == content::Language::Python;
  if (hangs_on_its_text) {
    if (const Known* known = find(item)) return known->assembled;
  }
  auto made = std::make_shared<CallCode>();
  BERTH_TRY(made->text, content::assemble_code(item, tree, embedded_common()));
  made->item_line = content::first_line_of_item(made->text, item);
  if (hangs_on_its_text && made->text.text.size() <= kMostBytes) {
    known_.push_front({item.kind, item.name, item.subtype, item.code, made, {}});
    if (known_.size() > kMost) known_.pop_back();
  }
  return made;
}

std::string AssembledCodes::digest_of(const std::shared_ptr<const CallCode>& code) {
  const auto found = std::ranges::find(known_, code, &Known::assembled);
  if (found != known_.end() && !found->digest.empty()) return found->digest;
  const content::AssembledCode& text = code->text;
  std::string digest = digests_.digest_of(text.text, text.known_size, text.known_digest);
  if (found != known_.end()) found->digest = digest;
  return digest;
}

}  // namespace berth::app
