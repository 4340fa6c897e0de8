// Where in a build's folder a file lies that the build calls by its place in the image. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/dockerfile.h"

namespace berth::vet {

// Paths in the folder that may be the file `path` of the instruction at `line`: by what COPY, ADD and the mounts of
// that instruction bring, the last first, and WORKDIR; then `path` itself, where it is relative. None leads out of the
// folder.
std::vector<std::string> places_in_folder(const Dockerfile& dockerfile, std::string_view path, std::size_t line);

}  // namespace berth::vet
