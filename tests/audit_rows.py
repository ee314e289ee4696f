"""The rows of an audit log as plain JSON, as any reader of the file sees them."""

import json
from pathlib import Path


def rows_of(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]
