"""An ordinary user of the tests' own, and the program as that user starts it."""
import os
import pwd
import shutil
import subprocess

from calls import BERTH, ROOT, UNGUARDED, Berth, Running

NAME = 'berth-test-user'
TAP = '/dev/net/tun'
ALLOWED = 'limits:\n  allow_unlimited: on\n'


def run(*argv, **how):
    return subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **how).stdout.decode()


def remove_user(name):
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return
    run('userdel', name)
    # Its home, its runtime folder, and those of the containers' tools.
    made = ['%s/%s-%d' % (place, what, entry.pw_uid) for place in ('/tmp', '/var/tmp')
            for what in ('berth', 'containers-user', 'podman-run')]
    for folder in [entry.pw_dir] + made:
        shutil.rmtree(folder, ignore_errors=True)


class User:
    """Made with a home of its own below /var/tmp, where an image has room; gone with remove()."""

    def __init__(self, name, *options):
        remove_user(name)
        run('useradd', '--create-home', '--home-dir', '/var/tmp/' + name, '--shell', '/bin/sh', *options, name)
        entry = pwd.getpwnam(name)
        self.name, self.uid, self.gid, self.home = name, entry.pw_uid, entry.pw_gid, entry.pw_dir

    def ranges(self):
        """(first, count) of what /etc/subuid grants."""
        with open('/etc/subuid') as file:
            lines = [line.split(':') for line in file]
        return [(int(first), int(count)) for owner, first, count in lines if owner == self.name]

    def command(self, *argv):
        return ['/usr/bin/setpriv', '--reuid=%d' % self.uid, '--regid=%d' % self.gid, '--clear-groups'] + list(argv)

    def give(self, path):
        os.chown(path, self.uid, self.gid)

    def remove(self):
        remove_user(self.name)


class UserBerth(Berth):
    """The program as `user` starts it, with settings and a runtime folder of the tests' own in the user's home."""

    def __init__(self, user):
        self.user = user
        folder, runtime = user.home + '/tests', user.home + '/run'
        for path in (folder, runtime):
            os.mkdir(path, 0o700)
            user.give(path)
        # Where the tree was built need not be open to all.
        self.program, self.unguarded = user.home + '/berth', user.home + '/berth_unguarded'
        shutil.copy(BERTH, self.program)
        shutil.copy(UNGUARDED, self.unguarded)
        self.examples = user.home + '/examples'
        shutil.copytree(os.path.join(ROOT, 'examples'), self.examples)
        super().__init__(folder, runtime)
        self.refusing = self.settings
        self.settings = self.settings_with(ALLOWED)

    def write(self, name, text):
        path = super().write(name, text)
        self.user.give(path)
        os.chmod(os.path.dirname(path), 0o755)
        return path

    def plain_environment(self, **more):
        """As after a login: nothing of Berth is set."""
        env = {'PATH': os.environ['PATH'], 'HOME': self.user.home, 'TERM': 'dumb'}
        env.update(more)
        return env

    def environment(self, settings=None, leave_out=(), **more):
        return super().environment(settings, leave_out, **{'HOME': self.user.home, **more})

    def begin(self, *argv, settings=None, leave_out=(), env=None, plain=False, prefix=(), **streams):
        program = self.unguarded if leave_out else self.program
        variables = self.plain_environment(**(env or {})) if plain else \
            self.environment(settings, leave_out, **(env or {}))
        return Running(list(prefix) + self.user.command(program, *argv), variables, cwd='/', **streams)

    @property
    def storage(self):
        return self.user.home + '/.local/share/containers/storage'

    def in_namespace(self, *argv):
        """Runs a tool of the containers' as root of a namespace of the user's."""
        return run(*self.user.command('unshare', '--user', '--map-root-user', '--map-auto', '--mount', *argv), cwd='/',
                   env=self.plain_environment(_CONTAINERS_USERNS_CONFIGURED='done',
                                              _CONTAINERS_ROOTLESS_UID=str(self.user.uid)))

    def take_image(self, name):
        """Copies an image of root's storage into the user's."""
        between = self.user.home + '/between'
        run('skopeo', 'copy', '--quiet', 'containers-storage:' + name, 'dir:' + between)
        run('chown', '-R', '%d:%d' % (self.user.uid, self.user.gid), between)
        self.in_namespace('skopeo', '--insecure-policy', 'copy', '--quiet', 'dir:' + between,
                          'containers-storage:[overlay@%s+%s/run-root]%s' % (self.storage, self.user.home, name))
        shutil.rmtree(between)
        self.image = name

    def buildah(self, *argv):
        return run(*self.user.command('buildah', '--storage-driver', 'overlay', *argv), cwd='/',
                   env=self.plain_environment()).strip().split('\n')[-1]

    def make_image(self, data_home):
        """`berth image init` into another storage, with the packages that root has fetched; its answer."""
        cache = self.user.home + '/.cache/berth'
        if os.path.isdir('/var/cache/berth/apt/cache/archives') and not os.path.isdir(cache + '/apt'):
            shutil.copytree('/var/cache/berth/apt', cache + '/apt')
            run('chown', '-R', '%d:%d' % (self.user.uid, self.user.gid), self.user.home + '/.cache')
        answer = self('image', 'init', '--json', plain=True, seconds=1200, env={'XDG_DATA_HOME': data_home})
        assert answer.code == 0, answer
        return answer.json
