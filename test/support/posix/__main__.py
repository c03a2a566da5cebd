"""Holds a mounted tree against a list of what POSIX programs expect of a read-only file system.

    python3 posix MOUNT TRUTH [MODULE...]     one line of JSON a check: {"name", "ok", "detail"}
    python3 posix --inodes MOUNT              {"path": inode number} of everything in it

TRUTH holds the bytes that files must have. A line {"ask": WHAT} asks for a change behind the mount; "done" on the
input says that it was made.
"""

import importlib
import json
import os
import sys
import traceback

import checks

MODULES = ["names", "directories", "attributes", "writing", "reading", "mapping", "descriptors", "growing"]


def inodes(root):
    found = {}
    for directory, directories, files in os.walk(root):
        for name in [*directories, *files]:
            path = os.path.join(directory, name)
            found[path[len(root) + 1 :]] = os.stat(path).st_ino
    return found


def run(function, mount):
    try:
        function(mount)
        return True, ""
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[1:2]
        return False, f"{type(error).__name__}: {error} ({', '.join(f'{at.name}:{at.lineno}' for at in place)})"


def main(arguments):
    if arguments[0] == "--inodes":
        print(json.dumps(inodes(arguments[1])))
        return
    root, truth, *modules = arguments
    for module in modules or MODULES:
        importlib.import_module(module)
        for name, function in checks.checks_of(module):
            ok, detail = run(function, checks.Mount(root, truth))
            print(json.dumps({"name": f"{module}: {name}", "ok": ok, "detail": detail}), flush=True)


main(sys.argv[1:])
