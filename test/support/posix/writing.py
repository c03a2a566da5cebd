"""Everything that would change something. Nothing does, and each call says EROFS unless it has a better reason."""

import errno
import mmap
import os
import stat
import subprocess
import tempfile

from checks import Descriptor, check, fails, same, system_call

RENAME_EXCHANGE = 2


def refused(name, call, code=errno.EROFS):
    """`call` gets the mount, and must fail. Nothing may have changed."""

    @check(name)
    def _(mount):
        before = sorted(os.listdir(mount.run))
        fails(code, call, mount)
        same(sorted(os.listdir(mount.run)), before)
        same(os.stat(mount.event).st_size, len(mount.wanted))


def opening(path, flags):
    def call(mount):
        fd = os.open(path(mount), flags, 0o600)
        os.close(fd)

    return call


def event(mount):
    return mount.event


def new(mount):
    return f"{mount.run}/new"


for word in ["O_WRONLY", "O_RDWR"]:
    refused(f"open a file {word}", opening(event, getattr(os, word)))
    refused(f"open a document {word}", opening(lambda mount: mount.document, getattr(os, word)))
refused("open O_WRONLY | O_APPEND", opening(event, os.O_WRONLY | os.O_APPEND))
refused("open O_RDONLY | O_TRUNC", opening(event, os.O_RDONLY | os.O_TRUNC))
refused("open O_RDWR | O_TRUNC", opening(event, os.O_RDWR | os.O_TRUNC))
refused("open O_CREAT of a new file", opening(new, os.O_CREAT | os.O_WRONLY))
refused("open O_CREAT of a new file for reading", opening(new, os.O_CREAT | os.O_RDONLY))
refused("open O_CREAT | O_EXCL of a new file", opening(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
refused("open O_CREAT of a file, for writing", opening(event, os.O_CREAT | os.O_WRONLY))
refused("open O_CREAT in the root", opening(lambda mount: f"{mount.root}/new", os.O_CREAT | os.O_WRONLY))
refused(
    "open O_TMPFILE",
    opening(lambda mount: mount.run, os.O_TMPFILE | os.O_RDWR),
    (errno.EROFS, errno.EOPNOTSUPP),
)
refused("open O_CREAT | O_EXCL of a file that is there: EEXIST", opening(event, os.O_CREAT | os.O_EXCL), errno.EEXIST)


@check("open O_CREAT of a file that is there, for reading, works")
def _(mount):
    with Descriptor(mount.event, os.O_RDONLY | os.O_CREAT) as fd:
        same(os.read(fd, 10), mount.wanted[:10])


refused("mkdir", lambda mount: os.mkdir(new(mount)))
refused("mkdir of a directory that is there: EEXIST", lambda mount: os.mkdir(mount.run), errno.EEXIST)
refused("rmdir", lambda mount: os.rmdir(mount.run))
refused("unlink", lambda mount: os.unlink(mount.event))
refused("unlink of a document", lambda mount: os.unlink(mount.document))
refused("rename within a directory", lambda mount: os.rename(mount.event, new(mount)))
refused("rename over a file", lambda mount: os.rename(mount.event, mount.document))
refused("rename of a directory", lambda mount: os.rename(mount.run, f"{mount.project}/new"))
refused(
    "rename that exchanges two files",
    lambda mount: system_call(
        "renameat2", -100, os.fsencode(mount.event), -100, os.fsencode(mount.document), RENAME_EXCHANGE
    ),
)
refused("rename out of the mount: EXDEV", lambda mount: os.rename(mount.event, f"{mount.truth}/new"), errno.EXDEV)


def from_outside(call):
    """`call` gets a file of another file system, and the mount."""

    def within(mount):
        with tempfile.NamedTemporaryFile() as other:
            call(other.name, mount)

    return within


refused("rename into the mount: EXDEV", from_outside(lambda path, mount: os.rename(path, new(mount))), errno.EXDEV)
refused("link", lambda mount: os.link(mount.event, new(mount)))
refused("link out of the mount: EXDEV", lambda mount: os.link(mount.event, f"{mount.truth}/new"), errno.EXDEV)
refused(
    "link into the mount",
    from_outside(lambda path, mount: os.link(path, new(mount))),
    (errno.EROFS, errno.EXDEV),
)
refused("symlink", lambda mount: os.symlink("elsewhere", new(mount)))
refused("mknod of a file", lambda mount: os.mknod(new(mount), stat.S_IFREG | 0o600))
refused("mknod of a device", lambda mount: os.mknod(new(mount), stat.S_IFCHR | 0o600, os.makedev(1, 3)))
refused("mkfifo", lambda mount: os.mkfifo(new(mount)))
refused("chmod of a file", lambda mount: os.chmod(mount.event, 0o644))
refused("chmod of a directory", lambda mount: os.chmod(mount.run, 0o755))
refused("chown", lambda mount: os.chown(mount.event, 1, 1))
refused("lchown", lambda mount: os.lchown(mount.event, 1, 1))
refused("utime to a given time", lambda mount: os.utime(mount.event, (1, 1)))
refused("utime to now", lambda mount: os.utime(mount.event))
refused("utime of a directory", lambda mount: os.utime(mount.run, (1, 1)))
refused("truncate", lambda mount: os.truncate(mount.event, 0))
refused("truncate to a longer file", lambda mount: os.truncate(mount.event, 1 << 30))
refused("setxattr", lambda mount: os.setxattr(mount.event, "user.note", b"x"))
refused("setxattr of a directory", lambda mount: os.setxattr(mount.run, "user.note", b"x"))
refused("removexattr", lambda mount: os.removexattr(mount.event, "user.note"))


def with_descriptor(call, flags=os.O_RDONLY):
    def opened(mount):
        with Descriptor(mount.event, flags) as fd:
            call(fd)

    return opened


def copy_into(fd):
    with tempfile.TemporaryFile() as other:
        other.write(b"x" * 100)
        other.flush()
        os.copy_file_range(other.fileno(), fd, 100, 0, 0)


def send_into(fd):
    with tempfile.TemporaryFile() as other:
        other.write(b"x" * 100)
        other.flush()
        os.sendfile(fd, other.fileno(), 0, 100)


refused("fchmod", with_descriptor(lambda fd: os.fchmod(fd, 0o644)))
refused("fchown", with_descriptor(lambda fd: os.fchown(fd, 1, 1)))
refused("futimes", with_descriptor(lambda fd: os.utime(fd, (1, 1))))
refused("fsetxattr", with_descriptor(lambda fd: os.setxattr(fd, "user.note", b"x")))
refused("ftruncate of a descriptor for reading: EINVAL", with_descriptor(lambda fd: os.ftruncate(fd, 0)), errno.EINVAL)
refused("write to a descriptor for reading: EBADF", with_descriptor(lambda fd: os.write(fd, b"x")), errno.EBADF)
refused("pwrite: EBADF", with_descriptor(lambda fd: os.pwrite(fd, b"x", 0)), errno.EBADF)
refused("fallocate: EBADF", with_descriptor(lambda fd: os.posix_fallocate(fd, 0, 10)), errno.EBADF)
refused("copy_file_range into: EBADF", with_descriptor(copy_into), errno.EBADF)
refused("sendfile into: EBADF", with_descriptor(send_into), errno.EBADF)
refused(
    "a shared memory map for writing: EACCES",
    with_descriptor(lambda fd: mmap.mmap(fd, 100, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)),
    errno.EACCES,
)

@check("a private memory map may be written, and the file stays as it is")
def _(mount):
    with Descriptor(mount.event) as fd:
        with mmap.mmap(fd, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE) as memory:
            memory[:5] = b"other"
            same(memory[:5], b"other")
        same(os.pread(fd, 5, 0), mount.wanted[:5])


@check("programs that write say so: touch, rm -rf, cp, mv, sed -i")
def _(mount):
    commands = [
        ["touch", mount.event], ["rm", "-rf", mount.run], ["cp", "/etc/hostname", new(mount)],
        ["mv", mount.event, new(mount)], ["sed", "-i", "s/a/b/", mount.document], ["ln", mount.event, new(mount)],
    ]  # fmt: skip
    for command in commands:
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode != 0 and "Read-only file system" in run.stderr, (command, run)
    with open(mount.event, "rb") as file:
        same(file.read(), mount.wanted)
