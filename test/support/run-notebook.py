"""Executes a notebook that opens TensorBoard on a logdir: run-notebook.py LOGDIR PORT.

Prints what its cells showed, as JSON: the HTML of the cell with %tensorboard, and what the next one printed, which asks
that TensorBoard for its runs. Then it waits for the end of stdin: TensorBoard ends with the notebook.
"""

import json
import sys

import nbclient
import nbformat

ASK = """
import json, time, urllib.request
for attempt in range(120):
    try:
        runs = json.load(urllib.request.urlopen("http://localhost:{port}/data/runs"))
    except OSError:
        runs = []
    if runs:
        break
    time.sleep(0.5)
print(json.dumps(runs))
"""


def main(logdir, port):
    new = nbformat.v4.new_code_cell
    cells = [
        new("%load_ext tensorboard"),
        new(f"%tensorboard --logdir {logdir} --port {port}"),
        new(ASK.format(port=port)),
    ]
    client = nbclient.NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=120, kernel_name="python3")
    with client.setup_kernel():
        for index, cell in enumerate(cells):
            client.execute_cell(cell, index)
        shown, printed = cells[1].outputs, cells[2].outputs
        html = "".join(output.data["text/html"] for output in shown if "text/html" in output.get("data", {}))
        print(json.dumps({"html": html, "runs": json.loads(printed[0].text)}), flush=True)
        sys.stdin.read()


main(*sys.argv[1:])
