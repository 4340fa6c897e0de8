// Sources of libraries, of which nothing runs before it is judged: what pip is given in the place of their code, and
// what they ask for to be built.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/app/index_reach.h"
#include "berth/base/result.h"
#include "berth/image/library_lock.h"
#include "berth/vet/facts.h"

namespace berth::app {

// The folder of a container's work folder in which a record of each source comes to lie that pip has read the metadata
// of.
inline constexpr std::string_view kSourceRecords = "sources";

// From here on, in a container with this reach, a Python program that Python's own `pip` starts is no source's code: it
// tells what the source says of itself (PKG-INFO, requires.txt, pyproject.toml). pip is to be called with
// `--no-build-isolation --use-pep517`, so that it fetches nothing for it.
void read_sources_only(IndexReach& reach);

// The file of the record of a source.
std::string record_name(const image::LockedLibrary& source);

// What one wish of a source is, for pip and for the judgement.
struct BuildWish {
  std::string text;  // "setuptools>=40.8", with its marker
  vet::Facts facts;  // its name, and its version where there is one in any case
};

// What a source asks for to be built, as its record has it: `build-system.requires` of its pyproject.toml; setuptools
// and wheel where there is none. With setuptools always wheel too, which older ones want and do not name. Errors:
// Corrupt for a record that cannot be read; Denied for a wish that is not of an index, with what to do.
Result<std::vector<BuildWish>> parse_source_record(std::string_view record, const image::LockedLibrary& source);

// Where a package comes from that a source needs to be built: the origin in its facts.
std::string build_origin(const image::LockedLibrary& source);
bool is_build_origin(std::string_view origin);

}  // namespace berth::app
