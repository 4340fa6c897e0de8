// The code of calls, put together once for those that come again with the same text.
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/content/code_assembly.h"
#include "berth/content/code_prelude.h"
#include "berth/content/content_tree.h"
#include "berth/content/file_stamps.h"
#include "berth/content/item.h"

namespace berth::app {

struct CallCode {
  content::AssembledCode text;
  std::optional<std::size_t> item_line;  // of the whole, on which the item's own code begins (first_line_of_item)
};

// For one thread.
class AssembledCodes {
 public:
  // What the server would run for `item` with Berth's common script, or that of `tree`, which may be null. The last few
  // are remembered, until a file that they were made from has changed. Errors: those of content::assemble_code().
  Result<std::shared_ptr<const CallCode>> of(const content::Item& item, const content::ContentTree* tree);

  // What tells its text from all others, in hexadecimal: digests of what stands before the item, and of the item's
  // text.
  std::string digest_of(const std::shared_ptr<const CallCode>& code);
  // The same of all but the item's own part.
  std::string prelude_digest_of(const std::shared_ptr<const CallCode>& code);

 private:
  static constexpr std::size_t kMost = 8;
  static constexpr std::size_t kMostBytes = 4 << 20;  // of one; a longer text is put together each time

  struct Known {
    content::Item item;          // what of it the code hangs on
    std::filesystem::path root;  // of the tree; empty for none
    content::FileStamps files;
    std::shared_ptr<const CallCode> assembled;
    std::string digest;
  };
  struct PreludeDigest {
    std::shared_ptr<const content::CodePrelude> prelude;
    std::string digest;
  };
  std::deque<Known>::iterator find(const content::Item& item, const std::filesystem::path& root);

  std::deque<Known> known_;                    // the one used last first
  std::deque<PreludeDigest> prelude_digests_;  // the one used last first
  content::KnownPreludes preludes_;
};

}  // namespace berth::app
