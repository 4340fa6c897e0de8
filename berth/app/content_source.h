// The registered sources of content: where they came from, where they lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

enum class SourceKind { Folder, Archive, Git };

struct ContentSource {
  std::string name;
  SourceKind kind = SourceKind::Folder;
  std::string origin;          // as it was given, made absolute where it is a path; a URL without user and password
  std::filesystem::path path;  // where its items are read: in place for folders, else below the state folder
  std::int64_t added_at = 0;   // seconds since 1970
};

std::string_view source_kind_text(SourceKind kind);  // "folder"

// The sources in the order in which they were added. Errors: those of the store.
Result<std::vector<ContentSource>> content_sources(const Settings& settings);

struct AddedSource {
  ContentSource source;
  bool updated = false;  // it was there, and was fetched again
};

// Registers `origin`: a folder or an item, which stay where they are; a .zip; or what git can clone (https, ssh, a
// local repository that is bare or named with file://; http from this machine alone). `name` may be empty: then it is
// made from the origin. What is fetched is complete before it takes its place. A source of the same name and origin is
// fetched again.
// Errors: InvalidInput for a bad name or origin; AlreadyExists when the name belongs to another origin; NotFound;
// Unavailable and TimedOut from git; those of the archive and of the index.
Result<AddedSource> add_content_source(const Settings& settings, const std::string& origin, const std::string& name);

// Takes the source out of the list, with what was fetched for it; folders in place stay. Errors: NotFound, with the
// nearest name.
Result<ContentSource> remove_content_source(const Settings& settings, const std::string& name);

// Why `name` cannot name a source, or empty: letters, digits, `.`, `_`, `-`, at most 64, a letter or digit first. Pure.
std::string problem_of_source_name(std::string_view name);

}  // namespace berth::app
