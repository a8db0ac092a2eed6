"""Child processes of a measurement: started at one priority, put to sleep between their turns, stopped by their id."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 20


class Missing(RuntimeError):
    """A program that a peer needs is not installed."""


def find(program, hint):
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/lib/postgresql/15/bin")
    if not found:
        raise Missing(f"{program} is not installed ({hint})")
    return found


class Priority:
    """How every server and every load of a run is started, so that other jobs disturb all of them equally little."""

    def __init__(self, kind="auto"):
        candidates = {"nice": [["nice", "-n", "-15"]], "fifo": [["chrt", "-f", "3"]], "none": [[]],
                      "auto": [["nice", "-n", "-15"], []]}[kind]
        for prefix in candidates:
            # nice only warns when it is not allowed, so its silence is part of the test.
            tried = subprocess.run(prefix + ["true"], capture_output=True)
            if tried.returncode == 0 and not tried.stderr:
                self.prefix = prefix
                break
        else:
            raise RuntimeError(f"this user may not use {' '.join(candidates[0])}; take --priority none")

    @property
    def name(self):
        return " ".join(self.prefix) or "normal"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid):
    """The process and all below it. PostgreSQL's children leave its group, so a group signal would miss them."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue.extend(children.get(found[-1], []))
    return found


class Server:
    """A server process with its own directory. Use as a context manager; nothing of it outlives the block."""

    def __init__(self, name, parent, priority):
        self.name = name
        self.priority = priority
        self.root = tempfile.mkdtemp(prefix=f"holdfast-bench-{name}.", dir=parent)
        self.process = None

    def spawn(self, command, ready, as_user=(), **options):
        """Starts and waits until ready() says so."""
        self.log_path = os.path.join(self.root, "server.log")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.priority.prefix + list(as_user) + command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, cwd=options.pop("cwd", self.root), **options)
        give_up = time.monotonic() + START_SECONDS
        while not ready():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{self.name} did not start:\n{self.log_tail()}")
            time.sleep(0.05)

    def log_tail(self):
        with open(self.log_path, errors="replace") as log:
            return "".join(log.readlines()[-20:])

    def listens(self, port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def pause(self):
        self._signal_all(signal.SIGSTOP)

    def resume(self):
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number):
        for pid in descendants(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self, number=signal.SIGTERM):
        if self.process is None or self.process.poll() is not None:
            return
        self.resume()
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)


def output_of(command, **options):
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
