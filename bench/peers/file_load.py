"""Loads a file system as programs do: file_load.py FILE DIRECTORY ROUND PID. Needs root, to have the kernel forget.

PID is the process that serves the file system. Prints as JSON {"bytes", "entries", "preads", "pieces", "loads"}: bytes of FILE,
entries in DIRECTORY, reads at random places and of pieces, and for each load {"seconds", "processorSeconds"}, the latter those of PID:

    sequential   FILE from end to end in reads of 1 MiB, none of its pages in the kernel
    reread       the same again, at once
    preads       4 KiB at random places of the first 96 MiB of FILE, none of its pages in the kernel
    pieces       8 KiB after 8 KiB of the same 96 MiB, past the page cache: as a loader reads a file that grows
    readdir      the names in DIRECTORY
    stats        stat of every name in DIRECTORY, none of which the kernel remembers
"""

import ctypes
import json
import mmap
import os
import random
import sys
import time

PREADS = 40_000
PREAD_BYTES = 4096
PREADS_WITHIN = 96 << 20
PIECE_BYTES = 8192
#: What a server does after its last answer belongs to it.
SETTLING_SECONDS = 0.005
#: The server is told of each name that is forgotten.
FORGETTING_SECONDS = 0.2


class Meter:
    """Time that passes, and processor time that a process takes, all its threads together."""

    def __init__(self, pid):
        clock = ctypes.c_int()
        if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
            raise ProcessLookupError(pid)
        self.clock = clock.value

    def measure(self, load):
        processor, start = time.clock_gettime(self.clock), time.perf_counter()
        result = load()
        seconds = time.perf_counter() - start
        time.sleep(SETTLING_SECONDS)
        return result, {"seconds": seconds, "processorSeconds": time.clock_gettime(self.clock) - processor}


def opened(path, advice=os.POSIX_FADV_NORMAL):
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, advice)
    return fd


def forget_pages(path):
    os.close(opened(path, os.POSIX_FADV_DONTNEED))


def forget_names(directory):
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as knob:
        knob.write("2\n")
    os.stat(directory)
    time.sleep(FORGETTING_SECONDS)


def sequential(path):
    fd, buffer = opened(path), bytearray(1 << 20)
    while os.readv(fd, [buffer]):
        pass
    os.close(fd)


def preads(path, pages):
    # No readahead: each read is one page that is asked for.
    fd = opened(path, os.POSIX_FADV_RANDOM)
    for page in pages:
        os.pread(fd, PREAD_BYTES, page * PREAD_BYTES)
    os.close(fd)


def pieces(path, count):
    fd, buffer = os.open(path, os.O_RDONLY | os.O_DIRECT), mmap.mmap(-1, PIECE_BYTES)
    for _ in range(count):
        os.readv(fd, [buffer])
    os.close(fd)


def stats(paths):
    for path in paths:
        os.stat(path)


def main():
    path, directory, seed, meter = sys.argv[1], sys.argv[2], int(sys.argv[3]), Meter(int(sys.argv[4]))
    loads = {}
    forget_pages(path)
    for name in ["sequential", "reread"]:
        _, loads[name] = meter.measure(lambda: sequential(path))
    forget_pages(path)
    size = os.stat(path).st_size
    places = min(size, PREADS_WITHIN) // PREAD_BYTES
    pages = random.Random(seed).sample(range(places), min(PREADS, places))
    _, loads["preads"] = meter.measure(lambda: preads(path, pages))
    piece_count = min(size, PREADS_WITHIN) // PIECE_BYTES
    _, loads["pieces"] = meter.measure(lambda: pieces(path, piece_count))
    forget_names(directory)
    names, loads["readdir"] = meter.measure(lambda: os.listdir(directory))
    forget_names(directory)
    paths = [os.path.join(directory, name) for name in names]
    _, loads["stats"] = meter.measure(lambda: stats(paths))
    counts = {"bytes": size, "entries": len(names), "preads": len(pages), "pieces": piece_count}
    print(json.dumps({**counts, "loads": loads}))


main()
