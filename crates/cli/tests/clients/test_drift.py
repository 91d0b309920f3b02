"""What somebody else alters, `plan` shows: every managed field of every kind, on its own."""

import pathlib
import re

import pytest
from drift import MARKS, ROWS, UNALTERED
from stacks import FILES, STACKS, Stack

PROVIDERS = pathlib.Path(__file__).resolve().parents[3] / "providers" / "src"

# Documents that AWS keeps as a whole, in its own wording; and where a value comes from, of which
# AWS knows only whether it is another one.
WHOLE = {
    ("aws.iam.role", "trust"),
    ("aws.iam.role", "inline_policies"),
    ("aws.s3.bucket_policy", "policy"),
    ("aws.ecr.repository", "lifecycle"),
    ("aws.events.rule", "pattern"),
    ("aws.ecr.repository", "policy"),
    ("aws.ecs.raw_service", "definition"),
    ("aws.ecs.raw_task_definition", "definition"),
    ("aws.secretsmanager.secret", "content"),
}

# Members whose names are the user's own: a row for one of them stands for all.
NAMED = {
    ("aws.ecs.service", "connect.offers"),
    ("aws.ecs.task_definition", "containers.environment"),
    ("aws.ecs.task_definition", "containers.named_ports"),
    ("aws.s3.files", "files"),
}


@pytest.fixture(scope="module")
def stacks(tmp_path_factory):
    stacks = {}
    try:
        for name, manifest in STACKS.items():
            stacks[name] = Stack(tmp_path_factory.mktemp(name), manifest, FILES.get(name))
        yield stacks
    finally:
        for stack in stacks.values():
            stack.sandbox.stop()


def bare(path):
    """Without the places in lists."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def of_any(kind, field):
    """Without the user's own names."""
    for at in (at for named, at in NAMED if named == kind and field.startswith(f"{at}.")):
        name, *rest = field.removeprefix(f"{at}.").split(".")
        return ".".join([at, "*", *rest])
    return field


def fields(kind, value, at=""):
    """The spec's members, down to what has none of its own."""
    if isinstance(value, dict) and value and (kind, at) not in WHOLE:
        for name, member in value.items():
            name = "*" if (kind, at) in NAMED else name
            yield from fields(kind, member, f"{at}.{name}" if at else name)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for item in value:
            yield from fields(kind, item, at)
    else:
        yield at


def named(step):
    """The fields for which it is in the plan."""
    yield from (difference["at"] for difference in step["differences"])
    yield from (why["of"] for why in step["reasons"] if why["reason"] in ("changed", "forced"))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_somebody_else_alters_is_planned(stacks, row):
    stack = stacks[row.stack]
    if row.edits:
        stack.restart(lambda world: row.alter(stack, world))
    else:
        stack.restart()
        row.alter(stack)
    plan = stack.plan(*row.options)
    ours = [step for step in plan["steps"] if step["address"] == row.address]
    assert row.field in {field for step in ours for field in named(step)}, plan
    # Only what is made anew is anybody else's matter.
    anew = any(step["action"] == "create" for step in ours)
    touched = {step["address"] for step in plan["steps"]} - {row.address}
    assert touched <= (stack.dependents(row.address) if anew else set(row.also)), plan


def test_marks_that_somebody_took_away_are_put_back(stacks):
    for name, stack in stacks.items():
        lost = [row for row in MARKS if row.stack == name]
        stack.restart()
        for row in lost:
            row.alter(stack)
        assert {step["address"] for step in stack.plan()["steps"]} == {row.address for row in lost}
        stack.up()
        assert stack.plan()["steps"] == []


def test_nothing_is_planned_where_nobody_has_altered_anything(stacks):
    for stack in stacks.values():
        stack.restart()
        assert stack.plan()["steps"] == []


def test_every_managed_field_has_a_row_or_a_reason(stacks):
    kind = lambda row: stacks[row.stack].resources[row.address]["kind"]
    altered = {(kind(row), of_any(kind(row), bare(row.field))) for row in ROWS}
    managed = {
        (record["kind"], field)
        for stack in stacks.values()
        for record in stack.resources.values()
        for field in fields(record["kind"], record["spec"])
    }

    def has_row(kind, field):
        return any(k == kind and (f == field or f.startswith(f"{field}.")) for k, f in altered)

    bare_of_both = sorted(
        pair for pair in managed if pair not in UNALTERED and not has_row(*pair)
    )
    assert bare_of_both == []
    # A reason for what is altered after all, or is no field any more, is out of date.
    assert [pair for pair in UNALTERED if pair not in managed or has_row(*pair)] == []


def test_the_stacks_have_every_kind(stacks):
    said = re.compile(r"const NAME: &'static str = \"([a-z0-9_.]+)\"")
    kinds = {kind for source in PROVIDERS.rglob("mod.rs") for kind in said.findall(source.read_text())}
    made = {record["kind"] for stack in stacks.values() for record in stack.resources.values()}
    assert made == kinds
