"""Two emulators of AWS that nobody here wrote, each in a process of its own.

Both come from PyPI, pinned, and both listen on the loopback alone. Neither speaks Cloudflare: that
part a sandbox of ours plays.
"""

import os
import pathlib
import socket
import subprocess
import sys
import time
import venv
from typing import Callable, NamedTuple

from sandbox import Sandbox

HOST = "127.0.0.1"
STARTS_WITHIN = 60


class Emulator(NamedTuple):
    """How one is started, and how fast the binary's clock runs against it."""

    # Takes the port: the command, and what is added to its environment.
    start: Callable
    # As fast as its answers allow: the deadlines of calls run on the same clock.
    speed: int
    # How far `up` waits.
    wait: str


def moto(port):
    return [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)], {
        # A certificate is issued a second after it was asked for, not a minute.
        "MOTO_ACM_VALIDATION_WAIT": "1",
        # AmazonECSTaskExecutionRolePolicy is one of them.
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    }


def ministack(port):
    command = [ministack_python(), "-m", "ministack"]
    return command, {"BIND_HOST": HOST, "GATEWAY_PORT": str(port), "PERSIST_STATE": "0"}


EMULATORS = {
    # Its services start no tasks: there is no rollout to wait for.
    "moto": Emulator(moto, speed=10, wait="none"),
    "ministack": Emulator(ministack, speed=60, wait="rollout"),
}


def ministack_python():
    """The environment that holds it, made once: it pins a botocore that is not the tests'."""
    requirements = pathlib.Path(__file__).with_name("ministack.txt")
    assert sys.prefix != sys.base_prefix, "the tests run in a virtual environment, which holds this one"
    folder = pathlib.Path(sys.prefix) / "ministack"
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        venv.create(folder, with_pip=True, clear=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([python, *install, "-r", requirements], check=True)
        stamp.write_text(requirements.read_text())
    return str(python)


class Emulated(Sandbox):
    """The real binary against an emulator, with `ashore sandbox` as Cloudflare."""

    def __init__(self, folder, name):
        self.emulator = EMULATORS[name]
        self.port = free_port()
        command, added = self.emulator.start(self.port)
        with open(folder / "emulator.log", "wb") as log:
            self.server = subprocess.Popen(
                command,
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), **added},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.listens(folder)
            super().__init__(folder)
        except BaseException:
            self.end()
            raise
        self.environment |= {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{self.port}",
            "ASHORE_CLOCK_SPEED": str(self.emulator.speed),
        }

    def listens(self, folder):
        until = time.monotonic() + STARTS_WITHIN
        while not connects(HOST, self.port):
            told = (folder / "emulator.log").read_text()
            assert self.server.poll() is None, told
            assert time.monotonic() < until, f"it does not listen: {told}"
            time.sleep(0.1)

    def end(self):
        self.server.kill()
        self.server.wait()

    def stop(self):
        super().stop()
        self.end()


def free_port():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def connects(host, port):
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
