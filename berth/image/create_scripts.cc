#include "berth/image/create_scripts.h"

namespace berth::image {
namespace {

// What the build leaves must be the same each time: no logs, no caches, no times of today, and no compiled code that
// knows its source by a time that the layer then has not.
constexpr std::string_view kInstall = R"sh(set -eu
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=@FOLDER@/home LC_ALL=C.UTF-8 TZ=UTC
export DEBIAN_FRONTEND=noninteractive PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 SOURCE_DATE_EPOCH=@TIME@
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_BREAK_SYSTEM_PACKAGES=1 TMPDIR=@FOLDER@/tmp
mkdir -p "$HOME" "$TMPDIR"
: > @FOLDER@/begun

policy=/usr/sbin/policy-rc.d
if [ -d /usr/sbin ] && [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
  made_policy=yes
fi
read -r begun rest < /proc/uptime
@PACKAGES@
read -r between rest < /proc/uptime
if [ "${made_policy-}" = yes ]; then rm "$policy"; fi
# Where libraries lie is asked for before they are there: afterwards a start-up file (.pth) of theirs would run here.
@PYTHON@ -B -E -s -c 'import site, sys
for path in sys.path + list(getattr(site, "getsitepackages", list)()):
    print(path)' > @FOLDER@/folders
isolated=$(@PYTHON@ -B -E -s -c 'import sys; print("-I" if sys.version_info >= (3, 4) else "-E -s")')
@LIBRARIES@
read -r ended rest < /proc/uptime
echo "times $begun $between $ended"

mkdir @FOLDER@/empty
cd @FOLDER@/empty
@PYTHON@ $isolated -S -B - <<'END'
import os
import sys

begun = os.stat('@FOLDER@/begun').st_ctime
with open('@FOLDER@/folders') as file:
    named = file.read().split('\n') + ['/usr/lib/python3']
folders = sorted(set(path for path in named if path.startswith('/') and os.path.isdir(path)))


def changed(top):
    for folder, names, files in os.walk(top):
        names.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if os.lstat(path).st_ctime >= begun:
                yield path


done = set()
for top in folders:
    for path in changed(top):
        if path.endswith('.pyc'):
            os.remove(path)
for top in folders:
    for path in changed(top):
        if not path.endswith('.py') or path in done or sys.version_info < (3, 7):
            continue
        done.add(path)
        import py_compile
        try:
            py_compile.compile(path, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        except (OSError, ValueError):
            pass
for top in '/var/log', '/tmp', '/var/tmp', '/root/.cache', '/var/cache/apt', '/var/cache/man', '/var/cache/ldconfig':
    for path in list(changed(top)):
        os.remove(path)
for folder in '/var/lib/dpkg', '/var/cache/debconf', '/var/lib/apt/lists':
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and (name.endswith('-old') or folder.endswith('lists')):
            os.remove(path)
# rpm's database without its write-ahead log, which is empty once rpm has ended: what SQLite keeps beside it is another
# each time. rpm switches the log on again when it writes. A Berkeley database has regions of memory in its place.
for folder in '/var/lib/rpm', '/usr/lib/sysimage/rpm':
    path = os.path.join(folder, 'rpmdb.sqlite')
    beside = [path + '-wal', path + '-shm']
    if os.path.isfile(path) and os.stat(path).st_ctime >= begun and not (os.path.exists(beside[0]) and os.path.getsize(beside[0])):
        with open(path, 'r+b') as file:
            if file.read(20)[18:] == b'\2\2':
                file.seek(18)
                file.write(b'\1\1')
        for name in beside:
            if os.path.exists(name):
                os.remove(name)
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if name.startswith('__db.'):
            os.remove(os.path.join(folder, name))
END
cd /
rm -rf @FOLDER@
)sh";

constexpr std::string_view kVerify =
    R"py("""Checks the image: its interpreter, its libraries, and that what was asked for can be imported."""
import importlib
import re
import sys

VERSION = @VERSION@
LIBRARIES = {
@LIBRARIES@}
ASKED = [
@ASKED@]


def normalized(name):
    return re.sub('[-_.]+', '-', name).lower()


def installed():
    try:
        from importlib import metadata
    except ImportError:
        return {}
    found = {}
    for one in metadata.distributions():
        name = one.metadata['Name']
        if name:
            found.setdefault(normalized(name), one)  # the first on the path is the one that is imported
    return found


def modules_of(distribution):
    names = set((distribution.read_text('top_level.txt') or '').split())
    if not names:
        for path in distribution.files or []:
            first = path.parts[0]
            if len(path.parts) > 1 and path.name.endswith('.py') and not first.endswith('.dist-info'):
                names.add(first)
            elif len(path.parts) == 1 and first.endswith('.py'):
                names.add(first[:-3])
    return sorted(name for name in names if re.match('[A-Za-z][A-Za-z0-9_]*$', name))


def check_imports(name, distribution):
    errors = []
    modules = modules_of(distribution)
    for module in modules:
        try:
            importlib.import_module(module)
        except BaseException as error:
            errors.append('%s: %s: %s' % (module, type(error).__name__, error))
    if modules and len(errors) == len(modules):
        sys.exit('%s cannot be imported: %s' % (name, '; '.join(errors)))
    for error in errors:
        print('of %s, one module cannot be imported: %s' % (name, error))


def main():
    version = '.'.join(str(part) for part in sys.version_info[:3])
    if version != VERSION:
        sys.exit('the interpreter is %s, and not %s' % (version, VERSION))
    if sys.version_info < (3, 8):
        return
    found = installed()
    for name, version in sorted(LIBRARIES.items()):
        if name not in found:
            sys.exit('%s is not installed' % name)
        if found[name].version != version:
            sys.exit('%s is %s, and not %s' % (name, found[name].version, version))
    for name in ASKED:
        if name not in found:
            sys.exit('%s is not installed' % name)
        check_imports(name, found[name])
    print('Python %s, %d libraries as locked' % (VERSION, len(LIBRARIES)))


main()
)py";

}  // namespace

std::string_view install_template() { return kInstall; }

std::string_view verify_template() { return kVerify; }

}  // namespace berth::image
