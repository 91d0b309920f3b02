"""The example in a sandbox of its own, and boto3 to look at what the real binary left."""

import pathlib

import pytest
from sandbox import Sandbox

EXAMPLE = pathlib.Path(__file__).resolve().parents[4] / "examples" / "hello" / "ashore.toml"


@pytest.fixture
def sandbox(tmp_path):
    (tmp_path / "ashore.toml").write_text(EXAMPLE.read_text())
    sandbox = Sandbox(tmp_path)
    yield sandbox
    sandbox.stop()
