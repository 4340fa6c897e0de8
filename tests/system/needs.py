"""What the tests need of the machine, found out by doing it.

What is missing skips the tests, with the reason. Where BERTH_REQUIRE names it (a list with commas of root, userns,
cgroup, cgroup2, overlay, image, rootless, docker, podman), it is an error instead: an isolation test that is skipped silently is a hole.
So it is with "indexes", the package indexes that this machine is set up for, and with the programs that Berth is held against: rpm, dnf
(with createrepo-c), bsddb3, dpkg, zstd and umoci from the distribution, packaging, license-expression and
spdx-tools from PyPI, spdx-satisfies, cyclonedx-library and sarif-multitool from npm, each in one version (references.py).
"""
import os
import shutil
import subprocess
import tempfile


def run(*argv, **options):
    """What the command says when it does not succeed; empty when it does."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return '' if done.returncode == 0 else done.stdout.decode('utf-8', 'replace').strip() or 'it failed'


def missing_root():
    return '' if os.geteuid() == 0 else 'the tests run as uid %d' % os.geteuid()


def missing_userns():
    return run('unshare', '--user', '--map-root-user', 'true')


def missing_cgroup():
    with open('/proc/self/mountinfo') as mounts:
        fields = [line.split(' - ')[0].split()[4:5] + line.split(' - ')[1].split() for line in mounts]
    needed = {'memory', 'pids', 'cpu'}
    for point, kind, _, options in [found[:4] for found in fields if found[1] in ('cgroup', 'cgroup2')]:
        has = set(options.split(','))
        if kind == 'cgroup2':
            with open(os.path.join(point, 'cgroup.controllers')) as controllers:
                has = set(controllers.read().split())
        if not needed & has:
            continue
        needed -= has
        folder = os.path.join(point, 'berth-test-%d' % os.getpid())
        try:
            os.mkdir(folder)
            os.rmdir(folder)
        except OSError as error:
            return str(error)
    return 'no hierarchy has %s' % ', '.join(sorted(needed)) if needed else ''


def missing_cgroup2():
    """For what is of version 2 alone; no other test needs it."""
    found = os.path.exists('/sys/fs/cgroup/cgroup.controllers')
    return '' if found else '/sys/fs/cgroup is no hierarchy of version 2 (tools/vm has one)'


def missing_overlay():
    with tempfile.TemporaryDirectory() as folder:
        for name in 'ab':
            os.mkdir(os.path.join(folder, name))
        return run('unshare', '--mount', 'mount', '-t', 'overlay', 'overlay', '-o', 'lowerdir=a:b', 'a', cwd=folder)


def missing_image(berth):
    """Whether a call finds an image that is called python3."""
    answer = berth.script('pass')
    return answer.err.strip() if answer.code == 2 else ''


def missing_rootless():
    """Whether an ordinary user can be made here, and be root of a namespace."""
    for tool, package in (('useradd', 'passwd'), ('setpriv', 'util-linux'), ('newuidmap', 'uidmap')):
        if shutil.which(tool) is None:
            return "'%s' is not on PATH (Debian package %s)" % (tool, package)
    return run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '--user', '--map-root-user',
               '--mount', 'true')


def missing(berth):
    """(need, reason) of each need that is not met."""
    found = [('root', missing_root()), ('userns', missing_userns()), ('cgroup', missing_cgroup()),
             ('overlay', missing_overlay())]
    if not any(reason for _, reason in found):
        found.append(('image', missing_image(berth)))
    return [(need, reason) for need, reason in found if reason]


def required(need):
    return need in os.environ.get('BERTH_REQUIRE', '').split(',')
