"""Memory maps."""

import ctypes
import errno
import mmap
import os

from checks import Descriptor, check, fails, same


def mapped(path, flags, wanted):
    with Descriptor(path) as fd, mmap.mmap(fd, 0, flags, mmap.PROT_READ) as memory:
        same(len(memory), len(wanted))
        same(memory[:], wanted)
        for advice in [mmap.MADV_RANDOM, mmap.MADV_DONTNEED]:
            memory.madvise(advice)
            same(memory[12_345:60_000], wanted[12_345:60_000])


@check("an event file can be mapped, for oneself")
def _(mount):
    mapped(mount.event, mmap.MAP_PRIVATE, mount.wanted)


@check("an event file can be mapped, shared, for reading")
def _(mount):
    mapped(mount.event, mmap.MAP_SHARED, mount.wanted)


@check("a map outlives its descriptor")
def _(mount):
    fd = os.open(mount.event, os.O_RDONLY)
    memory = mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ)
    os.close(fd)
    same(memory[-5000:], mount.wanted[-5000:])
    memory.close()


@check("a map is zeros between the end of the file and the end of the page")
def _(mount):
    size = len(mount.wanted)
    whole = -(-size // 4096) * 4096
    with Descriptor(mount.event) as fd:
        # Python maps no more than the file has; the C library maps what it is told.
        libc = ctypes.CDLL(None)
        libc.mmap.restype = ctypes.c_void_p
        address = libc.mmap(None, ctypes.c_size_t(whole), mmap.PROT_READ, mmap.MAP_PRIVATE, fd, ctypes.c_long(0))
        same(ctypes.string_at(address + size, whole - size), bytes(whole - size))
        libc.munmap(ctypes.c_void_p(address), ctypes.c_size_t(whole))


@check("a document can be mapped for oneself, and not shared: ENODEV")
def _(mount):
    wanted = mount.true_bytes(mount.document)
    with Descriptor(mount.document) as fd:
        with mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ) as memory:
            same(memory[:], wanted)
        fails(errno.ENODEV, mmap.mmap, fd, 0, mmap.MAP_SHARED, mmap.PROT_READ)
