// Compiled code of the loop and of common scripts, so that no call compiles what the one before compiled.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/engine.h"
#include "berth/container/launch_spec.h"
#include "berth/content/code_assembly.h"

namespace berth::app {

struct CompiledCode {
  container::FixedFile loop;     // loop.pyc
  container::FixedFile prelude;  // prelude.bin: marshalled code
};

// What stands before the item, and where it begins with a text that is part of the program, that text's size and
// digest.
struct Prelude {
  std::string_view text;
  std::size_t known_size = 0;
  std::string_view known_digest;
};

// The prelude of assembled code: all but its last part, the item's. It lives as long as the code.
Prelude prelude_of(const content::AssembledCode& code);

// Marshalled code is bound to an interpreter, and must not be trusted beyond it: unmarshalling hostile bytes can run
// anything. So it is made in a container of the very image, from texts of ours and of the content tree that are
// compiled and not run, without any argument or secret; it is kept under the image's id and the texts' hashes; and it
// is loaded in containers of that image only. An image that forges it gains what it has anyway: its own interpreter.
class CodeCache {
 public:
  // `folder` is made when something is put into it.
  CodeCache(std::filesystem::path folder, container::ContainerEngine& engine)
      : folder_(std::move(folder)), engine_(engine) {}

  // The compiled code for `spec`'s image and programs, made now when it is not there yet (one more container, once).
  // `spec` gives image, programs, environment, guards; what is to be run is left out of it. Nothing when it cannot be
  // made, for example because the prelude does not compile: the call then runs from text, and says what is wrong.
  std::optional<CompiledCode> get(const container::LaunchSpec& spec, const Prelude& prelude);

  // Removes everything. Returns the number of files.
  static Result<std::size_t> clear(const std::filesystem::path& folder);

 private:
  Result<CompiledCode> make(container::LaunchSpec spec, std::string_view prelude);

  std::filesystem::path folder_;
  container::ContainerEngine& engine_;
};

}  // namespace berth::app
