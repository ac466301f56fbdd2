# SPDX-License-Identifier: GPL-2.0-or-later
"""A token in software (SoftHSM2), with its files and its PIN in the lab's directory."""

import contextlib
import os

from .resources import LabError, run_tool

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so")
PIN, SO_PIN = "24681357", "87654321"


class SoftToken:
    """The keeper finds it by its environment, which is the lab's from enter() on."""

    def __init__(self, directory):
        self._directory, self._tokens = directory, os.path.join(directory, "tokens")
        os.makedirs(self._tokens)
        self._conf = os.path.join(directory, "softhsm2.conf")
        with open(self._conf, "w", encoding="utf-8") as file:
            file.write(f"directories.tokendir = {self._tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        pin = os.path.join(directory, "pin")
        with open(pin, "w", encoding="utf-8") as file:
            file.write(PIN + "\n")
        os.chmod(pin, 0o600)
        module = next((path for path in MODULES if os.path.exists(path)), None)
        if not module:
            raise LabError("SoftHSM2 has no module in a known place")
        self.enter()
        run_tool("softhsm2-util", "--init-token", "--free", "--label", "lab", "--so-pin", SO_PIN, "--pin", PIN)
        self.uri = f"pkcs11:token=lab?module-path={module}&pin-source=file:{pin}"

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


def make(resources):
    return SoftToken(resources.path("softtoken"))
