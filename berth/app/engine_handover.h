// An image that was made in Berth's storage, for calls of an engine that has images of its own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/engine_place.h"
#include "berth/image/local_store.h"
#include "berth/image/reference.h"
#include "berth/image/storage_tool.h"
#include "berth/image/stored_layout.h"
#include "berth/image/substitution.h"
#include "berth/sys/engine_program.h"

namespace berth::app {

// Puts the image that Berth's storage has under `name` (localhost/NAME:TAG) into the configured engine under the same
// name, unless that has it: nothing is done for Berth itself, for Podman in the same storage, and for ordinary users,
// whose calls are native. Safe to run again. Returns whether it was put there.
// Errors: AlreadyExists where the engine has another image of that name, since a tag never moves; those of asking the
// engine and of copying, which say that the image is made.
Result<bool> hand_to_engine(const Settings& settings, const image::Reference& name,
                            const std::function<void(std::string_view)>& on_step);

struct PutImage {
  std::string id;  // the engine's
  bool is_new = false;
};
// Puts `image` of the storage into the engine under `name`, unless that has it. Errors: AlreadyExists where it has
// another image of that name; those of asking the engine and of copying.
Result<PutImage> put_into_engine(const image::StorageTool& storage, const image::LocalImage& image,
                                 const image::Reference& name, const sys::EngineProgram& program,
                                 const image::EnginePlace& place, const std::function<void(std::string_view)>& on_step);

enum class InEngine { Missing, Same, Another };
// Whether `images`, which an engine lists, have `made` under `name`. `inspected` is what it says of the one that has
// the name: an engine that gives images ids of its own is known by what Berth has written into its configuration. Pure.
InEngine find_in_engine(const image::LocalImage& made, const std::optional<image::LocalImage>& inspected);

// The engine whose images calls get, where they are not those of Berth's storage: nothing where Berth itself makes the
// containers, Podman uses the same storage, or the user is an ordinary one, whose calls are native.
// Errors: those of find_engine_place.
Result<std::optional<sys::EngineProgram>> engine_with_images(const Settings& settings);

// The image that a call of the configured engine would get for `wanted`. Errors: as of KeptImages::resolve(), or of
// EngineImages::resolve().
Result<image::ResolvedImage> resolve_for_calls(const Settings& settings, const image::Reference& wanted);

}  // namespace berth::app
