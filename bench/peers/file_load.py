"""Loads a file system as programs do, and prints figures as JSON.

usage: file_load.py FILE DIRECTORY ROUND

sequential_seconds: FILE from end to end in reads of 1 MiB, its cached pages dropped first.
reread_seconds:     the same again.
pread_per_second:   4 KiB at random places of the first 96 MiB of FILE, its cached pages dropped first.
readdir_seconds:    the names in DIRECTORY.
stat_per_second:    stat of every name in DIRECTORY once, after the kernel forgot them.
"""

import json, os, random, sys, time

path, directory, round_number = sys.argv[1], sys.argv[2], int(sys.argv[3])


def forget(everything=False):
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
    if everything:
        with open("/proc/sys/vm/drop_caches", "w") as knob:
            knob.write("3\n")


def sequential():
    fd = os.open(path, os.O_RDONLY)
    buffer = bytearray(1 << 20)
    start = time.perf_counter()
    while os.readv(fd, [buffer]):
        pass
    seconds = time.perf_counter() - start
    os.close(fd)
    return seconds


def preads(count=40_000, within=96 << 20):
    fd = os.open(path, os.O_RDONLY)
    # No readahead: each read is one page asked for.
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
    limit = min(os.fstat(fd).st_size, within) // 4096 - 1
    pages = random.Random(round_number).sample(range(limit), min(count, limit))
    start = time.perf_counter()
    for page in pages:
        os.pread(fd, 4096, page * 4096)
    seconds = time.perf_counter() - start
    os.close(fd)
    return len(pages) / seconds


def names():
    start = time.perf_counter()
    found = os.listdir(directory)
    return found, time.perf_counter() - start


def stats(found):
    paths = [os.path.join(directory, name) for name in found]
    forget(everything=True)
    os.stat(directory)
    start = time.perf_counter()
    for path in paths:
        os.stat(path)
    return len(paths) / (time.perf_counter() - start)


forget()
figures = {"sequential_seconds": sequential()}
figures["reread_seconds"] = sequential()
forget()
figures["pread_per_second"] = preads()
found, figures["readdir_seconds"] = names()
figures["stat_per_second"] = stats(found)
figures["bytes"] = os.stat(path).st_size
figures["entries"] = len(found)
print(json.dumps(figures))
