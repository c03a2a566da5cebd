"""What checks are made of: a name, a function, and a mount to hold it against."""

import ctypes
import errno
import json
import os
import struct
import sys

_checks = []
libc = ctypes.CDLL(None, use_errno=True)


def check(name):
    """Registers a function of a Mount as a check. It passes unless it raises."""

    def register(function):
        _checks.append((name, function.__module__, function))
        return function

    return register


def checks_of(module):
    return [(name, function) for name, of, function in _checks if of == module]


def same(found, wanted):
    assert found == wanted, f"expected {short(wanted)}, found {short(found)}"


def short(value):
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}... of {len(text)} characters"


def fails(code, function, *args, **more):
    """Passes if the call fails with an error number, or one of several."""
    codes = code if isinstance(code, tuple) else (code,)
    wanted = " or ".join(errno.errorcode[one] for one in codes)
    try:
        result = function(*args, **more)
    except OSError as error:
        found = errno.errorcode.get(error.errno, error.errno)
        assert error.errno in codes, f"expected {wanted}, found {found}"
        return
    raise AssertionError(f"expected {wanted}, found success: {short(result)}")


def system_call(name, *args):
    """A function of the C library that Python has no word for."""
    result = getattr(libc, name)(*args)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


class Mount:
    """The mounted tree, and the bytes that its files must have, in a folder of the same shape."""

    def __init__(self, root, truth):
        self.root = root
        self.truth = truth
        self.project = f"{root}/acme/research"
        self.run = f"{self.project}/plain"
        self.event = f"{self.run}/{self.event_name(self.run)}"
        self.document = f"{self.run}/run.json"
        self.many = f"{root}/acme/many"
        self.wanted = self.true_bytes(self.event)

    def event_name(self, run):
        return next(name for name in os.listdir(run) if "tfevents" in name)

    def true_bytes(self, path):
        with open(self.truth + path[len(self.root) :], "rb") as file:
            return file.read()

    def ask(self, what):
        """Has the test change something behind the mount, and waits until it has."""
        print(json.dumps({"ask": what}), flush=True)
        answer = sys.stdin.readline()
        assert answer == "done\n", f"asked for {what}, told {answer!r}"

    def opened(self, path=None, flags=os.O_RDONLY):
        return Descriptor(self.event if path is None else path, flags)


class Descriptor:
    """An open file descriptor; `with` closes it."""

    def __init__(self, path, flags=os.O_RDONLY):
        self.number = os.open(path, flags)

    def __enter__(self):
        return self.number

    def __exit__(self, *_):
        os.close(self.number)


class Directory:
    """A directory stream of the C library: readdir, telldir, seekdir and rewinddir as programs call them."""

    def __init__(self, path):
        libc.opendir.restype = libc.readdir.restype = ctypes.c_void_p
        self.stream = ctypes.c_void_p(libc.opendir(os.fsencode(path)))
        if not self.stream:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        libc.closedir(self.stream)

    def next(self):
        """Name, inode number and kind of the next entry; None at the end."""
        entry = libc.readdir(self.stream)
        if entry is None:
            return None
        inode, _, _, kind = struct.unpack("=QqHB", ctypes.string_at(entry, 19))
        return os.fsdecode(ctypes.string_at(entry + 19)), inode, kind

    def rest(self):
        return list(iter(self.next, None))

    def tell(self):
        libc.telldir.restype = ctypes.c_long
        return libc.telldir(self.stream)

    def seek(self, place):
        libc.seekdir(self.stream, ctypes.c_long(place))

    def rewind(self):
        libc.rewinddir(self.stream)
