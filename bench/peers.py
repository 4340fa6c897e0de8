"""Other ways to run a program in isolation, for benchmarks to stand beside: each is made once, tried once, and gives the
command of one run. All use one working container of Berth's base image as their root.
"""

import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT_FOLDER = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
ANSWER = "42"  # what the trial run of each peer has to print
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": os.environ.get("HOME", "/root"),
               "LC_ALL": "C.UTF-8"}
TRIAL_SECONDS = 120
HINT = re.compile("Run '.* --help'")  # what Docker's command says last, after the reason


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


class Skip(Exception):
    """This peer cannot take part, for the reason given."""


def run_tool(*command, seconds=TRIAL_SECONDS, environment=None):
    """Standard output of a command that has to succeed. Raises Skip with what it said."""
    try:
        done = subprocess.run(command, env=environment or ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace", timeout=seconds)
    except FileNotFoundError as error:
        raise Skip(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise Skip(f"{' '.join(command[:2])} took more than {seconds} s") from error
    if done.returncode != 0:
        lines = [line for line in (done.stderr.strip() or done.stdout.strip()).splitlines() if line and not HINT.match(line)]
        said = lines[-1] if lines else "nothing"
        raise Skip(f"{' '.join(command[:2])} ended with {done.returncode}: {said}")
    return done.stdout


def best_effort(*command):
    with contextlib.suppress(Skip):
        run_tool(*command)


def tool(name):
    found = shutil.which(name, path=ENVIRONMENT["PATH"])
    if not found:
        raise Skip(f"{name} is not installed")
    return found


def version_of(*command):
    """The first line that a version command prints, without its own name."""
    with contextlib.suppress(Skip, IndexError):
        return re.sub(r"^\S+ (version )?", "", run_tool(*command).splitlines()[0]).strip()
    return "unknown"


# --- peers: each gives the command of one run --------------------------------------------


class Peer:
    """One way to start the interpreter. `command(code)` is what one round runs."""

    environment = ENVIRONMENT

    def __init__(self, bench):
        self.bench = bench
        self.version = ""

    def prepare(self):
        """Makes what the rounds need, cleaning up through bench.stack. Raises Skip."""

    def command(self, code):
        raise NotImplementedError

    def trial(self):
        said = run_tool(*self.command(f"print({ANSWER})"), environment=self.environment)
        if ANSWER not in said:
            raise Skip(f"its trial run printed {said[:80]!r}, not {ANSWER}")


class Bare(Peer):
    def prepare(self):
        self.program = tool("chroot")
        self.version = "Python " + run_tool(self.program, str(self.bench.root), PYTHON, "-V").split()[-1]

    def command(self, code):
        return [self.program, str(self.bench.root), PYTHON, "-c", code]


class Berth(Peer):
    def prepare(self):
        self.program = self.bench.options.berth or next(
            (str(path) for path in (ROOT_FOLDER / "build/release/berth", pathlib.Path("/usr/local/bin/berth")) if path.exists()), None)
        if not self.program or not os.path.exists(self.program):
            raise Skip("berth is not built: ./setup build, or --berth PROGRAM")
        self.version = version_of(self.program, "--version")
        self.script = self.bench.folder / "one_line.py"
        self.script.write_text(f"demisto.results('{ANSWER}')\n")

    def command(self, code):
        return [self.program, "run", "--image", self.bench.image, str(self.script)]

    def traced(self):
        """{phase: milliseconds since the program began} of one run, or {}."""
        answer = json.loads(run_tool(*self.command("1"), "--trace", "--json"))
        return {phase["name"]: phase["at_ms"] for phase in answer.get("trace", [])}


class Bwrap(Peer):
    def prepare(self):
        self.program = tool("bwrap")
        self.version = version_of(self.program, "--version")

    def command(self, code):
        return [self.program, "--unshare-all", "--die-with-parent", "--ro-bind", str(self.bench.root), "/", "--proc", "/proc",
                "--dev", "/dev", "--tmpfs", "/tmp", "--cap-drop", "ALL", PYTHON, "-c", code]


class Runc(Peer):
    def prepare(self):
        self.program = tool("runc")
        self.version = version_of(self.program, "--version")
        self.state = self.bench.folder / "runc"
        self.runs = 0
        self.bundles = {}

    def bundle_of(self, code):
        """A bundle whose process is the interpreter with `code`."""
        if code not in self.bundles:
            bundle = self.bench.folder / f"bundle{len(self.bundles)}"
            bundle.mkdir()
            run_tool(self.program, "spec", "--bundle", str(bundle))
            config = json.loads((bundle / "config.json").read_text())
            config["root"] = {"path": str(self.bench.root), "readonly": True}
            config["process"]["args"] = [PYTHON, "-c", code]
            config["process"]["terminal"] = False
            (bundle / "config.json").write_text(json.dumps(config))
            self.bundles[code] = bundle
        return self.bundles[code]

    def command(self, code):
        self.runs += 1
        name = f"berth-bench-{os.getpid()}-{self.runs}"
        return [self.program, "--root", str(self.state), "run", "--bundle", str(self.bundle_of(code)), name]


class Podman(Peer):
    def prepare(self):
        self.program = tool("podman")
        self.version = version_of(self.program, "--version")
        # cgroupfs, since systemd may not run here; runc where it is, since crun refuses machines with cgroup v1 and v2;
        # limits below our own, since raising them may be refused.
        self.before = [self.program, "--cgroup-manager=cgroupfs"]
        with contextlib.suppress(Skip):
            self.before += ["--runtime", tool("runc")]
        files, processes = (limit_of(kind, 4096) for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))
        self.options = ["--rm", "--network", "none", "--ulimit", f"nofile={files}:{files}", "--ulimit", f"nproc={processes}:{processes}"]
        run_tool(self.program, "image", "exists", self.bench.image)

    def command(self, code):
        return [*self.before, "run", *self.options, self.bench.image, PYTHON, "-c", code]


def limit_of(kind, wanted):
    hard = resource.getrlimit(kind)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


class Docker(Peer):
    def prepare(self):
        self.program = tool("docker")
        self.environment = dict(ENVIRONMENT)
        if os.environ.get("DOCKER_HOST"):
            self.environment["DOCKER_HOST"] = os.environ["DOCKER_HOST"]
        if not self.answers():
            self.start_daemon()
        self.version = run_tool(self.program, "version", "--format", "{{.Client.Version}}, server {{.Server.Version}}",
                                environment=self.environment).strip()
        self.name = f"berth-bench:{os.getpid()}"
        self.bench.stack.callback(self.quietly, "image", "rm", "--force", self.name)
        archive = self.bench.folder / "root.tar"
        run_tool("tar", "--one-file-system", "--numeric-owner", "-C", str(self.bench.root), "-cf", str(archive), ".", seconds=600)
        run_tool(self.program, "import", str(archive), self.name, environment=self.environment, seconds=600)
        archive.unlink()

    def quietly(self, *arguments):
        with contextlib.suppress(Skip):
            run_tool(self.program, *arguments, environment=self.environment)

    def answers(self):
        try:
            run_tool(self.program, "info", environment=self.environment, seconds=20)
            return True
        except Skip:
            return False

    def start_daemon(self):
        daemon = tool("dockerd")
        home = pathlib.Path(tempfile.mkdtemp(prefix="berth-bench-docker-"))
        self.bench.stack.callback(remove_tree, home)
        socket, log = f"unix://{home}/docker.sock", home / "log"
        with open(log, "wb") as out:
            # In a session of its own, so that an interrupt at the terminal reaches us alone and we end it in order.
            process = subprocess.Popen(
                [daemon, "--data-root", f"{home}/data", "--exec-root", f"{home}/exec", "--pidfile", f"{home}/pid",
                 "--host", socket, "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false",
                 "--bridge=none", "--log-level", "error"],
                env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        self.bench.stack.callback(end_process, process)
        self.environment = {**ENVIRONMENT, "DOCKER_HOST": socket}
        for _ in range(300):
            if process.poll() is not None:
                lines = log.read_text(errors="replace").strip().splitlines() or ["nothing"]
                raise Skip(f"dockerd ended with {process.returncode}: {lines[-1]}")
            if self.answers():
                return
            time.sleep(0.1)
        raise Skip("dockerd did not answer within 30 s")

    def command(self, code):
        return [self.program, "run", "--rm", "--network", "none", self.name, PYTHON, "-c", code]

    def loop_command(self, *options):
        """The public loop design in a container, over its standard streams."""
        return [self.program, "run", "--rm", "--interactive", "--network", "none", *options, "--volume",
                f"{ROOT_FOLDER}/loop/loop.py:/loop.py:ro", self.name, PYTHON, "/loop.py", "stdio"]


PEERS = {"bare": Bare, "berth": Berth, "bwrap": Bwrap, "runc": Runc, "podman": Podman, "docker": Docker}


# --- what is undone at the end ---------------------------------------------------------------------------------------------


def end_process(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            # Its own session: whatever it started goes with it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def remove_tree(folder):
    """Removes `folder`; what is still mounted below it is unmounted first, so that nothing behind a mount is deleted."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        points = [line.split()[4] for line in mounts]
    for point in sorted((p for p in points if p.startswith(f"{folder}/")), reverse=True):
        best_effort("umount", "--lazy", point)
    shutil.rmtree(folder, ignore_errors=True)


# --- the bench ---------------------------------------------------------------------------------------------------------------


class Bench:
    def __init__(self, options, stack):
        self.options = options
        self.stack = stack
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="berth-bench-"))
        stack.callback(remove_tree, self.folder)
        self.image = options.image or newest_base_image()
        # One working container of the image is everybody's root: the same overlay, the same page cache.
        working = f"berth-bench-{os.getpid()}"
        run_tool("buildah", "from", "--pull-never", "--name", working, self.image)
        stack.callback(best_effort, "buildah", "rm", working)
        self.root = pathlib.Path(run_tool("buildah", "mount", working).strip())
        stack.callback(best_effort, "buildah", "umount", working)

    def prepare(self, names):
        """({name: peer that works}, {name: why it does not})"""
        peers, skipped = {}, {}
        for name in names:
            progress(f"preparing {name}")
            peer = PEERS[name](self)
            try:
                peer.prepare()
                peer.trial()
                peers[name] = peer
            except Skip as reason:
                skipped[name] = str(reason)
        return peers, skipped


def newest_base_image():
    names = json.loads(run_tool("buildah", "images", "--json"))
    tagged = [name for image in names for name in image.get("names") or [] if re.match(r"localhost/berth/python3-deb:[\d.]+$", name)]
    if not tagged:
        raise Skip("there is no base image: run `berth image init`, or name one with --image")
    return max(tagged, key=lambda name: [int(part) for part in name.rpartition(":")[2].split(".")])
