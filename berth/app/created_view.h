// An image that was created, told to programs and to people.
#pragma once

#include <string>

#include "berth/app/image_create.h"
#include "berth/base/json.h"

namespace berth::app {

// With a schema number, as every answer.
Json created_json(const CreatedImage& created);

// The notice, in Markdown: name, tag, digest, size, what was installed, and how an item uses it.
std::string created_notice(const CreatedImage& created);

// The resolution and the recipe of a dry run: the lock and the Dockerfile.
std::string recipe_text(const CreatedImage& created);

}  // namespace berth::app
