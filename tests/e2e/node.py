"""Node.js and the packages that tests/e2e/typescript pins."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("typescript")
ROOT = Path(__file__).resolve().parents[2]
# What the Inspector asks for; the conformance suite does not load on 20 either.
AT_LEAST = (22, 19)


@cache
def node():
    """A Node.js that is new enough: the system's, or the one that `./test` installs."""
    for program in (shutil.which("node"), ROOT / "target/test-tools/node_modules/node/bin/node"):
        if program and os.path.exists(program):
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
            if tuple(int(part) for part in version.strip().lstrip("v").split(".")[:2]) >= AT_LEAST:
                return str(program)
    raise AssertionError(f"no Node.js {AT_LEAST[0]}.{AT_LEAST[1]} or newer: `./test e2e` installs one")


def package(name):
    """Where an npm package lies."""
    folder = FOLDER / "node_modules" / name
    assert folder.exists(), f"{name} is not installed: run `npm ci` in tests/e2e/typescript"
    return folder


def version(name):
    return json.loads((package(name) / "package.json").read_text())["version"]


def program(name, command=None):
    """The script behind a package's command; `command` where it has several."""
    commands = json.loads((package(name) / "package.json").read_text())["bin"]
    script = commands if isinstance(commands, str) else commands[command or next(iter(commands))]
    return str(package(name) / script)
