# SPDX-License-Identifier: GPL-2.0-or-later
"""A token in software (SoftHSM2), with its files and its PIN in the lab's directory."""

import contextlib
import glob
import os
import signal
import tempfile
import time

from .resources import LabError, run_tool
from .surroundings import patient

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so")
CLIENTS = "/usr/lib/*/pkcs11/p11-kit-client.so"
PIN, SO_PIN = "24681357", "87654321"


class SoftToken:
    """The keeper finds it by its environment, which is the lab's from enter() on."""

    def __init__(self, directory):
        self.directory, self._tokens = directory, os.path.join(directory, "tokens")
        os.makedirs(self._tokens)
        self._conf = os.path.join(directory, "softhsm2.conf")
        with open(self._conf, "w", encoding="utf-8") as file:
            file.write(f"directories.tokendir = {self._tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self._pin = os.path.join(directory, "pin")
        with open(self._pin, "w", encoding="utf-8") as file:
            file.write(PIN + "\n")
        os.chmod(self._pin, 0o600)
        self.module = next((path for path in MODULES if os.path.exists(path)), None)
        if not self.module:
            raise LabError("SoftHSM2 has no module in a known place")
        self.enter()
        run_tool("softhsm2-util", "--init-token", "--free", "--label", "lab", "--so-pin", SO_PIN, "--pin", PIN)
        self.uri = self._uri(self.module)

    def _uri(self, module):
        return f"pkcs11:token=lab?module-path={module}&pin-source=file:{self._pin}"

    def enter(self):
        os.environ["SOFTHSM2_CONF"] = self._conf

    @contextlib.contextmanager
    def away(self):
        """Nobody finds the token's files."""
        os.rename(self._tokens, self._tokens + "-away")
        try:
            yield
        finally:
            os.rename(self._tokens + "-away", self._tokens)


class ServedToken(SoftToken):
    """The same behind `p11-kit server` (docs/vault.md). Whoever uses it finds the server by its environment."""

    def __init__(self, resources, directory):
        super().__init__(directory)
        client = next(iter(glob.glob(CLIENTS)), None)
        if not client:
            raise LabError("p11-kit has no module p11-kit-client.so in a known place")
        self._socket = os.path.join(directory, "server")
        self._server = resources.start("p11-kit-server", (
            "p11-kit", "server", "--foreground", "--provider", self.module, "--name", self._socket,
            "pkcs11:token=lab"))
        deadline = time.monotonic() + patient(10)
        while not os.path.exists(self._socket):
            if time.monotonic() > deadline or not self._server.is_running():
                raise LabError(f"p11-kit server does not start: {self._server.log_text()}")
            time.sleep(0.02)
        self.uri = self._uri(client)
        self.enter()

    def enter(self):
        super().enter()
        if hasattr(self, "_socket"):
            os.environ["P11_KIT_SERVER_ADDRESS"] = f"unix:path={self._socket}"

    @contextlib.contextmanager
    def frozen(self):
        """The server, and its processes for those who are connected, answer nothing and lose nothing."""
        os.killpg(self._server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._server.pid, signal.SIGCONT)


def _directory(resources):
    """Several worlds of one run have tokens of their own."""
    directory = tempfile.mkdtemp(prefix="softtoken-", dir=resources.directory)
    os.chmod(directory, 0o755)
    return directory


def make(resources):
    return SoftToken(_directory(resources))


def make_served(resources):
    return ServedToken(resources, _directory(resources))
