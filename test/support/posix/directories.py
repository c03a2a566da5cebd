"""Listing directories."""

import ctypes
import errno
import os
import stat
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor

from checks import Descriptor, Directory, check, fails, same, system_call

MANY = 2000
DT_DIR, DT_REG = 4, 8
GETDENTS64 = {"x86_64": 217, "aarch64": 61}[os.uname().machine]


def names(path):
    with Directory(path) as directory:
        return [name for name, _, _ in directory.rest()]


@check("a listing begins with . and .., with their inode numbers")
def _(mount):
    for path in [mount.project, mount.run]:
        with Directory(path) as directory:
            same([directory.next(), directory.next()], [
                (".", os.stat(path).st_ino, DT_DIR),
                ("..", os.stat(os.path.dirname(path)).st_ino, DT_DIR),
            ])  # fmt: skip


@check("a listing is complete, and names nothing twice")
def _(mount):
    found = names(mount.many)
    same(len(found), MANY + 2)
    same(set(found), {".", "..", *(f"run-{i}" for i in range(MANY))})


@check("a listing is the same every time, in ascending order")
def _(mount):
    first = names(mount.many)
    same(first[2:], sorted(first[2:]))
    for _ in range(3):
        same(names(mount.many), first)


@check("the inode number of an entry is that of its stat, whichever is asked first")
def _(mount):
    for path in [mount.root, f"{mount.root}/acme", mount.project, mount.run]:
        with Directory(path) as directory:
            for name, inode, _ in directory.rest()[2:]:
                same((name, os.stat(f"{path}/{name}").st_ino), (name, inode))


@check("the kind of an entry is that of its stat")
def _(mount):
    for path in [mount.project, mount.run]:
        with Directory(path) as directory:
            for name, _, kind in directory.rest():
                mode = os.stat(f"{path}/{name}").st_mode
                same((name, kind), (name, DT_DIR if stat.S_ISDIR(mode) else DT_REG))


@check("attributes that come with a listing are those of stat")
def _(mount):
    for path in [mount.project, mount.run]:
        for entry in os.scandir(path):
            same(entry.stat(), os.stat(entry.path))


@check("a run that nothing was logged to yet has its documents")
def _(mount):
    same(names(f"{mount.many}/run-7"), [".", "..", "config.yaml", "run.json", "summary.json"])


@check("every place in a listing can be returned to")
def _(mount):
    with Directory(mount.many) as directory:
        places = []
        while True:
            place, entry = directory.tell(), directory.next()
            if entry is None:
                break
            places.append((place, entry))
        for place, entry in places[:: len(places) // 50]:
            directory.seek(place)
            same(directory.next(), entry)


@check("a listing goes on from where it was left, however far apart the steps are")
def _(mount):
    whole = names(mount.many)
    with Directory(mount.many) as one, Directory(mount.many) as other:
        found = [one.next()[0] for _ in range(700)]
        same([name for name, _, _ in other.rest()], whole)
        same(found + [name for name, _, _ in one.rest()], whole)


@check("rewinding begins anew")
def _(mount):
    with Directory(mount.many) as directory:
        first = directory.rest()
        same(directory.next(), None)
        directory.rewind()
        same(directory.rest(), first)


@check("a run that comes while a directory is read loses and doubles nothing")
def _(mount):
    whole = names(mount.many)
    with Directory(mount.many) as directory:
        found = [directory.next()[0] for _ in range(300)]
        mount.ask("add a run")
        found += [name for name, _, _ in directory.rest()]
        same(len(found), len(set(found)))
        same(set(whole) - set(found), set())
        directory.rewind()
        same({name for name, _, _ in directory.rest()} - set(whole), {"new-0"})
    same(set(names(mount.many)) - set(whole), {"new-0"})
    mount.ask("take the run away")
    same(names(mount.many), whole)


def entries_in(size, path):
    """Inode numbers and names, read by getdents64 with a buffer of a size."""
    buffer = ctypes.create_string_buffer(size)
    with Descriptor(path, os.O_RDONLY | os.O_DIRECTORY) as fd:
        while (count := system_call("syscall", GETDENTS64, fd, buffer, size)) > 0:
            at = 0
            while at < count:
                inode, _, length, _ = struct.unpack_from("=QqHB", buffer, at)
                # What follows the name is whatever the buffer held before.
                yield inode, buffer.raw[at + 19 : at + length].split(b"\0")[0]
                at += length


@check("a small buffer takes a listing in many steps")
def _(mount):
    whole = list(entries_in(1 << 20, mount.many))
    for size in [32, 64, 4096, 5000]:
        same(list(entries_in(size, mount.many)), whole)


@check("a buffer that no entry fits into is EINVAL")
def _(mount):
    fails(errno.EINVAL, lambda: list(entries_in(16, mount.many)))


@check("a file is not listed: ENOTDIR")
def _(mount):
    for path in [mount.event, mount.document]:
        fails(errno.ENOTDIR, os.listdir, path)
        fails(errno.ENOTDIR, os.open, path, os.O_RDONLY | os.O_DIRECTORY)
        fails(errno.ENOTDIR, os.scandir, path)


@check("what is not there is not listed: ENOENT")
def _(mount):
    fails(errno.ENOENT, os.listdir, f"{mount.project}/nothing")


@check("a directory is not read as a file: EISDIR")
def _(mount):
    for path in [mount.root, mount.run]:
        with Descriptor(path) as fd:
            fails(errno.EISDIR, os.read, fd, 100)
            fails(errno.EISDIR, os.pread, fd, 100, 0)


@check("a directory is not opened for writing: EISDIR")
def _(mount):
    fails(errno.EISDIR, os.open, mount.run, os.O_WRONLY)
    fails(errno.EISDIR, os.open, mount.run, os.O_RDWR)


@check("an open directory tells its attributes, and can be worked in")
def _(mount):
    before = os.getcwd()
    with Descriptor(mount.run) as fd:
        same(os.fstat(fd), os.stat(mount.run))
        same(sorted(os.listdir(fd)), sorted(os.listdir(mount.run)))
        os.fchdir(fd)
        same(os.getcwd(), mount.run)
        os.chdir(before)


@check("a duplicate of an open directory shares its place")
def _(mount):
    with Descriptor(mount.many) as fd:
        buffer = ctypes.create_string_buffer(1 << 20)
        copy = os.dup(fd)
        assert system_call("syscall", GETDENTS64, fd, buffer, 1 << 20) > 0
        while system_call("syscall", GETDENTS64, copy, buffer, 1 << 20) > 0:
            pass
        same(system_call("syscall", GETDENTS64, fd, buffer, 1 << 20), 0)
        os.close(copy)


@check("sixteen programs list one directory at a time")
def _(mount):
    whole = names(mount.many)
    with ThreadPoolExecutor(16) as pool:
        for found in pool.map(names, [mount.many] * 64):
            same(found, whole)


@check("a thousand open directories are served side by side")
def _(mount):
    opened = [Directory(mount.run) for _ in range(1000)]
    found = {tuple(directory.rest()) for directory in opened}
    for directory in opened:
        directory.__exit__()
    same(len(found), 1)


@check("a walk finds what find finds")
def _(mount):
    walked = sum(1 + len(files) for _, _, files in os.walk(mount.root))
    found = subprocess.run(["find", mount.root], stdout=subprocess.PIPE, check=True).stdout
    same(len(found.splitlines()), walked)
