// A package as something names it: in a lock file, in a distribution's database, on the command line.
#pragma once

#include <string>
#include <string_view>

namespace berth::vet {

// An image that is built from a folder is a package of that name, too, and a list or lock file one of the file's name,
// so that reports and approvals can speak of them.
enum class Ecosystem { PyPI, Debian, Alpine, Rpm, Image, List };

// As the OSV form and reports write it: "PyPI", "Debian", "Alpine", "RPM", "Image", "List".
std::string_view ecosystem_text(Ecosystem ecosystem);

// Whether such a thing has a version, a licence and advisories, as images and lists have not.
bool is_judged_by_version(Ecosystem ecosystem);

struct Package {
  Ecosystem ecosystem = Ecosystem::PyPI;
  std::string name;     // normalised (normal_name): what is compared
  std::string written;  // as it stood there: what is shown
  std::string version;  // as it stood there; empty where none is known
  std::string origin;   // where it came from: "requirements.txt:3", "var/lib/dpkg/status", "command line"

  friend bool operator==(const Package&, const Package&) = default;
};

// The one spelling of a name by which packages are compared. For PyPI lower case, with each run of `-`, `_` and `.` as
// one `-` (PEP 503); elsewhere the name itself. Total: of a name that is not valid too (is_valid_name).
std::string normal_name(Ecosystem ecosystem, std::string_view written);

// Whether a package of this ecosystem can have this name: for PyPI ASCII letters, digits, `-`, `_` and `.`, a letter or
// digit at both ends (PEP 508); for distributions what their tools take. At most 200 bytes.
bool is_valid_name(Ecosystem ecosystem, std::string_view written);

// With `name` made from `written`.
Package make_package(Ecosystem ecosystem, std::string_view written, std::string_view version, std::string_view origin);

// For people: "requests 2.31.0", or the name alone. Not made visible (to_visible): that is for who shows it.
std::string text_of(const Package& package);

}  // namespace berth::vet
