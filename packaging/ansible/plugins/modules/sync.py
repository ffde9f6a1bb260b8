#!/usr/bin/python
# Copyright: the developers of pysharedir
# MIT License (see LICENSE)

from __future__ import annotations

DOCUMENTATION = r"""
module: sync
short_description: Complete an interpreter whose sharedir another one filled
description:
  - Makes the scripts and the data files of shared packages that are missing beside the interpreter,
    and removes those whose package is gone.
  - Names the native dependencies that are missing, or installs them.
  - Runs C(pysharedir sync).
options:
  install:
    description:
      - Install what is missing, with the pip of the interpreter or else with uv.
    type: bool
    default: false
  check:
    description:
      - Change nothing, and fail when anything is to do.
    type: bool
    default: false
  allow_incomplete:
    description:
      - Do not fail when dependencies or files are still missing, but return them.
    type: bool
    default: false
extends_documentation_fragment:
  - pysharedir.pysharedir.command
  - pysharedir.pysharedir.command.attributes
"""

EXAMPLES = r"""
- name: Complete the interpreter of this architecture
  pysharedir.pysharedir.sync:
    python: /apps/{{ ansible_facts.architecture }}
    install: true

- name: Fail when anything is missing
  pysharedir.pysharedir.sync:
    python: /apps/x86_64
    check: true
"""

RETURN = r"""
target:
  description: The interpreter that was worked on.
  returned: always
  type: str
  sample: /apps/aarch64/bin/python
steps:
  description: What was done with files, or in check mode would be, in order.
  returned: always
  type: list
  elements: str
  sample: [write /apps/aarch64/bin/idna]
installed:
  description: The requirements that were installed, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: ["charset-normalizer<4,>=2"]
dependencies:
  description: The native dependencies that are missing, each with its C(requirement).
  returned: always
  type: list
  elements: dict
lacking:
  description: The files that could not be made, each with its C(path) and C(reason).
  returned: always
  type: list
  elements: dict
commands:
  description: Commands that install the missing dependencies; any one of them will do.
  returned: always
  type: dict
notes:
  description: What is good to know.
  returned: always
  type: list
  elements: str
code:
  description: The code of the error, which never changes; V(incomplete) when something is missing.
  returned: failure
  type: str
  sample: install-failed
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


def finish(module: AnsibleModule, command: Command, report: dict, *, changed: bool) -> None:
    """End the module, with an error when something is still missing."""
    names = ("target", "steps", "installed", "dependencies", "commands", "notes")
    facts = {name: report[name] for name in names}
    facts["lacking"] = report["scripts"]["lacking"] + report["data"]["lacking"]
    facts["diff"] = lines(report["steps"] + [f"install {each}" for each in report["installed"]])
    missing = [each["requirement"] for each in report["dependencies"]]
    missing += [f"{each['path']}: {each['reason']}" for each in facts["lacking"]]
    if module.params["check"]:
        missing += [f"would {each}" for each in report["steps"]]
    if not missing or module.params["allow_incomplete"]:
        module.exit_json(changed=changed, **facts)
    ways = [*report["commands"].values(), *report["reinstall"].values()]
    hint = f"run one of: {'; '.join(ways)}" if ways else "run this task without `check`"
    message = f"{report['target']}: incomplete: {'; '.join(missing)}"
    command.fail(message, "incomplete", hint, changed=changed, **facts)


def main() -> None:
    module = AnsibleModule(
        argument_spec=dict(
            OPTIONS,
            install={"type": "bool", "default": False},
            check={"type": "bool", "default": False},
            allow_incomplete={"type": "bool", "default": False},
        ),
        mutually_exclusive=[("install", "check")],
        supports_check_mode=True,
    )
    params = module.params
    command = Command(module)
    if params["check"]:
        finish(module, command, command.apply("sync", "--check"), changed=False)
    words = ["--install"] if params["install"] else []
    report, before, is_changed = command.carry_out(
        "sync",
        *words,
        is_due=lambda planned: planned["steps"] or (params["install"] and planned["dependencies"]),
    )
    if report is None:
        module.exit_json(changed=True, target=params["python"], diff=lines(before))
    if module.check_mode and params["install"] and report["dependencies"]:
        installed = [each["requirement"] for each in report["dependencies"]]
        report = dict(report, installed=installed, dependencies=[])
    report["steps"] = before + report["steps"]
    finish(module, command, report, changed=is_changed)


if __name__ == "__main__":
    main()
