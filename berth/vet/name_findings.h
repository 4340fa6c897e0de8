// What is to be said of a package's name, before anything of it is fetched.
#pragma once

#include <optional>
#include <vector>

#include "berth/vet/finding.h"
#include "berth/vet/look_alike.h"
#include "berth/vet/malicious_names.h"
#include "berth/vet/package.h"

namespace berth::vet {

// Findings with the rules
//   name.invalid     Refuse  no index can have it: it holds what no name may, other alphabets' look-alikes among that
//   name.malicious   Refuse  the list has it
//   name.look-alike  Refuse  it could be taken for a popular name; Ask where its own standing speaks for it
// Empty for names of distributions' packages, for which their own tools answer.
std::vector<Finding> findings_about_name(const Package& package, const MaliciousNames& malicious,
                                         const LookAlikes& look_alikes, const Standing& standing = {});

// Where a name is said to come from, and where it is.
struct NameOrigin {
  bool is_private = false;                 // an operator's list or a lock says that it is of an index of one's own
  bool is_public_asked = true;             // whoever installs it may take it from the public index too
  std::optional<bool> is_on_public_index;  // nothing where nobody asked
  std::string taken_from = {};             // of a list that says itself which indexes are asked (Facts::taken_from)
};

// Dependency confusion:
//   name.confusion   Refuse  a private name that the public index has too, and may be asked for
//   name.free        Refuse  a private name that the public index may be asked for and that anybody can take there
//   name.unknown     Refuse  no private name, and the public index does not have it
std::vector<Finding> findings_about_origin(const Package& package, const NameOrigin& origin);

}  // namespace berth::vet
