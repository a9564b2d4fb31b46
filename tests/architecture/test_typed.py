"""What must be typed is on mypy's list: kernel, rules, and of each context services, selectors and calculations."""

import tomllib

from parvis.config.settings import ROOT

# Said in docs/guide/developers.md too. Remove a line here when its types are right; add none.
NOT_YET = {"parvis/takeover/services"}


def test_kernel_rules_services_selectors_and_calculations_are_on_the_list_of_mypy():
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert tool["strict"] is True
    wanted = {"parvis/kernel", "parvis/rules"}
    for name in ("services", "selectors", "calculations"):
        for path in [*ROOT.glob(f"parvis/**/{name}"), *ROOT.glob(f"parvis/**/{name}.py")]:
            where = path.relative_to(ROOT).as_posix()
            if not where.startswith(("parvis/kernel/", "parvis/rules/")) and (path.suffix == ".py" or any(path.glob("*.py"))):
                wanted.add(where)
    assert wanted - set(tool["files"]) == NOT_YET
    assert [name for name in tool["files"] if not (ROOT / name).exists()] == []
