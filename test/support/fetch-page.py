"""Prints a page, fetched as fsspec fetches."""

import sys

import requests

answer = requests.get(sys.argv[1], timeout=30)
answer.raise_for_status()
print(answer.text)
