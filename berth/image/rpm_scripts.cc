#include "berth/image/rpm_scripts.h"

namespace berth::image {
namespace {

// What is resolved is told as one JSON document, since names in a repository's lists hold what they like, and nothing
// but it comes to stdout. Packages to be fetched are words NAME VERSION ARCHITECTURE REPOSITORY SHA-256 with tabs
// between. Python 3.6 and newer.
constexpr std::string_view kDnf = R"py(import json
import os
import sys

answer = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)

import dnf
import dnf.callback
import dnf.conf
import dnf.exceptions
import dnf.rpm


def opened(configuration):
    conf = dnf.conf.Conf()
    conf.config_file_path = configuration
    conf.read(configuration)
    conf.substitutions.update_from_etc('/', varsdir=conf.varsdir)
    if not conf.substitutions.get('releasever'):
        release = dnf.rpm.detect_releasever('/')
        if release:
            conf.substitutions['releasever'] = release
    base = dnf.Base(conf)
    base.read_all_repos()
    for repository in base.repos.iter_enabled():
        repository.skip_if_unavailable = False
    return base


def row(package):
    kind, digest = package.returnIdSum()
    return [package.name, package.evr, package.arch, package.reponame, digest if kind == 'sha256' else '']


def resolve(base, wishes):
    base.fill_sack()
    for wish in wishes:
        name, _, version = wish.partition('=')
        try:
            base.install(name + '-' + version if version else name)
        except dnf.exceptions.MarkingError:
            sys.exit('no repository of the base has the package %s' % wish)
    base.resolve()
    repositories = [{'id': one.id, 'checks': bool(one.gpgcheck), 'keys': list(one.gpgkey)} for one in base.repos.iter_enabled()]
    fields = 'name', 'version', 'architecture', 'repository', 'sha256'
    packages = [dict(zip(fields, row(one))) for one in sorted(base.transaction.install_set)]
    with answer:
        json.dump({'repositories': repositories, 'packages': packages}, answer)


class Complaints(dnf.callback.DownloadProgress):
    """What was wrong with files that were fetched: the error itself tells only that no mirror is left."""

    def __init__(self):
        self.words = []

    def end(self, payload, status, message):
        if status in (dnf.callback.STATUS_FAILED, dnf.callback.STATUS_MIRROR) and message and str(message) not in self.words:
            self.words.append(str(message))


def fetch(base, rows):
    base.fill_sack(load_system_repo=False)
    packages = []
    for wanted in (text.split('\t') for text in rows):
        name, version, architecture = wanted[:3]
        found = [one for one in base.sack.query().filterm(name=name, evr=version, arch=architecture) if row(one) == wanted]
        if not found:
            sys.exit('the repository %s has no package %s %s as it was resolved' % (wanted[3], name, version))
        packages.append(found[0])
    complaints = Complaints()
    try:
        base.download_packages(packages, complaints)
    except dnf.exceptions.DownloadError as error:
        sys.exit('; '.join([' '.join(str(error).split())] + complaints.words))
    for one in packages:
        name = '%s-%s-%s.%s.rpm' % (one.name, one.version, one.release, one.arch)
        with open(one.localPkg(), 'rb') as source, open(name, 'wb') as file:
            for chunk in iter(lambda: source.read(1 << 20), b''):
                file.write(chunk)


def main():
    try:
        base = opened(sys.argv[2])
        {'resolve': resolve, 'fetch': fetch}[sys.argv[1]](base, sys.argv[3:])
    except (dnf.exceptions.Error, OSError) as error:
        sys.exit(str(error))


main()
)py";

// Its first line names it: the distribution's own Python, which need not be the one on PATH.
constexpr std::string_view kDnfStart = R"sh(IFS= read -r first < "$(command -v dnf)"
case $first in
'#!'*) exec ${first#'#!'} -c "$@" ;;
esac
echo "dnf is no Python program" >&2
exit 1
)sh";

constexpr std::string_view kSignatures = R"sh(set -eu
keys=$1 count=$2
shift 2
export HOME="$keys" LC_ALL=C
mkdir -p "$keys/db"
known() { rpmkeys --dbpath "$keys/db" --import -- "$1"; }
if rpm --query gpg-pubkey --queryformat '%{DESCRIPTION}\n' > "$keys/own" 2> /dev/null; then known "$keys/own"; fi
while [ "$count" -gt 0 ]; do
  known "$1"
  shift
  count=$((count - 1))
done
rpmkeys --dbpath "$keys/db" --define '_pkgverify_level signature' --define '_pkgverify_flags 0x0' --checksig "$@" \
  > "$keys/report" 2>&1 && [ "$(grep -c ': .*signatures OK$' "$keys/report")" -eq "$#" ] && exit 0
echo "signatures are missing, or are not of the keys that the repository names:" >&2
grep -v 'signatures OK$' "$keys/report" >&2
exit 1
)sh";

}  // namespace

std::string_view dnf_script() { return kDnf; }
std::string_view dnf_start_script() { return kDnfStart; }
std::string_view signature_script() { return kSignatures; }

}  // namespace berth::image
