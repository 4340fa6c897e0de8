// The images of this machine as programs and the war room read them.
#pragma once

#include <string>
#include <vector>

#include "berth/app/image_list.h"
#include "berth/base/json.h"

namespace berth::app {

inline constexpr int kImagesSchema = 1;

// Each image once, with all its names, in the order of the rows.
Json images_json(const std::vector<ImageRow>& rows);

// The cells of a row for people, as kImageColumns names them.
inline constexpr const char* kImageColumns[] = {"REPOSITORY", "TAG",    "DIGEST",   "SIZE",    "CREATED",
                                                "BASE",       "PYTHON", "PACKAGES", "USED BY", "NEWER"};
std::vector<std::string> image_cells(const ImageRow& row);

// The same as a table of Markdown, for an entry.
std::string images_markdown(const std::vector<ImageRow>& rows);

// "a use, and 3 more": for a line that says why an image stays. `uses` is not empty.
std::string uses_text(const std::vector<ImageUse>& uses);

// "berth/python3-deb" for what was created here, the whole name otherwise; without tag and digest.
std::string repository_text(const image::Reference& name);

}  // namespace berth::app
