// The verbs that bring images here and take them elsewhere.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/newer_tags.h"
#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/image/archive.h"
#include "berth/image/image_update.h"
#include "berth/image/newer_tags.h"
#include "berth/image/pull.h"
#include "berth/image/push.h"

namespace berth::app {

using OnStep = std::function<void(std::string_view)>;

// What moving images needs, from the settings and the environment: proxies of `containers.proxy`, else of the
// environment; the CA bundle of `containers.ca_bundle`; the files of credentials. Errors: those of find_graph_root;
// InvalidInput for a variable that is no proxy's URL.
Result<image::MoveSettings> move_settings(const Settings& settings, const OnStep& on_step);

// image/pull.h, image/push.h, image/image_update.h. `name` is what a person writes; `destination` may be empty: then
// the image goes where its own name says. Errors: those, and of parse_reference.
Result<image::Pulled> pull_image(const Settings& settings, const std::string& name, const OnStep& on_step);
Result<image::Pushed> push_image(const Settings& settings, const std::string& name, const std::string& destination,
                                 const OnStep& on_step);
// Every image that a registry may know when `names` is empty.
Result<std::vector<image::UpdateResult>> update_images(const Settings& settings, const std::vector<std::string>& names,
                                                       const OnStep& on_step);

// image/archive.h. A name given to load_images is for the one image of the archive; empty: none.
Result<std::vector<image::SavedImage>> save_images(const Settings& settings, const std::vector<std::string>& names,
                                                   const std::filesystem::path& file, const OnStep& on_step);
Result<std::vector<image::Pulled>> load_images(const Settings& settings, const std::filesystem::path& file,
                                               const std::string& name, bool trusts_local, const OnStep& on_step);

// For ImageListOptions: as image/newer_tags.h says. Errors: as of move_settings.
Result<FindNewerTags> newer_tags_of_registries(const Settings& settings, image::TagQuestions which);

Json update_json(const std::vector<image::UpdateResult>& results);
// One line of words: "updated: sha256:... -> sha256:...".
std::string update_text(const image::UpdateResult& result);

// The war-room line `/docker_image_update image=NAME | all=true`: its entry, with the table of results, an error where
// one of them failed. Errors: InvalidInput unless exactly one of the two is given; those of update_images.
Result<Json> docker_image_update(const Json& arguments, const Settings& settings, const OnStep& on_step);

}  // namespace berth::app
