#!/usr/bin/env bash
# All the set-up: virtual environment, locked packages, assets, compiled translations. Needs Python 3.11, network only for the package indexes.
set -euo pipefail
cd "$(dirname "$0")/.."
profile="${1:-runtime}"
# The system's Python comes first: it is built with every optimisation, and mended with the system.
for python in ${PYTHON:-/usr/bin/python3.11 python3.11 python3}; do
  command -v "$python" >/dev/null && "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
done
if ! command -v "$python" >/dev/null; then
  echo "Parvis needs Python 3.11 or newer, and found none (looked for ${PYTHON:-python3.11 and python3}). Install it, or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Parvis needs Python 3.11 or newer; $($python --version 2>&1) was found. Install it, or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv (or python3.11-venv)." >&2; exit 1
fi
if [ ! -x .venv/bin/python ]; then echo "· virtual environment in .venv"; "$python" -m venv .venv; fi
bin=.venv/bin
stamp=".setup-$profile.stamp"
lock=requirements.lock; [ "$profile" = dev ] && lock=requirements-dev.lock
want="$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)"
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
  echo "· packages of $lock"
  # A developer's modules are compiled when they are first imported: most of the packages' are never.
  compile=(); [ "$profile" = dev ] && compile=(--no-compile)
  "$bin/python" -m pip install --quiet "${compile[@]}" --require-hashes --only-binary :all: -r "$lock" 2> >(grep -v "^WARNING: Location" >&2)
  "$bin/python" -m pip install --quiet --no-deps --editable . 2> >(grep -v "^WARNING: Location" >&2) & own=$!
  "$bin/python" - <<PY
import pathlib, sysconfig
pathlib.Path(sysconfig.get_paths()["purelib"], "parvis-dev.pth").write_text(r"""$(pwd)""" + "\n")
PY
fi
# Beside our own package, which needs nothing of this.
"$bin/python" tools/ensure_node.py >/dev/null
"$bin/python" tools/build_assets.py
"$bin/python" tools/messages.py compile >/dev/null
if [ -n "${own:-}" ]; then wait "$own"; echo "$want" > "$stamp"; fi
echo "· set-up done: .venv/bin/parvis"
