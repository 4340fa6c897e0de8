"""What calls leave on this machine: nothing.

The tests use a runtime folder and a file of settings of their own. That tells their processes (the program, its watcher
and a container's init carry BERTH_CONFIG), cgroups, mounts and files from those of others that use the same machine.
"""
import fcntl
import glob
import os
import re
import time

CGROUPS = '/sys/fs/cgroup/*/berth/*/', '/sys/fs/cgroup/berth/*/'


def environment_of(pid):
    try:
        with open('/proc/%s/environ' % pid, 'rb') as file:
            return file.read().split(b'\0')
    except OSError:
        return []


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ''


class Host:
    def __init__(self, folder, runtime):
        self._marker = ('BERTH_CONFIG=' + folder).encode()
        self._runtime = runtime
        self._namespace_mounts = self.namespace_mounts()

    def is_ours(self, pid):
        return any(variable.startswith(self._marker) for variable in environment_of(pid))

    def processes(self):
        return ['process %s (%s)' % (pid, read('/proc/%s/comm' % pid).strip())
                for pid in os.listdir('/proc') if pid.isdigit() and self.is_ours(pid)]

    def is_init_of_others(self, pid):
        return (read('/proc/%s/comm' % pid).startswith('berth') and environment_of(pid) not in ([], [b''])
                and not self.is_ours(pid))

    def is_of_others(self, path):
        """Whether this group is of a container, or of a child of its zygote, whose init is somebody else's."""
        return any(self.is_init_of_others(pid)
                   for pid in read(re.sub(r'-[0-9]+/$', '/', path) + 'cgroup.procs').split())

    def cgroups(self):
        """Groups of containers and of zygotes' children, but for those of others."""
        return ['cgroup ' + path for pattern in CGROUPS for path in glob.glob(pattern) if not self.is_of_others(path)]

    def mounts(self):
        """Mounts in the runtime folder; the kept roots of images are meant to stay."""
        points = [line.split()[4] for line in read('/proc/self/mountinfo').splitlines()]
        return ['mount ' + point for point in points
                if point.startswith(self._runtime) and not point.startswith(self._runtime + '/roots/')]

    def namespace_mounts(self):
        return sorted(line.split()[4] for line in read('/proc/self/mountinfo').splitlines() if ' - nsfs ' in line)

    def namespaces(self):
        """Network namespaces that live on without a process, and those of our processes that are not the host's."""
        found = ['namespace ' + point for point in self.namespace_mounts() if point not in self._namespace_mounts]
        own = os.readlink('/proc/self/ns/net')
        for process in self.processes():
            try:
                net = os.readlink('/proc/%s/ns/net' % process.split()[1])
            except OSError:
                continue
            if net != own:
                found.append('namespace ' + net)
        return found

    def files(self):
        """Files in the runtime folder that a finished call does not leave: records, things staged, leases of those who
        left something. A lease may name a dead owner that left nothing; the next start empties it."""
        found = []
        for folder, names, files in os.walk(self._runtime):
            if folder == os.path.join(self._runtime, 'roots'):
                names.clear()
            for name in files:
                path = os.path.join(folder, name)
                is_lease = os.path.dirname(path) == os.path.join(self._runtime, 'leases')
                if not is_lease or self.has_cgroup(read(path)):
                    found.append('file ' + path)
        return found

    def has_cgroup(self, owner):
        return bool(owner) and any(owner in path for pattern in CGROUPS for path in glob.glob(pattern))

    def interfaces(self):
        """Outer ends of the pairs that lead to containers, but for those of others: each is called as the last ten characters
        of a container's id. Those of the tests' own networks are looked at by them."""
        names = [name for name in os.listdir('/sys/class/net') if name.startswith('berth')]
        others = names and {'berth' + re.sub(r'-[0-9]+$', '', os.path.basename(path[:-1]))[-10:].lower()
                            for pattern in CGROUPS for path in glob.glob(pattern) if self.is_of_others(path)}
        return ['interface ' + name for name in names if name not in others]

    def leftovers(self):
        return self.cgroups() + self._other_leftovers()

    def _other_leftovers(self):
        return self.processes() + self.mounts() + self.namespaces() + self.files() + self.interfaces()

    def settle(self, seconds=5):
        """Waits until nothing of ours is left, and returns how long that took. Errors: AssertionError with a list."""
        begun = time.monotonic()
        groups = self.cgroups()
        while True:
            # A group without processes does not tell whose it is: those of others, of calls that just begin or end, come and
            # go. One that is ours was there at the first look, or has processes that are ours.
            groups = [one for one in self.cgroups() if one in groups]
            left = groups + self._other_leftovers()
            taken = time.monotonic() - begun
            if not left:
                return taken
            if taken > seconds:
                raise AssertionError('left on the host after %g s:\n%s' % (seconds, '\n'.join(left)))
            time.sleep(0.02)

    def slots(self):
        """Ids of the calls that hold a range of host ids, by number of the range."""
        held = {}
        for path in glob.glob(os.path.join(self._runtime, 'leases', '*')):
            if read(path):
                held[int(os.path.basename(path))] = read(path)
        return held

    def held_leases(self):
        """Ranges of host ids that a process holds. Not while calls begin: looking takes the range for a moment."""
        held = []
        for path in glob.glob(os.path.join(self._runtime, 'leases', '*')):
            with open(path) as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    held.append('lease ' + path)
        return held
