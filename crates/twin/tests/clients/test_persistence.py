"""What a twin that is killed and started again still knows."""

import json


def test_everything_is_still_there(start, tmp_path):
    first = start(state=tmp_path)
    first.client("logs").create_log_group(logGroupName="g", tags={"a": "b"})
    first.timing({"task_pull": 7})
    first.advance(3600)
    state, log = first.state(), first.log()
    first.kill()
    second = start(state=tmp_path)
    assert second.state() == state
    assert second.log() == log
    second.client("logs").describe_log_groups()
    assert second.log()[-1]["n"] == log[-1]["n"] + 1


def test_saved_before_the_answer(start, tmp_path):
    twin = start(state=tmp_path)
    logs = twin.client("logs")
    for n in range(5):
        logs.create_log_group(logGroupName=f"g{n}")
        saved = json.loads((tmp_path / "world.json").read_text())
        assert f"g{n}" in saved["world"]["regions"]["eu-central-1"]["logs"]["groups"]


def test_half_a_log_line(start, tmp_path):
    first = start(state=tmp_path)
    first.client("logs").create_log_group(logGroupName="g")
    first.kill()
    with open(tmp_path / "requests.jsonl", "a") as file:
        file.write('{"n": 2, "ti')
    second = start(state=tmp_path)
    assert [entry["n"] for entry in second.log()] == [1]
    second.client("logs").describe_log_groups()
    second.kill()
    assert [entry["n"] for entry in start(state=tmp_path).log()] == [1, 2]


def test_reset_forgets_for_good(start, tmp_path):
    first = start(state=tmp_path)
    first.client("logs").create_log_group(logGroupName="g")
    first.reset()
    first.kill()
    second = start(state=tmp_path)
    assert second.client("logs").describe_log_groups()["logGroups"] == []
    assert len(second.log()) == 1


def test_one_twin_per_folder(start, serve, tmp_path):
    import subprocess

    start(state=tmp_path)
    other = subprocess.run([serve, "--state", str(tmp_path)], capture_output=True, text=True, timeout=10)
    assert other.returncode != 0 and "another twin serves" in other.stderr


def test_scaled_clock(start, eventually):
    twin = start(speed=1000)
    version = lambda: twin.control("GET", "version")
    assert version()["speed"] == 1000
    began = version()["now"]
    eventually(lambda: version()["now"] > began + 60_000)
