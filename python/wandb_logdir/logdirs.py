"""What a logdir is, told without reading a file: within milliseconds, because TensorBoard waits for the answer."""

import collections
import itertools
import os
import re
import urllib.parse

MAX_ENTRIES = 10_000
"""Some 20 ms on a local disk. Run directories, which hold most files, are not looked into."""

_RUN_DIRECTORY = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-")
_PROJECT = re.compile(r"[\w.-]+/[\w.-]+(?:/[\w.-]+)?/?")


def is_on_server(logdir):
    """Whether it names runs on a W&B server: `wandb:…`, or the address of a page of one."""
    if logdir.startswith("wandb:"):
        return True
    address = urllib.parse.urlsplit(logdir)
    return address.scheme in ("http", "https") and address.hostname in _server_hosts()


def _server_hosts():
    own = urllib.parse.urlsplit(os.environ.get("WANDB_BASE_URL", "")).hostname
    return {"wandb.ai", "www.wandb.ai", own} - {None}


def is_missing_project(logdir):
    """Whether there is no such path, and it could be meant for `entity/project` on a server."""
    return _PROJECT.fullmatch(logdir) is not None and not os.path.lexists(logdir)


def nearest(logdir):
    """A sentence that names a path which differs from this one by typing mistakes; "" where there is none."""
    import difflib

    parent, name = os.path.split(logdir.rstrip("/"))
    names = (entry.name for entry in _entries(parent or "."))
    close = difflib.get_close_matches(name, list(itertools.islice(names, MAX_ENTRIES)), n=1)
    return f" Did you mean {os.path.join(parent, close[0])}?" if close else ""


def contents(folder, max_entries=MAX_ENTRIES):
    """What a folder holds, as the data server decides it too (src/cli/data-server).

    "events": event files that are not in run directories, where the SDK copies them to; such a logdir is TensorBoard's
    own. "runs": run directories or transaction logs of W&B. "nothing", or "too much" where neither was among the
    first `max_entries`, the nearest first.
    """
    queue = collections.deque([folder])
    linked = {os.path.realpath(folder)}
    found = "nothing"
    left = max_entries
    while queue:
        for entry in _entries(queue.popleft()):
            left -= 1
            if left < 0:
                return found if found == "runs" else "too much"
            kind = _kind(entry, linked)
            if kind == "events":
                return kind
            if kind == "runs":
                found = kind
            elif kind == "folder":
                queue.append(entry.path)
    return found


def _entries(folder):
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        return  # A file, or one that may not be read: TensorBoard has its own words for it.


def _kind(entry, linked):
    """A link is followed to a folder not seen yet, so that a circle of them ends."""
    if ".tfevents." in entry.name:
        return "events"
    if entry.name.endswith(".wandb") or _RUN_DIRECTORY.match(entry.name):
        return "runs"
    try:
        if not entry.is_dir():
            return None
        if not entry.is_symlink():
            return "folder"
    except OSError:
        return None
    target = os.path.realpath(entry.path)
    if _RUN_DIRECTORY.match(os.path.basename(target)):
        return "runs"
    if target in linked:
        return None
    linked.add(target)
    return "folder"
