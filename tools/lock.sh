#!/usr/bin/env bash
# Write the lock files anew: versions and hashes, no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.venv/bin/uv; [ -x "$uv" ] || { .venv/bin/pip install --quiet uv; }
common=(--generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --universal)
"$uv" pip compile pyproject.toml --extra postgresql "${common[@]}" -o requirements.lock -q
"$uv" pip compile pyproject.toml --extra postgresql --group dev "${common[@]}" -o requirements-dev.lock -q
# What an optional extra adds, for whoever wants it: never part of a runtime installation.
"$uv" pip compile pyproject.toml --extra reader --constraint requirements.lock "${common[@]}" -o requirements-reader.lock -q
