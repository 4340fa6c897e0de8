// Names of images: what a user, an item or a setting writes.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::image {

// `[registry/]path[:tag][@digest]`, taken apart and checked. An empty field was not written.
struct Reference {
  std::string registry;  // "registry.example:5000", "[::1]:5000", "localhost"
  std::string path;      // "berth/python3-deb"
  std::string tag;       // "3.11.2.1"
  std::string digest;    // "sha256:" and 64 hexadecimal digits

  friend bool operator==(const Reference&, const Reference&) = default;
};

// Reads a reference by the grammar of the OCI distribution specification. The first component is a registry when it
// holds a dot or a colon or is `localhost`. A name alone is a valid reference.
// Errors: InvalidInput, with the part that breaks the grammar and the reason.
Result<Reference> parse_reference(std::string_view text);

// `reference` as it is written; parse_reference reads it back to the same value.
std::string to_string(const Reference& reference);

// The name without tag and digest, as it is written.
std::string name_of(const Reference& reference);

// The same image under the one name that registries' clients agree on, for comparing only: no registry means
// docker.io, whose other names count as it; a single component there lies in `library/`; the usual port is left out,
// and a host is written in lower case. Tag and digest stay as they are.
Reference normalized(Reference reference);

// Whether `text` is `sha256:` and 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);

}  // namespace berth::image
