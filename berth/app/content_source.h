// The registered sources of content: where they came from, where they lie.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/store/content_sources.h"

namespace berth::app {

using store::ContentSource;

std::string_view origin_text(store::ContentOrigin origin);  // "path", "git", "zip"
// What the source was added from: an address, or a path.
std::string address_of(const ContentSource& source);

// The sources in the order in which they were added. No database is made for the question. Errors: those of the store.
Result<std::vector<ContentSource>> content_sources(const Settings& settings);

struct AddedSource {
  ContentSource source;
  bool updated = false;  // it was there, and was fetched again
};

// Registers `origin`: a folder or an item, which stay where they are; a .zip; or what git can clone
// (app/git_clone.h). `name` may be empty: then it is made from the origin. What is fetched is complete before it takes
// its place, and the one before serves until then. A source of the same name and origin is fetched again.
// Errors: InvalidInput for a bad name or origin; AlreadyExists when the name belongs to another origin; NotFound;
// Unavailable and TimedOut from git; those of archives, of layouts, of the store.
Result<AddedSource> add_content_source(const Settings& settings, const std::string& origin, const std::string& name);

// Takes the source out of the list, with what was fetched for it; what is used in place stays.
// Errors: NotFound, with the nearest name; those of the store.
Result<ContentSource> remove_content_source(const Settings& settings, const std::string& name);

// Why `name` cannot name a source, or empty: letters, digits, `.`, `_`, `-`, at most 64, a letter or digit first. Pure.
std::string problem_of_source_name(std::string_view name);

// A name for what `origin` names: the last part of it, without `.zip` or `.git`. Pure.
std::string source_name_of(std::string_view origin);

}  // namespace berth::app
