"""Drives loop.py as a host does: a process, pipes, one message a line."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOOP = os.path.join(ROOT, 'loop', 'loop.py')
PYTHON = os.environ.get('BERTH_TEST_PYTHON', sys.executable)
VERSION = tuple(json.loads(subprocess.check_output(
    [PYTHON, '-c', 'import json, sys; print(json.dumps(list(sys.version_info[:3])))']).decode()))
PY2 = VERSION[0] == 2
SECONDS = 60


class Refusal(Exception):
    """What an `answer` function raises to have the host refuse a request."""


def is_request(message):
    """Whether the host answers `message` (docs/protocol.md)."""
    kind = message['type']
    if kind in ('ready', 'pong', 'completed', 'entryLog', 'result'):
        return False
    if kind == 'exception':
        return 'command' in message
    return not (kind == 'executeCommand' and message['command'] == 'heartbeat')


def echo(message):
    """The answer that most tests want: none that matters."""
    return None


class Outcome(object):
    """All that a loop said: messages without `seq`, lines that were none, raw text, how the process ended."""

    def __init__(self):
        self.messages = []
        self.numbers = []
        self.noise = []
        self.stdout = self.stderr = ''
        self.status = None

    def of(self, kind):
        return [message for message in self.messages if message['type'] == kind]

    def entries(self):
        return [entry for message in self.of('result') for entry in message['results']]

    def contents(self):
        return [entry['Contents'] for entry in self.entries()]

    def logs(self):
        return [message['args']['message'] for message in self.of('entryLog')]

    def trace(self):
        """The lines of the exception that ended the (only) job, or None."""
        lines = [message['args']['exception'] for message in self.of('exception') if 'command' not in message]
        return lines[0] if lines else None

    def ends(self):
        return len(self.of('completed'))


class Process(object):
    """A running loop. `stdio` chooses the mode; standard output and error go to files, so they never block."""

    def __init__(self, stdio=False, env=None, python_flags=(), mode='frames', loop=LOOP):
        self.stdio = stdio
        self.out = tempfile.TemporaryFile()
        self.err = tempfile.TemporaryFile()
        self.cwd = tempfile.mkdtemp()
        if stdio:
            self.process = subprocess.Popen([PYTHON] + list(python_flags) + [LOOP, 'stdio'], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=self.err, env=env, cwd=self.cwd)
            self.to, self.frm = self.process.stdin, self.process.stdout
        else:
            child_in, to = os.pipe()
            frm, child_out = os.pipe()
            self.process = subprocess.Popen(
                [PYTHON] + list(python_flags) + [loop, mode, str(child_in), str(child_out)],
                stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err, pass_fds=(child_in, child_out), env=env,
                cwd=self.cwd)
            os.close(child_in)
            os.close(child_out)
            self.to, self.frm = os.fdopen(to, 'wb'), os.fdopen(frm, 'rb')
        self.outcome = Outcome()

    def send(self, line):
        self.to.write(line)
        self.to.flush()

    def next(self):
        """The next message, or None at the end; other lines go to `noise`."""
        while True:
            line = self.frm.readline()
            if not line:
                return None
            try:
                message = json.loads(line.decode('ascii'))
            except ValueError:
                self.outcome.noise.append(line)
                continue
            self.outcome.numbers.append(message.pop('seq', None))
            self.outcome.messages.append(message)
            return message

    def serve(self, answer=echo):
        """Answers requests until a job has completed or the loop is gone."""
        while True:
            message = self.next()
            if message is None or message['type'] == 'completed':
                return
            if not is_request(message):
                continue
            seq = self.outcome.numbers[-1]
            try:
                result = answer(message)
            except Refusal as refusal:
                self.refuse(seq, str(refusal))
                continue
            self.answer(seq, result)

    def answer(self, seq, result):
        self.send(json.dumps(result if self.stdio else {'seq': seq, 'result': result}).encode() + b'\n')

    def refuse(self, seq, text):
        if self.stdio:
            self.send(b'[ERROR-fd5a7750-7182-4b38-90ba-091824478903]' + text.encode() + b'\n')
        else:
            self.send(json.dumps({'seq': seq, 'error': text}).encode() + b'\n')

    def close(self):
        """Ends the conversation and the process; returns the outcome."""
        try:
            self.to.close()
        except OSError:
            pass
        try:
            while self.next() is not None:
                pass
            self.outcome.status = self.process.wait(SECONDS)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        self.frm.close()
        subprocess.call(['rm', '-rf', self.cwd])  # however deep: a job has made it
        for name, stream in (('stdout', self.out), ('stderr', self.err)):
            stream.seek(0)
            setattr(self.outcome, name, stream.read().decode('utf-8', 'replace'))
            stream.close()
        return self.outcome


def job(script, integration=False, **fields):
    made = {'script': script, 'integration': integration, 'native': False, 'args': {}, 'params': None, 'command': '',
            'context': {}}
    made.update(fields)
    return made


def run(script, answer=echo, stdio=False, env=None, **fields):
    """Runs one job in a process of its own."""
    process = Process(stdio, env)
    process.send(json.dumps(job(script, **fields)).encode() + b'\n')
    process.serve(answer)
    return process.close()


def run_many(jobs, answer=echo, env=None):
    """Runs jobs one after another in one process of mode `stdio`; returns the process's outcome."""
    process = Process(stdio=True, env=env)
    for one in jobs:
        process.send(one if isinstance(one, bytes) else json.dumps(one).encode() + b'\n')
        process.serve(answer)
    return process.close()
