"""Reading, in every way there is."""

import errno
import json
import mmap
import os
import random
import shutil
import socket
import subprocess
import tempfile

from checks import Descriptor, check, fails, same

O_DIRECT = getattr(os, "O_DIRECT", 0)
LAST_OFFSET = 2**63 - 1


@check("a whole file has the bytes it must have")
def _(mount):
    for path in [mount.event, *(f"{mount.run}/{name}" for name in ["run.json", "config.yaml", "summary.json"])]:
        with open(path, "rb") as file:
            same(file.read(), mount.true_bytes(path))


@check("any size of read gives the same bytes")
def _(mount):
    for size in [1, 7, 511, 4095, 4096, 4097, 65_536, 131_073, 1 << 20, 1 << 24]:
        wanted = mount.wanted[: 3000 * size]
        found = b""
        with Descriptor(mount.event) as fd:
            while len(found) < len(wanted):
                found += os.read(fd, size)
        same(found[: len(wanted)], wanted)


@check("a read past the end gives nothing")
def _(mount):
    with Descriptor(mount.event) as fd:
        os.lseek(fd, 0, os.SEEK_END)
        same([os.read(fd, 100) for _ in range(3)], [b"", b"", b""])
        os.lseek(fd, 1 << 40, os.SEEK_SET)
        same(os.read(fd, 100), b"")


@check("pread at the end and beyond gives nothing")
def _(mount):
    size = len(mount.wanted)
    with Descriptor(mount.event) as fd:
        for offset in [size, size + 1, size + 4096, 1 << 32, 1 << 53, 1 << 62]:
            same((offset, os.pread(fd, 100, offset)), (offset, b""))


@check("pread across the end gives what is there")
def _(mount):
    size = len(mount.wanted)
    with Descriptor(mount.event) as fd:
        for before in [1, 100, 4096, 5000]:
            same(os.pread(fd, 100_000, size - before), mount.wanted[-before:])


@check("pread at the last offset there is: nothing, or EINVAL")
def _(mount):
    with Descriptor(mount.event) as fd:
        try:
            same(os.pread(fd, 1, LAST_OFFSET), b"")
        except OSError as error:
            same(error.errno, errno.EINVAL)


@check("a read of no bytes gives none, anywhere")
def _(mount):
    with Descriptor(mount.event) as fd:
        same([os.read(fd, 0), os.pread(fd, 0, 0), os.pread(fd, 0, 1 << 40)], [b"", b"", b""])
        same(os.lseek(fd, 0, os.SEEK_CUR), 0)


@check("pread leaves the position alone")
def _(mount):
    with Descriptor(mount.event) as fd:
        os.lseek(fd, 100, os.SEEK_SET)
        os.pread(fd, 5000, 300_000)
        same(os.read(fd, 50), mount.wanted[100:150])


@check("a negative offset is EINVAL")
def _(mount):
    with Descriptor(mount.event) as fd:
        fails(errno.EINVAL, os.pread, fd, 10, -1)
        fails(errno.EINVAL, os.lseek, fd, -1, os.SEEK_SET)
        fails(errno.EINVAL, os.lseek, fd, -len(mount.wanted) - 1, os.SEEK_END)


@check("lseek from the start, from here and from the end")
def _(mount):
    size = len(mount.wanted)
    with Descriptor(mount.event) as fd:
        same(os.lseek(fd, 1000, os.SEEK_SET), 1000)
        same(os.lseek(fd, -200, os.SEEK_CUR), 800)
        same(os.lseek(fd, -10, os.SEEK_END), size - 10)
        same(os.read(fd, 100), mount.wanted[-10:])
        same(os.lseek(fd, 500, os.SEEK_END), size + 500)
        same(os.lseek(fd, 1 << 50, os.SEEK_SET), 1 << 50)


@check("lseek to an unknown whence is EINVAL")
def _(mount):
    with Descriptor(mount.event) as fd:
        fails(errno.EINVAL, os.lseek, fd, 0, 99)


@check("a file is data from end to end, with a hole behind it")
def _(mount):
    for path in [mount.event, mount.document]:
        size = os.stat(path).st_size
        with Descriptor(path) as fd:
            for offset in [0, 1, size // 2, size - 1]:
                same(os.lseek(fd, offset, os.SEEK_DATA), offset)
                same(os.lseek(fd, offset, os.SEEK_HOLE), size)


@check("there is no data and no hole at the end or beyond: ENXIO")
def _(mount):
    size = len(mount.wanted)
    with Descriptor(mount.event) as fd:
        for offset in [size, size + 1, 1 << 40]:
            fails(errno.ENXIO, os.lseek, fd, offset, os.SEEK_DATA)
            fails(errno.ENXIO, os.lseek, fd, offset, os.SEEK_HOLE)
        fails((errno.ENXIO, errno.EINVAL), os.lseek, fd, -1, os.SEEK_DATA)


@check("a thousand reads at random places are right")
def _(mount):
    rnd = random.Random(1)
    with Descriptor(mount.event) as fd:
        for _ in range(1000):
            offset, size = rnd.randrange(len(mount.wanted)), rnd.randrange(1, 300_000)
            same(os.pread(fd, size, offset), mount.wanted[offset : offset + size])


@check("a file read backwards is the same file")
def _(mount):
    found = []
    with Descriptor(mount.event) as fd:
        for offset in range((len(mount.wanted) - 1) // 10_000 * 10_000, -1, -10_000):
            found.append(os.pread(fd, 10_000, offset))
    same(b"".join(reversed(found)), mount.wanted)


@check("readv and preadv fill one piece of memory after the other")
def _(mount):
    with Descriptor(mount.event) as fd:
        for read in [lambda parts: os.readv(fd, parts), lambda parts: os.preadv(fd, parts, 0)]:
            parts = [bytearray(1), bytearray(5000), bytearray(0), bytearray(99_999)]
            same(read(parts), 105_000)
            same(b"".join(parts), mount.wanted[:105_000])


@check("a read past the page cache (O_DIRECT) gives the same bytes")
def _(mount):
    with Descriptor(mount.event, os.O_RDONLY | O_DIRECT) as fd, mmap.mmap(-1, 1 << 16) as aligned:
        found = b""
        while count := os.preadv(fd, [aligned], len(found)):
            found += aligned[:count]
        same(found, mount.wanted)


@check("flags that say how to read are taken")
def _(mount):
    for flag in ["O_NONBLOCK", "O_SYNC", "O_NOATIME", "O_CLOEXEC", "O_NOFOLLOW", "O_NOCTTY"]:
        with Descriptor(mount.event, os.O_RDONLY | getattr(os, flag)) as fd:
            same(os.read(fd, 10), mount.wanted[:10])


@check("advice is taken")
def _(mount):
    with Descriptor(mount.event) as fd:
        for advice in ["NORMAL", "SEQUENTIAL", "RANDOM", "WILLNEED", "DONTNEED", "NOREUSE"]:
            os.posix_fadvise(fd, 0, 0, getattr(os, f"POSIX_FADV_{advice}"))
            same(os.pread(fd, 5000, 70_000), mount.wanted[70_000:75_000])


@check("sendfile sends it to a socket")
def _(mount):
    ours, theirs = socket.socketpair()
    with ours, theirs, Descriptor(mount.event) as fd:
        sent = os.sendfile(ours.fileno(), fd, 1000, 50_000)
        assert sent > 0
        same(theirs.recv(sent, socket.MSG_WAITALL), mount.wanted[1000 : 1000 + sent])


@check("sendfile copies it to a file")
def _(mount):
    with Descriptor(mount.event) as fd, tempfile.TemporaryFile(dir=mount.truth) as target:
        done = 0
        while count := os.sendfile(target.fileno(), fd, done, 1 << 20):
            done += count
        target.seek(0)
        same(target.read(), mount.wanted)


@check("copy_file_range copies it, or says that it is another file system: EXDEV")
def _(mount):
    with Descriptor(mount.event) as fd, tempfile.TemporaryFile(dir=mount.truth) as target:
        try:
            count = os.copy_file_range(fd, target.fileno(), 100_000, 1000)
        except OSError as error:
            same(error.errno, errno.EXDEV)
            return
        target.seek(0)
        same(target.read(), mount.wanted[1000 : 1000 + count])


@check("splice moves it into a pipe")
def _(mount):
    with Descriptor(mount.event) as fd:
        out, into = os.pipe()
        count = os.splice(fd, into, 30_000, offset_src=70_000)
        same(os.read(out, count), mount.wanted[70_000 : 70_000 + count])
        assert count > 0
        os.close(out)
        os.close(into)


@check("cat, cp, dd, tail, head, cmp, wc and md5sum read it")
def _(mount):
    with tempfile.TemporaryDirectory(dir=mount.truth) as folder:
        kept = f"{folder}/kept"
        with open(kept, "wb") as file:
            file.write(mount.wanted)
        script = """set -e
            cat "$1" | cmp - "$2"; cp "$1" "$3/copy"; cmp "$3/copy" "$2"; cmp "$1" "$2"
            dd if="$1" bs=100000 2>/dev/null | cmp - "$2"
            dd if="$1" bs=64k iflag=direct 2>/dev/null | cmp - "$2"
            tail -c 5000 "$1" > "$3/a"; tail -c 5000 "$2" | cmp - "$3/a"
            head -c 70000 "$1" > "$3/a"; head -c 70000 "$2" | cmp - "$3/a"
            test "$(wc -c < "$1")" = "$(wc -c < "$2")"
            test "$(md5sum < "$1")" = "$(md5sum < "$2")" """
        run = subprocess.run(["sh", "-c", script, "sh", mount.event, kept, folder], capture_output=True, text=True)
        same((run.returncode, run.stderr), (0, ""))


@check("a copy keeps the time of modification")
def _(mount):
    with tempfile.TemporaryDirectory(dir=mount.truth) as folder:
        shutil.copy2(mount.event, f"{folder}/copy")
        same(os.stat(f"{folder}/copy").st_mtime_ns, os.stat(mount.event).st_mtime_ns)


@check("documents are JSON, read byte by byte or at once")
def _(mount):
    for name in ["run.json", "summary.json"]:
        with Descriptor(f"{mount.run}/{name}") as fd:
            found = b"".join(iter(lambda: os.read(fd, 1), b""))
        same(found, mount.true_bytes(f"{mount.run}/{name}"))
        json.loads(found)
