"""Runs the built program, and reads what it answers."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BERTH = os.path.abspath(os.environ.get('BERTH', os.path.join(ROOT, 'build', 'release', 'berth')))
UNGUARDED = os.path.abspath(os.environ.get('BERTH_UNGUARDED',
                                           os.path.join(ROOT, 'build', 'release', 'berth_unguarded')))
IMAGE = 'python3'

# A bound in seconds is for an idle machine; a busy one may take this many times as long.
PATIENCE = float(os.environ.get('BERTH_PATIENCE', '4'))


class Finished:
    """A program that has ended: its exit code (minus the signal that killed it), its texts, its time and memory."""

    def __init__(self, status, out, err, seconds, peak_bytes):
        self.code = os.waitstatus_to_exitcode(status)
        self.out = out
        self.err = err
        self.seconds = seconds
        self.peak_bytes = peak_bytes

    def __repr__(self):
        return 'exit %d\n--- stdout\n%s\n--- stderr\n%s' % (self.code, self.out[-4000:], self.err[-4000:])

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def outcome(self):
        return self.json['outcome']

    @property
    def cause(self):
        return self.outcome['cause']

    @property
    def entries(self):
        return self.json['entries']

    @property
    def value(self):
        """What the script's last entry holds."""
        contents = self.entries[-1]['Contents']
        return json.loads(contents) if self.entries[-1]['ContentsFormat'] == 'json' and isinstance(contents, str) \
            else contents

    def log(self, source=None):
        return [line['text'] for line in self.json['log'] if source in (None, line['source'])]

    def exception(self):
        return ''.join(self.json['exception'])


def slowness(seconds=0.2):
    """How many times longer than on an idle machine what one process computes takes just now."""
    begun, used = time.monotonic(), time.process_time()
    while time.process_time() - used < seconds:
        pass
    return max(1.0, (time.monotonic() - begun) / (time.process_time() - used))


class Running:
    """A program that runs. Its streams are files, so that it is never held up by us."""

    def __init__(self, argv, env, stdin=b'', cwd=None, pass_fds=()):
        self._out = tempfile.TemporaryFile()
        self._err = tempfile.TemporaryFile()
        self._peak_bytes = 0
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            self._begun = time.monotonic()
            self._process = subprocess.Popen(argv, stdin=given, stdout=self._out, stderr=self._err, env=env, cwd=cwd,
                                             pass_fds=pass_fds)
        self.pid = self._process.pid

    def signal(self, number):
        os.kill(self.pid, number)

    def said(self):
        """Standard error until now."""
        return os.pread(self._err.fileno(), 1 << 20, 0).decode('utf-8', 'replace')

    def wait(self, seconds):
        """The end. After `seconds` the program is killed, which is an error; its watcher cleans up."""
        status = self._end(seconds)
        taken = time.monotonic() - self._begun
        texts = []
        for stream in (self._out, self._err):
            stream.seek(0)
            texts.append(stream.read().decode('utf-8', 'surrogateescape'))
            stream.close()
        return Finished(status, texts[0], texts[1], taken, self._peak_bytes)

    def _end(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._look_at_memory()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self._process.returncode = 0  # it has been waited for
                return status
            time.sleep(0.001)
        self.signal(signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self._process.returncode = 0
        raise AssertionError('%s did not end within %.0f s; it said:\n%s' % (self._process.args, seconds, self.said()))

    def _look_at_memory(self):
        # Not what wait4(2) tells: that counts the memory of the one who forked, which is us.
        try:
            with open('/proc/%d/status' % self.pid) as status:
                peak = [line.split()[1] for line in status if line.startswith('VmHWM')]
        except OSError:
            return
        self._peak_bytes = max(self._peak_bytes, *[int(kib) * 1024 for kib in peak], 0)


class Berth:
    """The program with settings and a runtime folder of the tests' own."""

    def __init__(self, folder, runtime):
        self.folder = folder  # for scripts and settings
        self.runtime = runtime
        self._count = 0
        self.settings = self.write('berth.yaml', 'version: 1\nstorage:\n  runtime: %s\n  cache: %s/cache\n  state: %s/state\n'
                                   % (runtime, folder, folder))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(text if isinstance(text, bytes) else text.encode('utf-8'))
        return path

    def settings_with(self, text):
        """A file of settings with `text` besides; for `settings=`."""
        self._count += 1
        with open(self.settings) as usual:
            return self.write('settings%d.yaml' % self._count, usual.read() + text)

    def settings_text(self, state, cache=None):
        """The usual settings with a state folder, and perhaps a cache, of their own."""
        with open(self.settings) as usual:
            text = re.sub(r'\n  state: .*', '\n  state: ' + state, usual.read())
        return text if cache is None else re.sub(r'\n  cache: .*', '\n  cache: ' + cache, text)

    def environment(self, settings=None, leave_out=(), **more):
        env = {name: os.environ[name] for name in ('PATH', 'HOME') if name in os.environ}
        env.update({'BERTH_CONFIG': settings or self.settings, 'TERM': 'xterm-256color'}, **more)
        if leave_out:
            env['BERTH_LEAVE_OUT'] = ','.join(leave_out)
        return env

    def begin(self, *argv, settings=None, leave_out=(), env=None, prefix=(), **streams):
        """`berth argv...`, or the program without the guards of `leave_out`; started by `prefix`, a command's words."""
        program = UNGUARDED if leave_out else BERTH
        return Running([*prefix, program] + list(argv), self.environment(settings, leave_out, **(env or {})), **streams)

    def __call__(self, *argv, seconds=60, **how):
        return self.begin(*argv, **how).wait(seconds)

    def begin_script(self, code, *argv, **how):
        self._count += 1
        path = self.write('scripts/probe%d.py' % self._count, code)
        return self.begin('run', path, '--image', IMAGE, '--json', *argv, **how)

    def script(self, code, *argv, seconds=60, **how):
        """`berth run` of a Python text, with the whole answer as JSON."""
        return self.begin_script(code, *argv, **how).wait(seconds)
