"""Validates GraphQL documents by graphql-core, each against a schema that lacks some parts.

Reads {"sdl": text, "cases": [{"missing": ["Run.host", "Run.history.maxKeyLimit"], "document": text}]} from standard
input; prints a JSON list of the complaints, each with its case.
"""

import json
import sys

from graphql import build_schema, parse, validate

# Nothing is complained of more often than that.
MAX_ERRORS = 20


def take_out(schema, path):
    """Removes `Type.field` or `Type.field.argument`; gives what puts it back."""
    owner, name, *argument = path.split(".")
    members = schema.type_map[owner].fields
    if argument:
        if name not in members:
            return lambda: None
        members, name = members[name].args, argument[0]
    before = dict(members)
    members.pop(name, None)

    def put_back():
        members.clear()
        members.update(before)

    return put_back


def main():
    given = json.load(sys.stdin)
    schema = build_schema(given["sdl"])
    complaints = []
    for case in given["cases"]:
        undo = [take_out(schema, path) for path in case["missing"]]
        errors = validate(schema, parse(case["document"]), max_errors=MAX_ERRORS)
        for put_back in reversed(undo):
            put_back()
        complaints += [{**case, "complaint": error.message} for error in errors]
    print(json.dumps(complaints))


main()
