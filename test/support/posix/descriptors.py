"""Open files: shared, inherited, many, locked, and left behind."""

import array
import ctypes
import errno
import fcntl
import hashlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from checks import Descriptor, check, fails, libc, same

FIONREAD = 0x541B


@check("a duplicate shares the position")
def _(mount):
    with Descriptor(mount.event) as fd:
        copy = os.dup(fd)
        same(os.read(fd, 100) + os.read(copy, 100) + os.read(fd, 100), mount.wanted[:300])
        os.close(copy)
        same(os.read(fd, 100), mount.wanted[300:400])


@check("two openings have positions of their own")
def _(mount):
    with Descriptor(mount.event) as one, Descriptor(mount.event) as other:
        os.lseek(one, 500, os.SEEK_SET)
        same(os.read(other, 10), mount.wanted[:10])


def child(act):
    """Exit code of a forked process."""
    number = os.fork()
    if number == 0:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


@check("a forked process goes on reading where its parent was, and the other way round")
def _(mount):
    with Descriptor(mount.event) as fd:
        os.read(fd, 100)
        same(child(lambda: same(os.read(fd, 100), mount.wanted[100:200])), 0)
        same(os.read(fd, 100), mount.wanted[200:300])


@check("a descriptor outlives the process that opened it")
def _(mount):
    out, into = os.pipe()

    def opener():
        fd, parent = os.open(mount.event, os.O_RDONLY), os.getpid()
        if os.fork() == 0:
            while os.getppid() == parent:
                time.sleep(0.01)
            os.write(into, os.pread(fd, 1000, 2000))
            os._exit(0)

    same(child(opener), 0)
    same(os.read(out, 1000), mount.wanted[2000:3000])
    os.close(out)
    os.close(into)


@check("a program that is started inherits a descriptor")
def _(mount):
    with Descriptor(mount.event) as fd:
        os.lseek(fd, 1234, os.SEEK_SET)
        found = subprocess.run(["head", "-c", "100"], stdin=fd, capture_output=True, check=True).stdout
        same(found, mount.wanted[1234:1334])


@check("a descriptor can be sent to another process")
def _(mount):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Descriptor(mount.event) as fd:
            socket.send_fds(ours, [b"x"], [fd])
        _, [received], _, _ = socket.recv_fds(theirs, 1, 1)
        same(os.pread(received, 100, 700), mount.wanted[700:800])
        os.close(received)


@check("a descriptor has a path, by which it can be opened again")
def _(mount):
    with Descriptor(mount.event) as fd:
        same(os.readlink(f"/proc/self/fd/{fd}"), mount.event)
        with Descriptor(f"/proc/self/fd/{fd}") as again:
            same(os.pread(again, 10, 0), mount.wanted[:10])


@check("what is closed is closed: EBADF")
def _(mount):
    fd = os.open(mount.event, os.O_RDONLY)
    os.close(fd)
    fails(errno.EBADF, os.read, fd, 10)


@check("a thousand openings of one file are served side by side")
def _(mount):
    opened = [os.open(mount.event, os.O_RDONLY) for _ in range(1000)]
    for i, fd in enumerate(opened):
        same(os.pread(fd, 50, 100 * i), mount.wanted[100 * i : 100 * i + 50])
    for fd in opened:
        os.close(fd)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


@check("sixteen threads read one file whole, at a time")
def _(mount):
    wanted = hashlib.md5(mount.wanted).hexdigest()
    with ThreadPoolExecutor(16) as pool:
        same(set(pool.map(digest, [mount.event] * 64)), {wanted})


@check("sixteen threads read through one descriptor")
def _(mount):
    with Descriptor(mount.event) as fd, ThreadPoolExecutor(16) as pool:
        offsets = range(0, len(mount.wanted), 10_000)
        found = pool.map(lambda offset: os.pread(fd, 10_000, offset), offsets)
        same(b"".join(found), mount.wanted)


@check("sixteen processes read one file whole, at a time")
def _(mount):
    code = "import hashlib,sys; print(hashlib.file_digest(open(sys.argv[1],'rb'),'md5').hexdigest())"
    words = [sys.executable, "-S", "-c", code, mount.event]
    started = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(16)]
    found = {process.communicate()[0].strip() for process in started}
    same(found, {hashlib.md5(mount.wanted).hexdigest()})


@check("a reader that is killed leaves the others alone")
def _(mount):
    script = 'while :; do cat "$1" > /dev/null; done'
    started = [
        subprocess.Popen(["sh", "-c", script, "sh", mount.event], start_new_session=True) for _ in range(4)
    ]
    for process in started:
        same(digest(mount.event), hashlib.md5(mount.wanted).hexdigest())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    same(digest(mount.event), hashlib.md5(mount.wanted).hexdigest())


@check("fsync, fdatasync and syncfs have nothing to do")
def _(mount):
    for path in [mount.event, mount.document, mount.run]:
        with Descriptor(path) as fd:
            os.fsync(fd)
            os.fdatasync(fd)
            same(libc.syncfs(fd), 0)


@check("flock works within the machine")
def _(mount):
    with Descriptor(mount.event) as one, Descriptor(mount.event) as other:
        fcntl.flock(one, fcntl.LOCK_SH)
        fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fails(errno.EAGAIN, fcntl.flock, other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(one, fcntl.LOCK_UN)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fails(errno.EAGAIN, fcntl.flock, one, fcntl.LOCK_SH | fcntl.LOCK_NB)


@check("a record lock for reading is given, one for writing is EBADF")
def _(mount):
    with Descriptor(mount.event) as fd:
        fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB, 100)
        fails(errno.EBADF, fcntl.lockf, fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 100)
        fcntl.lockf(fd, fcntl.LOCK_UN, 100)


@check("a lock goes with the process that held it")
def _(mount):
    with Descriptor(mount.event) as fd:
        same(child(lambda: fcntl.flock(os.open(mount.event, os.O_RDONLY), fcntl.LOCK_EX)), 0)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


@check("select and poll find it readable")
def _(mount):
    with Descriptor(mount.event) as fd:
        same(select.select([fd], [], [], 1)[0], [fd])
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        same(poll.poll(1000), [(fd, select.POLLIN)])


@check("ioctl: what is left to read is told, the rest is ENOTTY")
def _(mount):
    with Descriptor(mount.event) as fd:
        os.lseek(fd, 100, os.SEEK_SET)
        left = array.array("i", [0])
        fcntl.ioctl(fd, FIONREAD, left)
        same(left[0], len(mount.wanted) - 100)
        fails(errno.ENOTTY, fcntl.ioctl, fd, 0x5401, b"\0" * 64)


@check("inotify can watch it")
def _(mount):
    watcher = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(watcher, os.fsencode(mount.event), 0x20) > 0  # IN_OPEN
    with Descriptor(mount.event):
        pass
    same(struct.unpack_from("=iI", os.read(watcher, 4096))[1], 0x20)
    os.close(watcher)


@check("ten thousand openings, one after the other")
def _(mount):
    for i in range(10_000):
        with Descriptor(mount.event) as fd:
            if i % 100 == 0:
                same(os.pread(fd, 50, 100 * i), mount.wanted[100 * i : 100 * i + 50])


@check("a descriptor for the path alone is not read by sendfile: EBADF")
def _(mount):
    with Descriptor(mount.event, os.O_PATH) as fd, open("/dev/null", "wb") as sink:
        fails(errno.EBADF, os.sendfile, sink.fileno(), fd, 0, 10)
        fails(errno.EBADF, fcntl.ioctl, fd, FIONREAD, ctypes.create_string_buffer(8))
