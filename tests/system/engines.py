"""The engines that make containers of calls, each with storage and daemon of the tests' own."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

NAMES = 'native', 'docker', 'podman'

STORAGE_CONF = '''[storage]
driver = "overlay"
graphroot = "{home}/graph"
runroot = "{home}/run"
'''

# Without systemd, and on machines with cgroups of both versions, on which crun refuses to start.
CONTAINERS_CONF = '''[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
{runtime}
'''


NEEDED_MEMORY = 3 << 30


def free_memory():
    with open('/proc/meminfo') as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith('MemAvailable'))


class Lacking(Exception):
    """This engine cannot be had here, for the reason given."""


def run(*argv, env=None, seconds=300):
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=seconds, env={**os.environ, **(env or {})})
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Lacking(str(error)) from error
    text = done.stdout.decode('utf-8', 'replace')
    if done.returncode != 0:
        raise Lacking('%s: %s' % (' '.join(argv[:3]), text.strip()[-400:] or 'exit status %d' % done.returncode))
    return text


def need_program(name):
    if shutil.which(name) is None:
        raise Lacking("'%s' is not on PATH" % name)


class Native:
    name = 'native'
    env = {}
    settings = ''

    def __init__(self, names):
        self.images = names

    def containers(self):
        return []

    def end(self):
        pass


class Foreign:
    """What Docker and Podman have in common: images that are copied into storage of their own, and containers."""

    settings = ''  # that calls by it need

    def __init__(self, names):
        self.home = tempfile.mkdtemp(prefix='berth-system-%s-' % self.name)
        self.images = names
        try:
            if free_memory() > NEEDED_MEMORY:
                # Engines write every file of an image to disk before they go on, and removing them takes as long.
                run('mount', '-t', 'tmpfs', '-o', 'size=%d,mode=711' % NEEDED_MEMORY, 'berth-test-engine', self.home)
            self.start()
            for name in names:
                self.take(name)
        except BaseException:
            self.end()
            raise

    def ask(self, *argv):
        return run(self.name, *argv, env=self.env)

    def containers(self):
        """All that are there, running or not."""
        return self.ask('ps', '--all', '--format', '{{.Names}} {{.Status}}').split('\n')[:-1]

    def remove_home(self):
        with open('/proc/self/mountinfo') as mounts:
            points = [line.split()[4] for line in mounts]
        points = [point for point in points if point == self.home or point.startswith(self.home + '/')]
        for point in sorted(points, reverse=True):
            subprocess.run(['umount', '--lazy', point])
        shutil.rmtree(self.home, ignore_errors=True)


class Docker(Foreign):
    name = 'docker'
    settings = 'isolation:\n  user_namespace: off\n'  # this daemon has no userns-remap

    def start(self):
        for program in ('docker', 'dockerd', 'skopeo'):
            need_program(program)
        self.socket = 'unix://%s/docker.sock' % self.home
        self.env = {'DOCKER_HOST': self.socket}
        with open(self.home + '/log', 'wb') as log:
            self.daemon = subprocess.Popen(
                ['dockerd', '--data-root', self.home + '/data', '--exec-root', self.home + '/exec', '--pidfile',
                 self.home + '/pid', '--host', self.socket, '--bridge=none', '--iptables=false', '--ip6tables=false',
                 '--ip-forward=false', '--ip-masq=false', '--log-level=error'],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + 60
        while True:
            try:
                return self.ask('info')
            except Lacking as reason:
                if self.daemon.poll() is not None or time.monotonic() > end:
                    with open(self.home + '/log', errors='replace') as log:
                        raise Lacking('dockerd: %s; %s' % (log.read()[-400:].strip(), reason)) from reason
            time.sleep(0.1)

    def take(self, name):
        run('skopeo', 'copy', '--quiet', 'containers-storage:' + name, 'docker-daemon:' + name, '--dest-daemon-host',
            self.socket)

    def end(self):
        if getattr(self, 'daemon', None) is not None and self.daemon.poll() is None:
            self.daemon.terminate()
            try:
                self.daemon.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.daemon.pid, signal.SIGKILL)  # a session of its own, with containerd
                self.daemon.wait()
        self.remove_home()


class Podman(Foreign):
    name = 'podman'

    def start(self):
        for program in ('podman', 'skopeo'):
            need_program(program)
        self.env = {'CONTAINERS_STORAGE_CONF': self.home + '/storage.conf',
                    'CONTAINERS_CONF': self.home + '/containers.conf'}
        runc = shutil.which('runc')
        for path, text in (('storage.conf', STORAGE_CONF.format(home=self.home)),
                           ('containers.conf', CONTAINERS_CONF.format(runtime='runtime = "runc"' if runc else ''))):
            with open(os.path.join(self.home, path), 'w') as file:
                file.write(text)
        self.ask('info')

    def take(self, name):
        run('skopeo', 'copy', '--quiet', 'containers-storage:' + name,
            'containers-storage:[overlay@%s/graph+%s/run]%s' % (self.home, self.home, name))

    def end(self):
        self.remove_home()


KINDS = {kind.name: kind for kind in (Native, Docker, Podman)}


def base_images(berth):
    """The newest base image of each Python that is here, by the number of its major version."""
    newest = {}
    for image in berth('image', 'list', '--json').json['images']:
        for name in image['names']:
            made = re.fullmatch(r'(?:localhost/)?(berth/python(3?)-deb):([\d.]+)', name)
            if made:
                key = [int(part) for part in made[3].split('.')]
                major = 3 if made[2] else 2
                if major not in newest or key > newest[major][0]:
                    newest[major] = (key, 'localhost/%s:%s' % (made[1], made[3]))
    return {major: name for major, (_, name) in newest.items()}


class Calls:
    """Calls by one engine."""

    def __init__(self, berth, engine):
        self.berth = berth
        self.engine = engine
        self.is_native = engine.name == 'native'
        self.settings = self.settings_with('')

    def settings_with(self, text):
        return self.berth.settings_with(self.engine.settings + text)

    def __call__(self, *argv, env=None, **how):
        return self.berth(*argv, '--engine', self.engine.name, env={**self.engine.env, **(env or {})},
                          **{'settings': self.settings, **how})

    def begin_script(self, code, *argv, env=None, **how):
        return self.berth.begin_script(code, *argv, '--engine', self.engine.name,
                                       env={**self.engine.env, **(env or {})}, **{'settings': self.settings, **how})

    def script(self, code, *argv, seconds=120, **how):
        return self.begin_script(code, *argv, **how).wait(seconds)

    def settle(self, seconds=10):
        """Waits until the engine has no container of a call any more. Errors: AssertionError with those left."""
        end = time.monotonic() + seconds
        while left := [one for one in self.engine.containers() if one.startswith('berth-')]:
            assert time.monotonic() < end, left
            time.sleep(0.05)
        stages = os.path.join(self.berth.runtime, 'engines')
        while left := os.listdir(stages) if os.path.isdir(stages) else []:
            assert time.monotonic() < end, left
            time.sleep(0.05)

