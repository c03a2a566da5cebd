#!/usr/bin/env python3
"""Logs one run with the real SDK, beside other processes that log to it.

    log-rows.py '{"dir": DIR, "init": {...}, "settings": {...}, "rows": [{...}, ...], "name": NAME, "waitFor": [NAME, ...]}'

`init` goes to wandb.init, `settings` to its Settings, `rows` to run.log one by one. When the run has begun, DIR/NAME
is written; rows are logged once the files `waitFor` names are there too.
"""

import json
import os
import sys
import time

import wandb


def main():
    plan = json.loads(sys.argv[1])
    settings = wandb.Settings(silent=True, console="off", **plan["settings"])
    run = wandb.init(dir=plan["dir"], settings=settings, **plan["init"])
    open(os.path.join(plan["dir"], plan["name"]), "w").close()
    while not all(os.path.exists(os.path.join(plan["dir"], name)) for name in plan["waitFor"]):
        time.sleep(0.05)
    for row in plan["rows"]:
        run.log(row)
    run.finish()


if __name__ == "__main__":
    main()
