// What an image says about how it is run.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::image {

struct ImageConfig {
  std::vector<std::string> env;  // "NAME=value", each name once, the last one counts
  std::string user;              // as written: "demisto", "4000:4000"; empty for root
  std::string workdir;           // absolute, or empty
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::string> volumes;  // folders, as written, that Docker would make writable outside of the image

  // The value of `name` in `env`, or of the label `name`; empty when there is none.
  std::string env_value(std::string_view name) const;
  std::string label(std::string_view name) const;
};

// Largest config that is read; the OCI specification names no bound.
inline constexpr std::size_t kMaxConfigBytes = 1 << 20;

// Reads an image's config (OCI image specification, or Docker's, which has the same form). An image is a stranger's:
// lists are bounded, texts hold no NUL, a user no control characters.
// Errors: Corrupt, with the member and what is wrong with it.
Result<ImageConfig> parse_image_config(std::string_view json);

// The same of its member `config`, which engines show as `Config`.
Result<ImageConfig> read_image_config(const Json& run);

}  // namespace berth::image
