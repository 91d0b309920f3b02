"""What the Rust tests of the binary saw with --json is what `ashore schema output` publishes."""

import json
import os
import pathlib

import pytest
from sandbox import as_published

BINARY = os.environ["ASHORE"]
LINES = pathlib.Path(BINARY).resolve().parent.parent / "tmp" / "output.jsonl"


def test_every_line_of_the_rust_tests():
    if not LINES.exists():
        pytest.skip("the Rust tests of the binary have not run: `cargo test -p ashore` writes the lines")
    lines = LINES.read_text()
    assert {"plan", "result", "error", "exit"} <= {json.loads(line)["type"] for line in lines.splitlines()}
    as_published(BINARY, lines)
