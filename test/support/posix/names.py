"""Looking names up."""

import errno
import os
import tempfile

from checks import Descriptor, check, fails, same

LONG = "l" * 255
HOSTILE = [
    "with  two blanks", "Ünïcode 😀 ﷽", "שלום עולם‏", "100%25 #1 & <b>", "quote ' \" ` $HOME $(id)", "-rf", "*?[a]{b,c}",
    "back\\slash", "...", "~", "tab%09newline%0A", "a∕b", "%2E%2E", "%40hidden", "con.txt.", " leading and trailing ",
]  # fmt: skip


def hostile(name):
    @check(f"the name {name!r} is listed, and leads to its run")
    def _(mount):
        assert name in os.listdir(mount.project), "not listed"
        run = f"{mount.project}/{name}"
        event = f"{run}/{mount.event_name(run)}"
        with Descriptor(event) as fd:
            same(os.read(fd, 1 << 20), mount.true_bytes(event))
        same(os.path.realpath(event), event)


for one in [*HOSTILE, LONG]:
    hostile(one)


@check("a name that is not there is ENOENT, at every depth, again and again")
def _(mount):
    for parent in [mount.root, f"{mount.root}/acme", mount.project, mount.run]:
        for _ in range(3):
            fails(errno.ENOENT, os.stat, f"{parent}/nothing")
            fails(errno.ENOENT, os.open, f"{parent}/nothing", os.O_RDONLY)


@check(". is the directory itself")
def _(mount):
    for path in [mount.root, mount.project, mount.run]:
        same(os.stat(f"{path}/.").st_ino, os.stat(path).st_ino)


@check(".. is the directory above")
def _(mount):
    same(os.stat(f"{mount.run}/..").st_ino, os.stat(mount.project).st_ino)
    same(os.stat(f"{mount.root}/acme/..").st_ino, os.stat(mount.root).st_ino)


@check(".. of the root leads out of the mount")
def _(mount):
    same(os.stat(f"{mount.root}/..").st_dev, os.stat(os.path.dirname(mount.root)).st_dev)


@check("dots and slashes within a path change nothing")
def _(mount):
    winding = f"{mount.project}/./plain//../plain///{os.path.basename(mount.event)}"
    same(os.stat(winding).st_ino, os.stat(mount.event).st_ino)


@check("a slash behind a directory is allowed")
def _(mount):
    same(os.stat(f"{mount.run}/").st_ino, os.stat(mount.run).st_ino)


@check("a slash behind a file is ENOTDIR")
def _(mount):
    for path in [mount.event, mount.document]:
        fails(errno.ENOTDIR, os.stat, f"{path}/")
        fails(errno.ENOTDIR, os.open, f"{path}/", os.O_RDONLY)


@check("a path below a file is ENOTDIR")
def _(mount):
    for below in ["x", ".", "..", "x/y"]:
        fails(errno.ENOTDIR, os.stat, f"{mount.event}/{below}")


@check("a name of 255 bytes that is not there is ENOENT")
def _(mount):
    fails(errno.ENOENT, os.stat, f"{mount.project}/{'n' * 255}")


@check("a name of 256 bytes is ENAMETOOLONG")
def _(mount):
    fails(errno.ENAMETOOLONG, os.stat, f"{mount.project}/{'n' * 256}")
    fails(errno.ENAMETOOLONG, os.open, f"{mount.project}/{'ü' * 128}", os.O_RDONLY)


@check("a path of more than 4095 bytes is ENAMETOOLONG")
def _(mount):
    fails(errno.ENAMETOOLONG, os.stat, mount.project + "/." * 2048)


@check("an empty path is ENOENT")
def _(mount):
    fails(errno.ENOENT, os.stat, "")


@check("names differ by case")
def _(mount):
    fails(errno.ENOENT, os.stat, f"{mount.project}/PLAIN")


@check("a name in decomposed Unicode is another name")
def _(mount):
    fails(errno.ENOENT, os.stat, f"{mount.project}/U\u0308ni\u0308code 😀 ﷽")


@check("bytes that are no UTF-8 are ENOENT")
def _(mount):
    for name in [b"\xff", b"plain\xc3", b"\xed\xa0\x80", b"\xc0\xae\xc0\xae"]:
        fails(errno.ENOENT, os.stat, os.fsencode(mount.project) + b"/" + name)


@check("a run resolves by its id, unlisted")
def _(mount):
    same("id-plain" in os.listdir(mount.project), False)
    with open(f"{mount.project}/id-plain/run.json", "rb") as file:
        same(file.read(), mount.true_bytes(mount.document))


@check("a symbolic link from outside leads in")
def _(mount):
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(mount.run, f"{folder}/link")
        same(sorted(os.listdir(f"{folder}/link")), sorted(os.listdir(mount.run)))


@check("one can work in a directory, and is told where one is")
def _(mount):
    before = os.getcwd()
    try:
        os.chdir(mount.run)
        same(os.getcwd(), mount.run)
        same(os.stat(os.path.basename(mount.event)).st_ino, os.stat(mount.event).st_ino)
        same(os.stat("../plain").st_ino, os.stat(mount.run).st_ino)
    finally:
        os.chdir(before)


@check("a file is no place to work in")
def _(mount):
    fails(errno.ENOTDIR, os.chdir, mount.event)


@check("names are looked up below an open directory")
def _(mount):
    with Descriptor(mount.project, os.O_RDONLY | os.O_DIRECTORY) as directory:
        name = f"plain/{os.path.basename(mount.event)}"
        same(os.stat(name, dir_fd=directory).st_size, len(mount.wanted))
        fd = os.open(name, os.O_RDONLY, dir_fd=directory)
        same(os.read(fd, 64), mount.wanted[:64])
        os.close(fd)


@check("a descriptor for the path alone can be looked up from, and not read")
def _(mount):
    with Descriptor(mount.run, os.O_PATH) as directory:
        same(os.stat("run.json", dir_fd=directory).st_ino, os.stat(mount.document).st_ino)
    with Descriptor(mount.event, os.O_PATH) as fd:
        same(os.fstat(fd).st_size, len(mount.wanted))
        fails(errno.EBADF, os.read, fd, 10)
