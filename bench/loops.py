"""The public loop design, for benchmarks: one process that reads a job from a pipe, compiles its code, runs it and says
that it has completed, for one call after another."""

import contextlib
import json
import subprocess
import time

from daemon import Failed


def job_of(script):
    return json.dumps({"script": script, "integration": False, "native": False, "args": {}, "context": {}}) + "\n"


class Loop:
    """A process that runs it, started by `command`. end() ends it. Raises Failed."""

    def __init__(self, command, environment=None):
        self.command = command
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        bufsize=1)

    def call(self, job):
        """Milliseconds from the job to its end."""
        begun = time.perf_counter()
        try:
            self.process.stdin.write(job)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Failed(f"the loop of `{' '.join(self.command[:3])}` has ended") from error
        for line in self.process.stdout:
            if '"completed"' in line:
                return (time.perf_counter() - begun) * 1000
        raise Failed(f"the loop of `{' '.join(self.command[:3])}` has ended")

    def end(self):
        """What it reads from ends, which is its end."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
