"""Many processes read a file that grows, in every manner, and hold each read against the file it will have become.

    growing-file-readers.py FILE ORACLE READERS OPERATIONS

Prints a line {"done": operations} now and then, at last {"readers": [{"operations", "bytes", "sizes", "parts",
"wrong"}]}. A read is wrong when its bytes are not those of the oracle, when it gives less than there was by fstat
just before, or when it fails. As with any file a read may give a part, and the rest when asked again: those are counted.
"""

import json
import mmap
import multiprocessing
import os
import random
import sys

SMALL, LARGE = 4 * 1024, 300 * 1024
#: How many operations of a reader lie between two of these.
REOPEN_EVERY, FORGET_EVERY, TELL_EVERY = 40, 15, 25
MAX_TOLD = 5


class Reader:
    def __init__(self, path, oracle, seed):
        self.path = path
        self.random = random.Random(seed)
        self.oracle = mmap.mmap(os.open(oracle, os.O_RDONLY), 0, prot=mmap.PROT_READ)
        #: Every fourth reader goes past the page cache.
        self.flags = os.O_RDONLY | (os.O_DIRECT if seed % 4 == 3 else 0)
        self.fd = os.open(path, self.flags)
        self.position = 0
        self.report = {"operations": 0, "bytes": 0, "sizes": 0, "parts": 0, "wrong": []}
        self.size = -1

    def work(self, count, tell):
        for number in range(count):
            if number % REOPEN_EVERY == REOPEN_EVERY - 1:
                self.open_again()
            if number % FORGET_EVERY == FORGET_EVERY - 1:
                os.posix_fadvise(self.fd, 0, 0, os.POSIX_FADV_DONTNEED)
            kind = self.random.choice([self.at_random, self.on, self.at_random, self.on, self.at_the_end, self.newly_opened])
            try:
                kind(self.random.randrange(SMALL, LARGE))
            except OSError as error:
                self.note(f"{kind.__name__}: {error}")
            self.report["operations"] += 1
            if number % TELL_EVERY == TELL_EVERY - 1:
                tell(TELL_EVERY)
        return self.report

    def open_again(self):
        os.close(self.fd)
        self.fd = os.open(self.path, self.flags)
        os.lseek(self.fd, self.position, os.SEEK_SET)

    def look(self, fd):
        size = os.fstat(fd).st_size
        if fd == self.fd and size != self.size:
            self.report["sizes"] += 1
            if size < self.size:
                self.note(f"size went from {self.size} to {size}")
            self.size = size
        return size

    def at_random(self, count):
        size = self.look(self.fd)
        offset = self.random.randrange(size)
        self.hold(self.fd, offset, count, min(count, size - offset))

    def on(self, count):
        """From where the last such read ended; from the start again at the very end."""
        size = self.look(self.fd)
        if self.position >= len(self.oracle):
            self.position = os.lseek(self.fd, 0, os.SEEK_SET)
        self.position += self.hold(self.fd, None, count, min(count, size - self.position))

    def at_the_end(self, count):
        size = self.look(self.fd)
        offset = max(0, size - self.random.randrange(1, count))
        self.hold(self.fd, offset, count, size - offset)

    def newly_opened(self, count):
        fd = os.open(self.path, self.flags)
        size = self.look(fd)
        offset = self.random.randrange(size)
        self.hold(fd, offset, count, min(count, size - offset))
        os.close(fd)

    def hold(self, fd, offset, count, least):
        """Reads, at the position of the descriptor or at an offset, and judges; gives how much there was."""
        read = (lambda at, left: os.read(fd, left)) if offset is None else (lambda at, left: os.pread(fd, left, at))
        offset = self.position if offset is None else offset
        data = read(offset, count)
        while len(data) < least and (more := read(offset + len(data), count - len(data))):
            data += more
            self.report["parts"] += 1
        self.judge(data, offset, least)
        return len(data)

    def judge(self, data, offset, least):
        self.report["bytes"] += len(data)
        if len(data) < least:
            self.note(f"{len(data)} bytes at {offset}, where {least} are")
        if data != self.oracle[offset : offset + len(data)]:
            first = next(i for i, byte in enumerate(data) if byte != self.oracle[offset + i])
            self.note(f"other bytes at {offset} + {first} of {len(data)}: {data[first : first + 8].hex()}")

    def note(self, what):
        if len(self.report["wrong"]) < MAX_TOLD:
            self.report["wrong"].append(what)


def read(path, oracle, seed, count, queue):
    report = Reader(path, oracle, seed).work(count, queue.put)
    queue.put(report)


def main():
    path, oracle, readers, operations = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    for seed in range(readers):
        context.Process(target=read, args=(path, oracle, seed, operations // readers, queue), daemon=True).start()
    done, reports = 0, []
    while len(reports) < readers:
        told = queue.get(timeout=120)
        if isinstance(told, dict):
            reports.append(told)
            continue
        done += told
        print(json.dumps({"done": done}), flush=True)
    print(json.dumps({"readers": reports}), flush=True)


if __name__ == "__main__":
    main()
