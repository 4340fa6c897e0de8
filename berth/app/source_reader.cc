#include "berth/app/source_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "berth/app/reacher.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/vet/requirements.h"

namespace berth::app {
namespace {

constexpr std::string_view kFolder = "sources";
constexpr std::string_view kOrigin = "to build ";
constexpr std::size_t kMostWishes = 200;

// Python reads it whenever it starts. The first is pip; what that starts is a source's code: its backend (PEP 517) has
// another name from here on, and what is no backend ends.
constexpr std::string_view kSiteCustomize = R"py(import os

NAMES = ('_PYPROJECT_HOOKS_BUILD_BACKEND', '_PYPROJECT_HOOKS_BACKEND_PATH'), ('PEP517_BUILD_BACKEND', 'PEP517_BACKEND_PATH')
if 'BERTH_SOURCES_ARE_READ' in os.environ:
    found = [names for names in NAMES if names[0] in os.environ]
    if not found:
        os.write(2, b'code of a source is not run here\n')
        os._exit(97)
    for backend, path in found:
        os.environ[backend] = 'read_source'
        os.environ.pop(path, None)
os.environ['BERTH_SOURCES_ARE_READ'] = '1'
)py";

// The backend that stands in for all: metadata from files alone.
constexpr std::string_view kReadSource = R"py(import email.parser
import glob
import json
import os
import re

try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib

RECORDS = '/work/sources'


def text_of(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def headers_of_requires(text):
    """The lines of METADATA that a requires.txt of setuptools stands for."""
    lines, extra, marker = [], '', ''
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith('['):
            extra, _, marker = line.strip('[]').partition(':')
            if extra:
                lines.append('Provides-Extra: ' + extra)
        elif line and not line.startswith('#'):
            conditions = ['(%s)' % marker] if marker else []
            conditions += ['extra == "%s"' % extra] if extra else []
            lines.append('Requires-Dist: ' + line + (' ; ' + ' and '.join(conditions) if conditions else ''))
    return lines


def metadata():
    if not os.path.isfile('PKG-INFO'):
        raise SystemExit('the source has no PKG-INFO: what it needs cannot be known without running its code')
    text = text_of('PKG-INFO').replace('\r\n', '\n')
    known = email.parser.HeaderParser().parsestr(text)
    version = tuple(int(part) for part in re.findall(r'\d+', known.get('Metadata-Version', '1.0')))
    # Since 2.2 what is not there is not needed. Before, setuptools tells it in a file of its own.
    if version < (2, 2) and not known.get_all('Requires-Dist'):
        listed = sorted(glob.glob('*.egg-info/requires.txt') + glob.glob('src/*.egg-info/requires.txt'))
        if listed:
            text = ''.join(line + '\n' for line in headers_of_requires(text_of(listed[0]))) + text
    return known['Name'].strip(), known['Version'].strip(), text


def wishes():
    project = {}
    if os.path.isfile('pyproject.toml'):
        with open('pyproject.toml', 'rb') as file:
            project = tomllib.loads(file.read().decode('utf-8'))
    system = project.get('build-system')
    if system is None:
        return ['setuptools>=40.8.0', 'wheel']
    more = ['wheel'] if system.get('build-backend', 'setuptools').startswith('setuptools') else []
    return list(system['requires']) + [one for one in more if one not in system['requires']]


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name, version, text = metadata()
    if not os.path.isdir(RECORDS):
        os.makedirs(RECORDS)
    own = '%s-%s.json' % (re.sub('[-_.]+', '-', name).lower(), re.sub('[^A-Za-z0-9._+!-]', '_', version))
    with open(os.path.join(RECORDS, own), 'w') as file:
        json.dump({'requires': wishes()}, file)
    folder = '%s-%s.dist-info' % (re.sub('[^A-Za-z0-9.]+', '_', name), re.sub('[^A-Za-z0-9.+!]', '_', version))
    os.makedirs(os.path.join(metadata_directory, folder))
    with open(os.path.join(metadata_directory, folder, 'METADATA'), 'w', encoding='utf-8') as file:
        file.write(text)
    return folder


def get_requires_for_build_wheel(config_settings=None):
    return []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise SystemExit('a source is not built here')
)py";

Result<BuildWish> parse_wish(const std::string& text, const image::LockedLibrary& source) {
  const auto refused = [&](std::string_view why) {
    return fail(Errc::Denied,
                fmt::format("'{}' {} asks for '{}' to be built: {}; take a version of it that has a wheel, or leave "
                            "it out",
                            source.name, source.version, to_visible(text, false), why));
  };
  auto wish = vet::parse_requirement(text, build_origin(source));
  if (!wish) return refused(wish.error().message());
  if (!wish->location.empty()) return refused("that is not from an index, and cannot be judged");
  const bool is_plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
  if (!is_plain || !vet::is_valid_name(vet::Ecosystem::PyPI, wish->package.written)) {
    return refused("that is no name of a package");
  }
  BuildWish parsed;
  parsed.text = text;
  parsed.facts.package = wish->package;
  // Under a condition it may be another version that is taken.
  if (!wish->marker.empty()) parsed.facts.package.version.clear();
  return parsed;
}

}  // namespace

void read_sources_only(IndexReach& reach) {
  const std::string folder(kFolder);
  reach.files.push_back({folder + "/sitecustomize.py", std::string(kSiteCustomize), {}});
  reach.files.push_back({folder + "/read_source.py", std::string(kReadSource), {}});
  reach.environment.push_back("PYTHONPATH=" + in_container(folder));
}

std::string record_name(const image::LockedLibrary& source) {
  return fmt::format("{}-{}.json", source.name, source.version);
}

Result<std::vector<BuildWish>> parse_source_record(std::string_view record, const image::LockedLibrary& source) {
  const auto doing = [&] { return fmt::format("read what '{}' {} needs to be built", source.name, source.version); };
  BERTH_TRY(const Json json, parse_json(record, {.depth = 4, .values = kMostWishes * 2}).context(doing));
  const Json* wanted = json.find("requires");
  if (wanted == nullptr || !wanted->is_array()) return fail(Errc::Corrupt, doing() + ": it has no list 'requires'");
  std::vector<BuildWish> wishes;
  for (const Json& one : *wanted->as_array()) {
    if (!one.is_string()) return fail(Errc::Corrupt, doing() + ": what stands in 'requires' is no text");
    BERTH_TRY(BuildWish wish, parse_wish(*one.as_string(), source));
    wishes.push_back(std::move(wish));
  }
  return wishes;
}

std::string build_origin(const image::LockedLibrary& source) {
  return fmt::format("{}{} {}", kOrigin, source.name, source.version);
}

bool is_build_origin(std::string_view origin) { return origin.starts_with(kOrigin); }

}  // namespace berth::app
