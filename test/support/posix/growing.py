"""What changes while programs look: a run that grows, one that comes, one that goes."""

import errno
import json
import mmap
import os
import time

from checks import Descriptor, check, fails, same

RUN = "growing"
#: Growth is announced; this is for a machine that is busy.
PATIENCE_SECONDS = 10


def until(condition, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.005)
    return found


def grown(mount, act):
    """Runs `act(path, fd, size before)` after the run has grown, with its file open since before."""
    run = f"{mount.project}/{RUN}"
    path = f"{run}/{mount.event_name(run)}"
    with Descriptor(path) as fd:
        before = os.fstat(fd).st_size
        os.pread(fd, 1 << 24, 0)
        mount.ask("grow")
        act(path, fd, before, mount.true_bytes(path))


@check("a file that grows shows it to whom has it open: fstat")
def _(mount):
    grown(mount, lambda _, fd, before, wanted: until(lambda: os.fstat(fd).st_size == len(wanted) > before, "fstat"))


@check("a file that grows shows it to whom looks: stat, within two seconds")
def _(mount):
    def act(path, _, before, wanted):
        started = time.monotonic()
        until(lambda: os.stat(path).st_size == len(wanted) > before, "stat")
        assert time.monotonic() - started < 2, "later"

    grown(mount, act)


@check("a file that grows shows it to whom reads at its end, by read and by pread")
def _(mount):
    def act(_, fd, before, wanted):
        os.lseek(fd, before, os.SEEK_SET)
        same(until(lambda: os.read(fd, 1 << 24), "read"), wanted[before:])
        same(os.pread(fd, 1 << 24, before), wanted[before:])

    grown(mount, act)


@check("the end of a file that grew is right across the page that it ended in")
def _(mount):
    def act(_, fd, before, wanted):
        until(lambda: os.fstat(fd).st_size == len(wanted), "fstat")
        same(os.pread(fd, 10_000, before - 5000), wanted[before - 5000 : before + 5000])
        same(os.pread(fd, 1 << 24, 0), wanted)

    grown(mount, act)


@check("what was read of a file stays as it was when the file grows")
def _(mount):
    def act(_, fd, before, wanted):
        same(os.pread(fd, before, 0), wanted[:before])

    grown(mount, act)


@check("SEEK_END and SEEK_HOLE move with the end of a file that grows")
def _(mount):
    def act(_, fd, before, wanted):
        until(lambda: os.fstat(fd).st_size == len(wanted), "fstat")
        same(os.lseek(fd, 0, os.SEEK_END), len(wanted))
        os.pread(fd, 10, len(wanted) - 10)
        same(os.lseek(fd, before, os.SEEK_HOLE), len(wanted))
        same(os.lseek(fd, len(wanted) - 1, os.SEEK_DATA), len(wanted) - 1)

    grown(mount, act)


@check("a map of a file that grew shows the new end")
def _(mount):
    def act(_, fd, before, wanted):
        until(lambda: os.fstat(fd).st_size == len(wanted), "fstat")
        with mmap.mmap(fd, len(wanted), mmap.MAP_PRIVATE, mmap.PROT_READ) as memory:
            same(memory[before - 100 :], wanted[before - 100 :])

    grown(mount, act)


@check("inode number, mode and link count stay when a file grows; the time moves on")
def _(mount):
    run = f"{mount.project}/{RUN}"
    path = f"{run}/{mount.event_name(run)}"
    before = os.stat(path)
    mount.ask("grow")
    after = until(lambda: (found := os.stat(path)).st_size > before.st_size and found, "stat")
    same((after.st_ino, after.st_mode, after.st_nlink), (before.st_ino, before.st_mode, before.st_nlink))
    assert after.st_mtime_ns > before.st_mtime_ns


@check("a document that is open stays as it was, a new opening has the new one")
def _(mount):
    path = f"{mount.project}/{RUN}/run.json"
    with Descriptor(path) as fd:
        before = os.fstat(fd)
        first = os.pread(fd, 200, 0)
        mount.ask("grow")
        until(lambda: os.stat(path).st_mtime_ns > before.st_mtime_ns, "stat")
        whole = first + os.pread(fd, 1 << 20, 200)
        same(len(whole), before.st_size)
        with open(path, "rb") as file:
            now = json.load(file)
        assert now["history"]["rows"] > json.loads(whole)["history"]["rows"]


@check("the file of a run begins when its first row is logged, and is whole for whom opens it then")
def _(mount):
    run = f"{mount.many}/run-3"
    same([name for name in os.listdir(run) if "tfevents" in name], [])
    mount.ask("begin run-3")
    name = until(lambda: next((one for one in os.listdir(run) if "tfevents" in one), None), "listed")
    with open(f"{run}/{name}", "rb") as file:
        same(file.read(), mount.true_bytes(f"{run}/{name}"))


@check("a name that was not there is found once it is")
def _(mount):
    path = f"{mount.many}/new-1"
    fails(errno.ENOENT, os.stat, path)
    mount.ask("add another run")
    until(lambda: os.path.exists(path), "found")
    os.listdir(path)


@check("a run that goes is ENOENT, also for whom knew it")
def _(mount):
    path = f"{mount.many}/new-1"
    os.stat(path)
    mount.ask("take the other run away")
    until(lambda: not os.path.exists(path), "gone")
    fails(errno.ENOENT, os.listdir, path)
    fails(errno.ENOENT, os.open, f"{path}/run.json", os.O_RDONLY)
    same("new-1" in os.listdir(mount.many), False)
