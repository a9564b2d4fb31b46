"""A Belgian identity card that is not there: plugged into the virtual reader of vsmartcard (vpcd), behind the real PC/SC service.

vpcd listens; a card connects and answers. Each message is two bytes of length, then the data; one byte alone is a control: 0 power off,
1 power on, 2 reset, 4 asks for the ATR.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

PORT = 0x8C7B
ATR = bytes.fromhex("3B9813400AA503010101AD1311")
FOLDERS = {0x3F00, 0xDF00, 0xDF01}


class VirtualCard(threading.Thread):
    """Answers SELECT and READ BINARY from ``files``: (folder, file) to content. Counts what it was asked."""

    def __init__(self, files: Mapping[tuple[int, int], bytes]) -> None:
        super().__init__(daemon=True)
        self.files = dict(files)
        self.selected = b""
        self.asked: list[bytes] = []
        self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=5)
        self.socket.settimeout(None)

    def run(self) -> None:
        try:
            while message := self._receive():
                if message == b"\x04":
                    self._send(ATR)
                elif len(message) > 1:
                    self._send(self.answer(message))
        except OSError:
            return

    def answer(self, apdu: bytes) -> bytes:
        """Status words of ISO 7816-4: 9000 done, 6A82 no such file, 6B00 behind the end, 6D00 unknown."""
        self.asked.append(apdu)
        if apdu[1] == 0xA4:
            path = apdu[5 : 5 + apdu[4]]
            folder, file = int.from_bytes(path[-4:-2]), int.from_bytes(path[-2:])
            if (folder, file) not in self.files:
                self.selected = b""
                return b"\x6a\x82"
            self.selected = self.files[(folder, file)]
            return b"\x90\x00"
        if apdu[1] == 0xB0:
            at = apdu[2] << 8 | apdu[3]
            if at > len(self.selected):
                return b"\x6b\x00"
            wanted = apdu[4] or 256
            left = self.selected[at : at + wanted]
            if len(left) < wanted and left:
                return bytes([0x6C, len(left)])
            return left + b"\x90\x00" if left else b"\x6b\x00"
        return b"\x6d\x00"

    def take_out(self) -> None:
        self.socket.close()

    def _receive(self) -> bytes:
        head = self._exactly(2)
        return self._exactly(struct.unpack(">H", head)[0]) if head else b""

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                return b""
            data += part
        return data

    def _send(self, data: bytes) -> None:
        self.socket.sendall(struct.pack(">H", len(data)) + data)


def _absent(why: str) -> NoReturn:
    """Skip with a line, or fail where a simulated card is required (PARVIS_TEST_REQUIRE=pcscd)."""
    if "pcscd" in os.environ.get("PARVIS_TEST_REQUIRE", "").split(","):
        pytest.fail(f"required but missing: {why}")
    pytest.skip(why)


@contextmanager
def card_service() -> Iterator[None]:
    """The PC/SC service with the virtual reader; a test is skipped, with a line, where they are not installed or may not be started."""
    if not shutil.which("pcscd") or not list(Path("/usr/lib").glob("**/libifdvpcd.so*")):
        _absent("pcscd or vsmartcard-vpcd is not installed: no simulated card")
    if importlib.util.find_spec("smartcard") is None:
        _absent("pyscard is not installed: no simulated card")
    started = None
    if not _listens():
        if os.geteuid() != 0:
            _absent("pcscd does not run and may not be started here: no simulated card")
        started = subprocess.Popen(["pcscd", "--foreground"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not _listens():
            if time.monotonic() > until:
                # It is installed and was started: silence would hide a fault.
                pytest.fail("the virtual reader did not start within ten seconds")
            time.sleep(0.1)
        yield
    finally:
        gc.collect()  # connections that Python still holds speak to the service once more when they go
        if started is not None:
            started.terminate()
            started.wait(timeout=10)


def _listens() -> bool:
    """Whether vpcd listens, looked up without connecting: a connection would be a card."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        if any(line.split()[1].endswith(f":{PORT:04X}") and line.split()[3] == "0A" for line in lines):
            return True
    return False
