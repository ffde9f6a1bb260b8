#!/usr/bin/python
# Copyright: the developers of pysharedir
# MIT License (see LICENSE)

from __future__ import annotations

DOCUMENTATION = r"""
module: sort
short_description: Move installed distributions to where they belong
description:
  - Moves noarch distributions to the sharedir, and all others to the platlib of the interpreter.
  - Finishes or undoes a move that was interrupted, for example by a host that went down.
  - Runs C(pysharedir sort).
options:
  names:
    description:
      - Sort these distributions only, and those that share a package with them.
    type: list
    elements: str
    default: []
  check:
    description:
      - Change nothing, and fail when a distribution is misplaced.
    type: bool
    default: false
  noarch:
    description:
      - Names of distributions that are noarch, whatever they look like.
      - The interpreter remembers them, and those of O(platform).
    type: list
    elements: str
    default: []
  platform:
    description:
      - Names of distributions that are for the platform, whatever they look like.
    type: list
    elements: str
    default: []
  only_noarch:
    description:
      - Change nothing, and fail, when a distribution is not noarch.
    type: bool
    default: false
  root:
    description:
      - Sort what an installer has staged below this directory, and remember nothing.
    type: path
extends_documentation_fragment:
  - pysharedir.pysharedir.command
  - pysharedir.pysharedir.command.attributes
"""

EXAMPLES = r"""
- name: Move every distribution to where it belongs
  pysharedir.pysharedir.sort:
    python: /apps/x86_64

- name: Fail when a distribution is misplaced
  pysharedir.pysharedir.sort:
    python: /usr/bin/python3
    check: true

- name: Keep torch in platlib, whatever is in it
  pysharedir.pysharedir.sort:
    python: /apps/x86_64
    platform: [torch]
"""

RETURN = r"""
target:
  description: The interpreter that was worked on.
  returned: success
  type: str
  sample: /apps/x86_64/bin/python
moved:
  description: The names of the distributions that were moved, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: [idna, requests]
distributions:
  description:
    - What is installed, each with its C(name), C(version), C(verdict), C(reason), C(directory) and
      C(destination), which is null when it stays.
  returned: when no interrupted move hides them from check mode
  type: list
  elements: dict
notes:
  description: What is good to know.
  returned: success
  type: list
  elements: str
code:
  description: The code of the error, which never changes; V(misplaced) when O(check) fails.
  returned: failure
  type: str
  sample: busy
hint:
  description: What to do about the error.
  returned: failure
  type: str
error:
  description: The facts of an error of the command.
  returned: failure of the command
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pysharedir.pysharedir.plugins.module_utils.command import (
    OPTIONS,
    Command,
    lines,
)


def arguments(params: dict) -> list[str]:
    """Return the options of the command, and the names."""
    words = ["--only-noarch"] if params["only_noarch"] else []
    for kind in "noarch", "platform":
        for name in params[kind]:
            words += [f"--{kind}", name]
    if params["root"]:
        words += ["--root", params["root"]]
    return [*words, "--", *params["names"]] if params["names"] else words


def places(report: dict, *, is_after: bool) -> str:
    """Return a list of the distributions that are moved, each with its directory."""
    moved = [each for each in report["distributions"] if each["destination"]]
    return "".join(
        "{name} {version} in {}\n".format(
            each["destination"] if is_after else each["directory"], **each
        )
        for each in moved
    )


def difference(report: dict) -> list[dict]:
    """Return where distributions are before and after, and what else is written."""
    made = {"before": places(report, is_after=False), "after": places(report, is_after=True)}
    return [made, lines(report["steps"])]


def told(report: dict) -> dict:
    """Return what the module tells of a report of the command."""
    facts = {name: report[name] for name in ("target", "distributions", "notes")}
    return dict(facts, moved=report["misplaced" if report["dry_run"] else "moved"])


def check(module: AnsibleModule, command: Command, words: list[str]) -> None:
    """End the module with whether all is where it belongs."""
    report = command.apply("sort", "--check", *words)
    facts = told(report)
    if facts["moved"]:
        names = ", ".join(facts["moved"])
        hint = "run this task without `check`"
        command.fail(f"{report['target']}: misplaced: {names}", "misplaced", hint, **facts)
    module.exit_json(changed=False, **facts)


def main() -> None:
    module = AnsibleModule(
        argument_spec=dict(
            OPTIONS,
            names={"type": "list", "elements": "str", "default": []},
            check={"type": "bool", "default": False},
            noarch={"type": "list", "elements": "str", "default": []},
            platform={"type": "list", "elements": "str", "default": []},
            only_noarch={"type": "bool", "default": False},
            root={"type": "path"},
        ),
        supports_check_mode=True,
    )
    command = Command(module)
    words = arguments(module.params)
    if module.params["check"]:
        check(module, command, words)
    report, before, is_changed = command.carry_out(
        "sort", *words, is_due=lambda planned: planned["misplaced"] or planned["steps"]
    )
    diff = [lines(before)] if before else []
    if report is None:
        facts = {"target": module.params["python"], "moved": [], "notes": []}
    else:
        facts = told(report)
        diff += difference(report)
    module.exit_json(changed=is_changed, diff=diff, **facts)


if __name__ == "__main__":
    main()
