"""Warm calls through a daemon: its workers and zygotes as `GET /v1/pool` tells them, and a client for many calls."""
import json
import re
import time

from calls import IMAGE, PATIENCE
from host import read

WARM = 'calls: {warm: on}\n'


def pool(daemon):
    return daemon.ask('GET', '/v1/pool').json


def zygotes(daemon):
    return [zygote for worker in pool(daemon)['workers'] for zygote in worker['zygotes']]


def until(found, seconds=30):
    end = time.monotonic() + seconds * PATIENCE
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return value


def at_rest(daemon):
    """The workers, once all of them have nothing to do."""
    def idle():
        workers = pool(daemon)['workers']
        return all(worker['state'] == 'idle' for worker in workers) and [workers]
    (workers,) = until(idle)
    return workers


def run(daemon, code, affinity=None, **more):
    """The answer of one call; the next one finds the workers at rest."""
    body = {'item': {'code': code}, 'image': IMAGE, **more}
    reply = daemon.ask('POST', '/v1/run', body, ['Berth-Affinity: ' + (affinity or 'x')])
    assert reply.status == 200, reply.body
    at_rest(daemon)
    return reply.json


def value(answer):
    return answer['entries'][-1]['Contents']


def cmdline(pid):
    return read('/proc/%d/cmdline' % pid)


def parent_of(pid):
    lines = [line.split() for line in read('/proc/%d/status' % pid).splitlines()]
    return next((int(line[1]) for line in lines if line[0] == 'PPid:'), 0)


def children_of(parent):
    return [int(pid) for pid in read('/proc/%d/task/%d/children' % (parent, parent)).split()]


def descendants(pid):
    below = children_of(pid)
    return below + [one for child in below for one in descendants(child)]


def is_dead(pid):
    return read('/proc/%d/stat' % pid).rpartition(')')[2].split()[:1] in ([], ['Z'])


def zygote_processes(daemon):
    """The interpreters that a container's init has started for a worker; their children look the same."""
    return [pid for worker in children_of(daemon.pid) for init in children_of(worker) for pid in children_of(init)
            if 'zygote.py' in cmdline(pid)]


class Client:
    """One connection that is kept, for calls of one script after another, without a pause."""

    def __init__(self, daemon, item, affinity='x', **more):
        self._made = daemon.connect(timeout=60 * PATIENCE)
        self._file = self._made.makefile('rb')
        self._body = {'item': item if isinstance(item, dict) else {'code': item}, 'image': IMAGE, **more}
        self._affinity = affinity

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._made.close()

    def __call__(self, **arguments):
        """The answer of a call with these arguments."""
        body = json.dumps({**self._body, 'arguments': ['%s=%s' % one for one in arguments.items()]}).encode()
        head = 'POST /v1/run HTTP/1.1\r\nHost: berth\r\nBerth-Affinity: %s\r\nContent-Length: %d\r\n\r\n'
        self._made.sendall((head % (self._affinity, len(body))).encode() + body)
        said = b''
        while not said.endswith(b'\r\n\r\n'):
            line = self._file.readline()
            assert line, said
            said += line
        answer = self._file.read(int(re.search(rb'(?i)content-length: (\d+)', said).group(1)))
        assert said.startswith(b'HTTP/1.1 200 '), answer
        return json.loads(answer)

    def until_warm(self, daemon, **arguments):
        """The first call is cold, and begins a zygote; what the calls until then have imported may begin another one."""
        for _ in range(3):
            self(**arguments)
            at_rest(daemon)
        assert self(**arguments)['warm']
        at_rest(daemon)
