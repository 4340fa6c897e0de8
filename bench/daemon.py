"""`berth serve` with settings of its own, for benchmarks, and the client in C++ that measures calls of it."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN_SECONDS = 10
END_SECONDS = 60
REST_SECONDS = 30


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


class Connection(http.client.HTTPConnection):
    """To a daemon's socket."""

    def __init__(self, path):
        super().__init__("berth")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


class Daemon:
    """One that serves `build`'s program, with `calls` as that part of its settings and `serve` besides what it needs
    in the other. end() ends it. Raises Failed."""

    def __init__(self, build, folder, calls="{warm: on}", serve=""):
        self.program = str(build / "berth")
        self.client = str(build / "berth_daemon_bench")
        self.socket = os.path.join(folder, "berth.sock")
        settings = pathlib.Path(folder, "berth.yaml")
        settings.write_text(f"version: 1\ncalls: {calls}\nstorage: {{state: {folder}/state}}\n"
                            f"serve: {{socket: {self.socket}, instances: off{', ' * bool(serve)}{serve}}}\n")
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

    def ask(self, method, target, body=None):
        """The answer as JSON, over a connection of its own."""
        connection = Connection(self.socket)
        try:
            connection.request(method, target, None if body is None else json.dumps(body).encode())
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"the daemon does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise Failed(f"the daemon answered {answer.status}: {said.decode(errors='replace')[:2000]}")
        return json.loads(said)

    def call(self, image, code):
        """The answer of a call of this code, which has to complete."""
        answer = self.ask("POST", "/v1/run", {"item": {"code": code}, "image": image})
        if answer["outcome"]["cause"] != "completed":
            raise Failed(f"a call did not complete: {answer['outcome']}")
        return answer

    def pool(self):
        """As `berth pool` has it."""
        return self.ask("GET", "/v1/pool")

    def rest(self):
        """Waits until no worker has anything to do any more. Returns the pool as it is then."""
        end = time.monotonic() + REST_SECONDS
        while True:
            pool = self.pool()
            if all(worker["state"] == "idle" for worker in pool["workers"]):
                return pool
            if time.monotonic() > end:
                raise Failed(f"the daemon's workers are not at rest after {REST_SECONDS} s")
            time.sleep(0.005)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(END_SECONDS)
