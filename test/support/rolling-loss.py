"""The columns that people computed of a run's history with pandas before they wrote event files of them.

usage: rolling-loss.py FILE   rows of a history, as JSON
"""
import json
import sys

import pandas as pd

history = pd.DataFrame(json.load(open(sys.argv[1])))
frame = pd.DataFrame({"scalar_loss": history["loss"]})
frame["rolling_loss"] = frame["scalar_loss"].rolling(window=10, min_periods=1).mean()
print(json.dumps(frame.to_dict(orient="list")))
