"""Loads a file system as programs do: file_load.py FILE DIRECTORY ROUND. Needs root, to have the kernel forget.

Prints as JSON:

    sequentialSeconds   FILE from end to end in reads of 1 MiB, none of its pages in the kernel
    rereadSeconds       the same again, at once
    preadsPerSecond     4 KiB at random places of the first 96 MiB of FILE, none of its pages in the kernel
    readdirSeconds      the names in DIRECTORY
    statsPerSecond      stat of every name in DIRECTORY, none of which the kernel remembers
    bytes, entries      of FILE, in DIRECTORY
"""

import json
import os
import random
import sys
import time

PREADS = 40_000
PREAD_BYTES = 4096
PREADS_WITHIN = 96 << 20


def opened(path, advice=os.POSIX_FADV_NORMAL):
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, advice)
    return fd


def forget_pages(path):
    os.close(opened(path, os.POSIX_FADV_DONTNEED))


def forget_names():
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as knob:
        knob.write("2\n")


def sequential(path):
    fd, buffer = opened(path), bytearray(1 << 20)
    start = time.perf_counter()
    while os.readv(fd, [buffer]):
        pass
    seconds = time.perf_counter() - start
    os.close(fd)
    return seconds


def preads(path, seed):
    # No readahead: each read is one page that is asked for.
    fd = opened(path, os.POSIX_FADV_RANDOM)
    places = min(os.fstat(fd).st_size, PREADS_WITHIN) // PREAD_BYTES
    pages = random.Random(seed).sample(range(places), min(PREADS, places))
    start = time.perf_counter()
    for page in pages:
        os.pread(fd, PREAD_BYTES, page * PREAD_BYTES)
    seconds = time.perf_counter() - start
    os.close(fd)
    return len(pages) / seconds


def stats(paths):
    start = time.perf_counter()
    for path in paths:
        os.stat(path)
    return len(paths) / (time.perf_counter() - start)


def main():
    path, directory, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    forget_pages(path)
    figures = {"sequentialSeconds": sequential(path), "rereadSeconds": sequential(path)}
    forget_pages(path)
    figures["preadsPerSecond"] = preads(path, seed)
    forget_names()
    os.stat(directory)
    start = time.perf_counter()
    names = os.listdir(directory)
    figures["readdirSeconds"] = time.perf_counter() - start
    forget_names()
    os.stat(directory)
    figures["statsPerSecond"] = stats([os.path.join(directory, name) for name in names])
    print(json.dumps({**figures, "bytes": os.stat(path).st_size, "entries": len(names)}))


main()
