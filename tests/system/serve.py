"""The daemon for a test, and raw HTTP to it."""
import array
import json
import os
import signal
import socket
import subprocess
import time

from calls import BERTH, PATIENCE, Running


class Reply:
    """A response: its status, its fields, its body; `whole` is False when the connection ended before it did."""

    def __init__(self, data):
        head, _, rest = data.partition(b'\r\n\r\n')
        lines = head.decode('latin-1').split('\r\n')
        self.status = int(lines[0].split()[1]) if lines[0].startswith('HTTP/1.1 ') else 0
        self.fields = {name.lower(): value.strip() for name, _, value in (line.partition(':') for line in lines[1:])}
        self.whole = bool(self.status)
        if self.fields.get('transfer-encoding') == 'chunked':
            self.body = self._unchunked(rest)
        else:
            length = int(self.fields.get('content-length', 0))
            self.body, self.rest = rest[:length], rest[length:]
            self.whole = self.whole and len(self.body) == length

    def _unchunked(self, rest):
        body = b''
        while True:
            size, found, rest = rest.partition(b'\r\n')
            if not found or len(rest) < int(size, 16) + 2:
                self.whole = False
                return body
            if int(size, 16) == 0:
                return body
            body, rest = body + rest[:int(size, 16)], rest[int(size, 16) + 2:]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self):
        return [json.loads(line) for line in self.body.splitlines()]


def group_prefix(berth, number):
    """What the words of a daemon that finds the group `berth` with this number begin with."""
    with open('/etc/group') as file:
        others = [line for line in file if not line.startswith('berth:')]
    path = berth.write('group', ''.join(others) + 'berth:x:%d:\n' % number)
    os.chmod(path, 0o644)
    return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/group && exec "$@"', path]


class Daemon:
    """`berth serve` of the settings that `berth` (a Berth or a WarRoom) has."""

    def __init__(self, berth, *argv, settings=None, socket_path=None, prefix=(), env=None, pass_fds=()):
        self.berth = berth
        self.settings = settings or berth.settings
        self.path = socket_path or os.path.join(berth.runtime, 'berth.sock')
        self.running = Running([*prefix, BERTH, 'serve', *argv], berth.environment(self.settings, **(env or {})),
                               pass_fds=pass_fds)
        self.pid = self.running.pid
        self._ended = False

    def __enter__(self):
        self.wait_for_it()
        return self

    def __exit__(self, *_):
        self.end()

    def wait_for_it(self):
        end = time.monotonic() + 10 * PATIENCE
        while True:
            try:
                self.connect().close()
                return
            except OSError:
                assert time.monotonic() < end, self.running.said()
                time.sleep(0.01)

    def end(self, number=signal.SIGTERM, seconds=60):
        """Its end, once."""
        if self._ended:
            return None
        self._ended = True
        self.running.signal(number)
        return self.running.wait(seconds)

    def connect(self, timeout=60):
        return self.connection(self.path, timeout)

    @staticmethod
    def connection(path, timeout=60):
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.settimeout(timeout)
        try:
            made.connect(path)
        except OSError:
            made.close()
            raise
        return made

    def raw(self, data, descriptors=(), timeout=60):
        """What comes back for these bytes, until the daemon closes the connection."""
        with self.connect(timeout) as made:
            self.send(made, data, descriptors)
            return Reply(self.read_all(made))

    @staticmethod
    def send(made, data, descriptors=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', descriptors))] if descriptors else []
        sent = made.sendmsg([data], rights)
        if sent < len(data):
            made.sendall(data[sent:])

    @staticmethod
    def read_all(made):
        data = b''
        while True:
            try:
                more = made.recv(65536)
            except ConnectionResetError:
                return data
            if not more:
                return data
            data += more

    @staticmethod
    def bytes_of(method, target, body=None, fields=()):
        text = b'' if body is None else json.dumps(body).encode()
        lines = ['%s %s HTTP/1.1' % (method, target), 'Host: berth', 'Connection: close', *fields]
        if body is not None:
            lines.append('Content-Length: %d' % len(text))
        return '\r\n'.join(lines).encode() + b'\r\n\r\n' + text

    def ask_as(self, user, method, target, body=None, fields=()):
        """What it answers to another user, whose group is of the same number."""
        script = "import socket, sys\nmade = socket.socket(socket.AF_UNIX)\nmade.settimeout(60)\nmade.connect(sys.argv[1])\n" \
                 "made.sendall(sys.stdin.buffer.read())\n" \
                 "while data := made.recv(65536): sys.stdout.buffer.write(data)\n"
        done = subprocess.run(['setpriv', '--reuid=%d' % user, '--regid=%d' % user, '--clear-groups', '/usr/bin/python3',
                               '-c', script, self.path], input=self.bytes_of(method, target, body, fields),
                              capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return Reply(done.stdout)

    def ask(self, method, target, body=None, fields=(), **how):
        return self.raw(self.bytes_of(method, target, body, fields), **how)

    def begin_code(self, code, **more):
        """A connection on which this script runs, with events."""
        made = self.connect()
        body = {'item': {'code': code}, 'image': 'python3', **more}
        self.send(made, self.bytes_of('POST', '/v1/run', body, ['Accept: application/x-ndjson']))
        return made

    def run_code(self, code, **more):
        with self.begin_code(code, **more) as made:
            return Reply(self.read_all(made))

    def calls(self):
        return self.ask('GET', '/v1/calls').json['calls']

    def health(self):
        return self.ask('GET', '/v1/health').json

    def wait_for_calls(self, count, seconds=20):
        """Until so many calls run, each with the name of its item."""
        end = time.monotonic() + seconds * PATIENCE
        while True:
            calls = self.calls()
            if len([one for one in calls if one.get('item')]) == count and len(calls) == count:
                return calls
            assert time.monotonic() < end, calls
            time.sleep(0.02)

    def memory_bytes(self):
        with open('/proc/%d/smaps_rollup' % self.pid) as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith(('Private_Dirty:', 'Private_Clean:')))

    def descriptors(self):
        """At the quietest moment of a second: those of a process that looks for instances come and go."""
        counts = []
        for _ in range(20):
            counts.append(len(os.listdir('/proc/%d/fd' % self.pid)))
            time.sleep(0.05)
        return min(counts)
