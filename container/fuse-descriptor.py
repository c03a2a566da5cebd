#!/usr/bin/env python3
"""Mounts for a server that may not: one program with privileges mounts, another without them serves.

    fuse-descriptor.py mount SOCKET DIRECTORY     as root, with CAP_SYS_ADMIN and /dev/fuse, for as long as it runs
    fuse-descriptor.py serve SOCKET COMMAND...    becomes COMMAND, with the number of the descriptor in FUSE_FD

Each connection to SOCKET gets a descriptor of /dev/fuse that was just mounted on DIRECTORY, in place of the one before.
A server that was killed leaves a mount that answers nothing, and the next one starts by asking for another.
"""

import ctypes
import os
import signal
import socket
import sys
import time

NOSUID, NODEV, READ_ONLY, DETACH = 2, 4, 1, 2
# Seconds: the other container may still be starting.
PATIENCE = 60

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def unmount_all(directory):
    """Also a mount whose server is gone; lazily, for readers may still have files open."""
    while libc.umount2(directory.encode(), DETACH) == 0:
        pass


def mounted(directory):
    """A descriptor of /dev/fuse that is mounted there for every user."""
    unmount_all(directory)
    descriptor = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={descriptor},rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other"
    result = libc.mount(
        b"wandb-logdir", directory.encode(), b"fuse.wandb-logdir", READ_ONLY | NOSUID | NODEV, options.encode()
    )
    check(result, f"cannot mount on {directory}")
    return descriptor


def hand_out(path, directory):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.makedirs(directory, exist_ok=True)
    if os.path.exists(path):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        os.chmod(path, 0o666)  # The directory it is in is shared by two containers of one pod, and by nobody else.
        listener.listen()
        print(f"mounting on {directory} for whoever connects to {path}", flush=True)
        try:
            while True:
                connection, _ = listener.accept()
                with connection:
                    descriptor = mounted(directory)
                    socket.send_fds(connection, [b"f"], [descriptor])
                    # The server's is the only one: when it ends, so does the connection of the mount.
                    os.close(descriptor)
                    print("mounted, and handed over", flush=True)
        finally:
            unmount_all(directory)


def received(path):
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            try:
                connection.connect(path)
            except OSError as error:
                if time.monotonic() > deadline:
                    sys.exit(f"{path}: {error.strerror}; is the container that mounts running?")
                time.sleep(0.2)
                continue
            _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
            if descriptors:
                return descriptors[0]
            sys.exit(f"{path}: got no descriptor; the log of the container that mounts says why")


def main(words):
    match words:
        case ["mount", path, directory]:
            hand_out(path, directory)
        case ["serve", path, *command] if command:
            descriptor = received(path)
            os.set_inheritable(descriptor, True)
            os.execvpe(command[0], command, {**os.environ, "FUSE_FD": str(descriptor)})
        case _:
            sys.exit(__doc__)


main(sys.argv[1:])
