"""An example of the repository in a sandbox of its own, from nothing to nothing."""

import json
import pathlib
import shutil

import audit
from inventory import everything, everything_else
from sandbox import Sandbox

EXAMPLES = pathlib.Path(__file__).resolve().parents[4] / "examples"


class Example:
    """A copy of its folder, which a test may change, and a sandbox."""

    def __init__(self, name, folder, variables=None, region="eu-central-1", **options):
        self.folder = folder / name
        shutil.copytree(EXAMPLES / name, self.folder, ignore=shutil.ignore_patterns(".ashore"))
        self.sandbox = Sandbox(self.folder, region=region, **options)
        self.sandbox.own.update(variables or {})
        self.client = self.sandbox.client

    def exits(self, code, *words):
        """Runs it; fails, with what it said, unless it exits so. What it wrote otherwise."""
        ran, out, err = self.sandbox.ashore(*words)
        assert ran == code, f"{words}: {ran}\n{out}\n{err}"
        return out + err

    def comes_up(self):
        """`check`, `plan`, `up`, `plan`: nothing is left to do, and nobody finds anything to say."""
        self.exits(0, "check")
        self.exits(2, "plan", "--detailed-exitcode")
        self.exits(0, "up")
        self.is_settled()
        assert audit.findings(self.sandbox) == []

    def is_settled(self):
        self.exits(0, "plan", "--detailed-exitcode")

    def changes(self, *pairs):
        """Other text in the manifest; `plan` sees it, `up` does it, and then there is nothing to do."""
        manifest = self.folder / "ashore.toml"
        text = manifest.read_text()
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        manifest.write_text(text)
        self.exits(2, "plan", "--detailed-exitcode")
        self.exits(0, "up")
        self.is_settled()

    def goes_down(self, *words, keeps=()):
        """`down`; what is there afterwards is what removal policies keep, by kind."""
        self.exits(0, "down", "--yes", *words)
        there = {**everything(self.sandbox), **everything_else(self.sandbox)}
        assert {kind for kind, found in there.items() if found} == set(keeps)

    def resources(self):
        """What the state knows, by address."""
        [state] = (self.folder / ".ashore").glob("*/state.json")
        return json.loads(state.read_text())["state"]["resources"]

    def out(self, address, name):
        return self.resources()[address]["outputs"][name]
