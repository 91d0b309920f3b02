"""A program that is called `docker`, and does with one file what Docker does with a Dockerfile.

It builds an image of the file `content` of the context, for the platform that it is told, and notes how it was called.
It writes what `docker save` writes: an archive with `manifest.json`, a configuration, and a layer that is not
compressed.
"""

import hashlib
import io
import json
import os
import pathlib
import stat
import sys
import tarfile


def install(folder, calls):
    """Puts it into a folder, which can be a PATH."""
    folder.mkdir()
    program = folder / "docker"
    here = pathlib.Path(__file__).resolve()
    lines = [
        f"#!{sys.executable}",
        "import runpy, sys",
        f"sys.argv.insert(1, {str(calls)!r})",
        f"runpy.run_path({str(here)!r}, run_name='__main__')",
    ]
    program.write_text("\n".join(lines) + "\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def build(store, words):
    options = {}
    while len(words) > 1:
        options.setdefault(words.pop(0), []).append(words.pop(0))
    content = (pathlib.Path(words[0]) / "content").read_bytes()
    if content == b"broken":
        print("ERROR: process \"/bin/sh -c make\" did not complete successfully: exit code: 2", file=sys.stderr)
        sys.exit(1)
    os_name, architecture, *_ = options["--platform"][0].split("/")
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo("content")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    layer = layer.getvalue()
    configuration = {
        "os": os_name,
        "architecture": architecture,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    configuration = json.dumps(configuration).encode()
    image = hashlib.sha256(configuration).hexdigest()
    (store / f"{image}.layer").write_bytes(layer)
    (store / f"{image}.json").write_bytes(configuration)
    pathlib.Path(options["--iidfile"][0]).write_text(f"sha256:{image}")


def save(store, words):
    image = words[0].removeprefix("sha256:")
    configuration = (store / f"{image}.json").read_bytes()
    layer = (store / f"{image}.layer").read_bytes()
    listed = [{"Config": f"blobs/sha256/{image}", "RepoTags": None, "Layers": ["blobs/sha256/layer"]}]
    files = [
        (f"blobs/sha256/{image}", configuration),
        ("blobs/sha256/layer", layer),
        ("manifest.json", json.dumps(listed).encode()),
    ]
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def main(calls, verb, *words):
    with open(calls, "a") as file:
        wanted = ("BUILDX_NO_DEFAULT_ATTESTATIONS",)
        env = {name: os.environ[name] for name in wanted if name in os.environ}
        print(json.dumps({"verb": verb, "words": words, "env": env}), file=file)
    store = pathlib.Path(calls).parent
    {"build": build, "save": save}[verb](store, list(words))


if __name__ == "__main__":
    main(*sys.argv[1:])
