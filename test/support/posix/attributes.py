"""What stat and its kin tell."""

import ctypes
import errno
import os
import stat
import struct
import subprocess

from checks import Descriptor, check, fails, same, system_call

FUSE_MAGIC = 0x65735546
START = 1_700_000_000


def tree(mount):
    """Every path, but only some of the many runs."""
    for directory, directories, files in os.walk(mount.root):
        if directory == mount.many:
            del directories[10:]
        yield directory
        yield from (os.path.join(directory, name) for name in files)


def files(mount):
    return [path for path in tree(mount) if stat.S_ISREG(os.stat(path).st_mode)]


@check("directories are dr-xr-xr-x and files -r--r--r--")
def _(mount):
    same({stat.filemode(os.stat(path).st_mode) for path in tree(mount)}, {"dr-xr-xr-x", "-r--r--r--"})


@check("everything has one link")
def _(mount):
    same({os.stat(path).st_nlink for path in tree(mount)}, {1})


@check("everything belongs to whom the mount says")
def _(mount):
    same({(os.stat(path).st_uid, os.stat(path).st_gid) for path in tree(mount)}, {(0, 0)})


@check("everything is on one device, which is not that of the directory around")
def _(mount):
    devices = {os.stat(path).st_dev for path in tree(mount)}
    same(len(devices), 1)
    assert os.stat(os.path.dirname(mount.root)).st_dev not in devices
    same({os.stat(path).st_rdev for path in tree(mount)}, {0})


@check("the root is a mount point")
def _(mount):
    assert os.path.ismount(mount.root)
    assert not os.path.ismount(mount.project)


@check("every inode number stands for one path")
def _(mount):
    numbers = [entry.inode() for directory, _, _ in os.walk(mount.root) for entry in os.scandir(directory)]
    assert len(numbers) > 8000, len(numbers)
    same(len(set(numbers)), len(numbers))


@check("the size of a file is what can be read")
def _(mount):
    for path in files(mount):
        with open(path, "rb") as file:
            same((path, len(file.read())), (path, os.stat(path).st_size))


@check("blocks are units of 512 bytes, begun ones counted")
def _(mount):
    for path in files(mount):
        found = os.stat(path)
        same((path, found.st_blocks), (path, -(-found.st_size // 512)))


@check("a good read is 128 KiB")
def _(mount):
    same({os.stat(path).st_blksize for path in files(mount)}, {128 * 1024})


@check("an event file was modified when its last row was logged, to the millisecond")
def _(mount):
    same(os.stat(mount.event).st_mtime_ns, (START + 19_999) * 10**9 + 250 * 10**6)


@check("the other times are that of the modification")
def _(mount):
    for path in [mount.root, mount.run, mount.event, mount.document]:
        found = os.stat(path)
        same((found.st_atime_ns, found.st_ctime_ns), (found.st_mtime_ns, found.st_mtime_ns))


@check("stat, lstat, fstat and fstatat agree")
def _(mount):
    for path in [mount.run, mount.event, mount.document]:
        with Descriptor(path) as fd, Descriptor(os.path.dirname(path)) as above:
            wanted = os.stat(path)
            same(os.lstat(path), wanted)
            same(os.fstat(fd), wanted)
            same(os.stat(os.path.basename(path), dir_fd=above, follow_symlinks=False), wanted)


@check("statx tells what stat tells, and no time of birth")
def _(mount):
    buffer = ctypes.create_string_buffer(256)
    system_call("statx", -100, os.fsencode(mount.event), 0, 0xFFF, buffer)
    mask, _, _, links, uid, gid, mode = struct.unpack_from("=IIQIIIH", buffer)
    inode, size, blocks = struct.unpack_from("=QQQ", buffer, 32)
    wanted = os.stat(mount.event)
    same((mask & 0x800, links, uid, gid), (0, 1, 0, 0))
    same((mode, inode, size, blocks), (wanted.st_mode, wanted.st_ino, wanted.st_size, wanted.st_blocks))


@check("reading leaves no mark")
def _(mount):
    before = os.stat(mount.event)
    with open(mount.event, "rb") as file:
        file.read(100)
    same(os.stat(mount.event), before)


@check("attributes stay the same when the kernel has forgotten everything")
def _(mount):
    paths = [mount.root, mount.project, mount.run, mount.event, mount.document]
    before = [os.stat(path) for path in paths]
    with open("/proc/sys/vm/drop_caches", "w") as knob:
        knob.write("2\n")
    same([os.stat(path) for path in paths], before)


@check("statvfs: names of 255 bytes, read-only, nosuid, and no space taken or given")
def _(mount):
    for target in [mount.root, mount.event]:
        found = os.statvfs(target)
        same(found.f_namemax, 255)
        same(found.f_flag & (os.ST_RDONLY | os.ST_NOSUID | os.ST_NODEV), os.ST_RDONLY | os.ST_NOSUID | os.ST_NODEV)
        same((found.f_bsize, found.f_frsize), (4096, 4096))
        same((found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree), (0, 0, 0, 0, 0))


@check("fstatvfs tells the same")
def _(mount):
    with Descriptor(mount.event) as fd:
        same(os.fstatvfs(fd), os.statvfs(mount.root))


@check("statfs tells that it is FUSE")
def _(mount):
    buffer = ctypes.create_string_buffer(256)
    system_call("statfs", os.fsencode(mount.root), buffer)
    same(struct.unpack_from("=q", buffer)[0], FUSE_MAGIC)


@check("df shows it")
def _(mount):
    run = subprocess.run(["df", "--output=source,fstype", mount.root], capture_output=True, text=True, check=True)
    same(run.stdout.split()[-2:], ["wandb-logdir", "fuse.wandb-logdir"])


@check("pathconf: names of 255 bytes")
def _(mount):
    same(os.pathconf(mount.run, "PC_NAME_MAX"), 255)


@check("everything may be read, directories may be entered")
def _(mount):
    for path in [mount.root, mount.run, mount.event, mount.document]:
        assert os.access(path, os.F_OK) and os.access(path, os.R_OK), path
    assert os.access(mount.run, os.R_OK | os.X_OK)


def access(path, mode):
    return system_call("access", os.fsencode(path), mode)


@check("nothing may be written: EROFS")
def _(mount):
    for path in [mount.root, mount.run, mount.event, mount.document]:
        fails(errno.EROFS, access, path, os.W_OK)


@check("no file may be executed: EACCES")
def _(mount):
    fails(errno.EACCES, access, mount.event, os.X_OK)
    fails(errno.EACCES, os.execv, mount.event, ["x"])


@check("what is not there has no access: ENOENT")
def _(mount):
    fails(errno.ENOENT, access, f"{mount.run}/nothing", os.F_OK)


@check("there are no extended attributes")
def _(mount):
    for path in [mount.run, mount.event]:
        for name in ["user.note", "security.selinux", "system.posix_acl_access"]:
            fails((errno.ENODATA, errno.EOPNOTSUPP), os.getxattr, path, name)
        fails(errno.EOPNOTSUPP, os.listxattr, path)


@check("nothing is a symbolic link: EINVAL")
def _(mount):
    for path in [mount.root, mount.run, mount.event]:
        fails(errno.EINVAL, os.readlink, path)


@check("ls -l and stat(1) show a run")
def _(mount):
    size = len(mount.wanted)
    listed = subprocess.run(["ls", "-ln", mount.event], capture_output=True, text=True, check=True).stdout
    same(listed.split()[:5], ["-r--r--r--", "1", "0", "0", str(size)])
    told = subprocess.run(["stat", "-c", "%s %F", mount.event], capture_output=True, text=True, check=True).stdout
    same(told, f"{size} regular file\n")
