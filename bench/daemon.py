"""`berth serve` with settings of its own, for benchmarks, and the client in C++ that measures calls of it."""

import json
import os
import pathlib
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN_SECONDS = 10
END_SECONDS = 60


class Failed(Exception):
    """Nothing can be measured, for the reason given."""


def output_of(*command):
    """The JSON that a program prints which has to succeed. Raises Failed with what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode != 0:
        raise Failed(f"{os.path.basename(command[0])} failed: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


def build(folder, *targets):
    """Has what is measured be as the sources are. Raises Failed."""
    done = subprocess.run(["cmake", "--build", str(folder), "--target", *targets], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        raise Failed(f"build it first (`cmake --preset release`):\n{done.stdout[-2000:]}")


def common_script():
    """The built-in one, whole."""
    names = (ROOT / "common" / "parts.txt").read_text().split()
    return "\n".join((ROOT / "common" / name).read_text() for name in names if name.endswith(".py"))


class Daemon:
    """One that serves `build`'s program, with `calls` as that part of its settings. end() ends it. Raises Failed."""

    def __init__(self, build, folder, calls="{warm: on}"):
        self.program = str(build / "berth")
        self.client = str(build / "berth_daemon_bench")
        self.socket = os.path.join(folder, "berth.sock")
        settings = pathlib.Path(folder, "berth.yaml")
        settings.write_text(f"version: 1\ncalls: {calls}\nstorage: {{state: {folder}/state}}\n"
                            f"serve: {{socket: {self.socket}, instances: off}}\n")
        self.environment = dict(os.environ, BERTH_CONFIG=str(settings))
        self.process = subprocess.Popen([self.program, "serve"], env=self.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        end = time.monotonic() + BEGIN_SECONDS
        while not os.path.exists(self.socket):
            if time.monotonic() > end or self.process.poll() is not None:
                self.end()
                raise Failed("`berth serve` does not begin")
            time.sleep(0.01)

    def drive(self, image, *options):
        """What calls took: berth_daemon_bench says how and of what."""
        return output_of(self.client, self.socket, image, *map(str, options))

    def pool(self):
        """As `berth pool` has it."""
        done = subprocess.run([self.program, "pool", "--json"], env=self.environment, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(END_SECONDS)
