#!/usr/bin/env python3
"""Reads runs back with the real public API, from the server that WANDB_BASE_URL and WANDB_API_KEY name.

A line of stdin is a question, ["QUESTION", "ARGUMENT", ...]; each is answered by a line, {"answer": ...} or
{"failure": TRACEBACK}, in which NaN and infinities may stand bare.

    runs ENTITY/PROJECT [FILTERS [ORDER]]    ids, in order; FILTERS is JSON
    sweeps ENTITY/PROJECT                    each sweep with the ids of its runs
    run ENTITY/PROJECT/RUN                   everything of a run, all rows by scan_history
    rows ENTITY/PROJECT/RUN [...]            all rows of each run by scan_history
    files ENTITY/PROJECT/RUN FOLDER          downloads every file, and gives their paths
    file ENTITY/PROJECT/RUN NAME FOLDER      downloads one file, and gives its path, size and MIME type
    artifact ENTITY/PROJECT/NAME:ALIAS FOLDER    downloads an artifact's files
"""

import json
import os
import sys
import traceback

import wandb


def runs(api, path, filters="{}", order="+created_at"):
    return [run.id for run in api.runs(path, filters=json.loads(filters), order=order, per_page=3)]


def sweeps(api, path):
    entity, project = path.split("/")
    found = api.project(project, entity).sweeps()
    return {sweep.id: sorted(run.id for run in sweep.runs) for sweep in found}


def find(api, path):
    """The run; `api.run` takes a project called sweeps for a part of a URL and leaves it out."""
    entity, project, run_id = path.split("/", 2)
    if project != "sweeps":
        return api.run(path)
    return api.runs(f"{entity}/{project}", filters={"name": run_id}, lazy=False)[0]


def run(api, path):
    found = find(api, path)
    return {
        "id": found.id,
        "name": found.name,
        "state": found.state,
        "group": found.group,
        "jobType": found.job_type,
        "tags": found.tags,
        "notes": found.notes,
        "config": found.config,
        "summary": found.summary._json_dict,
        "lastStep": found.lastHistoryStep,
        "rows": list(found.scan_history(use_cache=False)),
        "history": found.history(samples=10**6, pandas=False),
        "system": found.history(samples=10**6, pandas=False, stream="system"),
        "files": {file.name: file.size for file in found.files()},
        "artifacts": [artifact.name for artifact in found.logged_artifacts()],
    }


def rows(api, *paths):
    return {path: list(find(api, path).scan_history(use_cache=False)) for path in paths}


def files(api, path, folder):
    for file in find(api, path).files():
        file.download(root=folder, replace=True)
    return sorted(
        os.path.relpath(os.path.join(root, name), folder) for root, _, names in os.walk(folder) for name in names
    )


def file(api, path, name, folder):
    found = find(api, path).file(name)
    with found.download(root=folder, replace=True) as opened:
        return [os.path.relpath(opened.name, folder), found.size, found.mimetype]


def artifact(api, name, folder):
    return sorted(os.listdir(api.artifact(name).download(root=folder)))


QUESTIONS = {known.__name__: known for known in (runs, sweeps, run, rows, files, file, artifact)}


def answer(question, *words):
    try:
        return {"answer": QUESTIONS[question](wandb.Api(), *words)}
    except Exception:
        return {"failure": traceback.format_exc()}


def main():
    # What the SDK prints must not stand between answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
