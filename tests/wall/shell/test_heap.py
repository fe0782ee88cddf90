"""What pictures needed for a moment does not stay with the wall."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

LITTERED = """
import ctypes, itertools, sys
from pathlib import Path
from stream import allocator
from stream.config import Config
from stream.wire.geometry import Grid
from stream.wire.messages import Watch
from wall.app import Wall, own_hello
from wall.feeds import Store
from wall.outputs import Part
from wall.panic import PanicFile

class Silence:
    watch, hub_clock = Watch(240, 0.0), None
    def hub_ms(self): return 0.0
    def tell(self, message): ...

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

allocator.settle()
clock = itertools.count(0.0, 500.0).__next__
grid = Grid(columns=1, rows=1, width=320, height=180, pitch_mm=2.0)
wall = Wall(
    Store(own_hello(Config()), clock), Silence(), Part(grid, (1,)), everything=True, headless=True, display=None, quality=0.5,
    name="heap", panic=PanicFile(Path(sys.argv[1])), at=None, patient=False, clock=clock,
)
wall.run(frames=20, shot=None)
libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
before = resident()
blocks = [libc.malloc(60_000) for _ in range(600)]
for block in blocks:
    ctypes.memset(block, 1, 60_000)
pin = libc.malloc(900_000)
for block in blocks:
    libc.free(block)
littered = resident()
wall.run(frames=40, shot=None)
print(littered - before, resident() - before)
"""


@pytest.mark.gl
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other habits")
def test_room_of_a_moment_is_given_back(tmp_path: Path) -> None:
    """Of 36 MB that a frame needed, below something that stays, the machine has nearly all back within seconds."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AGORA_")}
    command = [sys.executable, "-c", LITTERED, str(tmp_path)]
    found = subprocess.run(command, check=True, capture_output=True, text=True, env=clean)
    littered, tidied = map(float, found.stdout.split())
    assert littered > 25
    assert tidied < 10
