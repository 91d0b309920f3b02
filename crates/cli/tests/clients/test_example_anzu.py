"""examples/anzu-fargate, from nothing to nothing. What it builds is looked at, row by row, in test_seed.py."""

from examples import Example


def test_life(tmp_path):
    anzu = Example("anzu-fargate", tmp_path, {"REGISTRY_PASSWORD": "secret"})
    try:
        anzu.comes_up()
        anzu.changes(("web:1", "web:2"), ("count = 2", "count = 3"))
        anzu.goes_down()
    finally:
        anzu.sandbox.stop()
