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
#include "berth/content/code_prelude.h"

namespace berth::app {

struct CompiledCode {
  container::FixedFile loop;     // loop.pyc
  container::FixedFile prelude;  // prelude.bin: marshalled code
};

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
  std::optional<CompiledCode> get(const container::LaunchSpec& spec, const content::CodePrelude& prelude);

  // Removes everything. Returns the number of files.
  static Result<std::size_t> clear(const std::filesystem::path& folder);

 private:
  Result<CompiledCode> make(container::LaunchSpec spec, std::string_view prelude);

  std::filesystem::path folder_;
  container::ContainerEngine& engine_;
};

}  // namespace berth::app
