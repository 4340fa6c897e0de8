// What is to be said of the way an image is built, by a table of rules over its Dockerfile. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/dockerfile.h"
#include "berth/vet/finding.h"
#include "berth/vet/requirements.h"

namespace berth::vet {

// Findings with the rules
//   build.remote-add      Refuse  ADD from an address without a checksum
//   build.secret          Refuse  a password, token or key in ARG, ENV or an address: the image's history keeps it
//   build.pipe-to-shell   Refuse  what is downloaded is run unseen: `curl ... | sh`, or as a file
//   build.unverified      Refuse  a check of certificates or signatures is switched off
//   build.extra-index     Ask     more than one index is asked: dependency confusion
//   build.moving-tag      Ask     a base, or an image that files come from, by `latest`, without a tag, or by a
//   variable without a value build.root            Ask     the image's last USER is root build.unread          Ask what
//   steers pip or runs commands in a way that is not followed
// about `package`, with "FILE:LINE" as their origin, `file` being what origins call the Dockerfile. Secrets are named
// by the name of their variable alone.
std::vector<Finding> findings_about_build(const Dockerfile& dockerfile, const Package& package, std::string_view file);

// What its commands install of Python's packages, with pip, uv, pipx, poetry, pipenv, pdm or easy_install: under
// "FILE:LINE" by name, and the lists and lock files that they read, as they are called in the image (build_lists.h).
// Words that hold a variable, addresses, paths and editable ones are left out with their reason, and so are commands
// that install in a way that is not understood or packages that are not judged. Packages and lists have the index of
// their command, by an option or PIP_INDEX_URL; `lock.index` is what ARG and ENV set last, for lists that none names;
// `lock.more_indexes` are pages of files (--find-links). What -c and PIP_CONSTRAINT name holds
// for what their command installs; --pre and PIP_PRE are in its bounds.
RequirementsText pip_words_of(const Dockerfile& dockerfile, std::string_view file);

}  // namespace berth::vet
