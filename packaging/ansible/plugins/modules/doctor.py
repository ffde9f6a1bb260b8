#!/usr/bin/python
# Copyright: the developers of pysharedir
# MIT License (see LICENSE)

from __future__ import annotations

DOCUMENTATION = r"""
module: doctor
short_description: Report how an interpreter is laid out, and every known fault of that
description:
  - Looks for every known fault, each with a code, a reason and a remedy, and changes nothing.
  - Returns layout, hook and counts as facts.
  - Runs C(pysharedir status) and C(pysharedir doctor), which start the interpreter as its users do.
options:
  select:
    description:
      - Make only these checks, or those whose codes begin so.
    type: list
    elements: str
    default: []
  ignore:
    description:
      - Leave these checks out, or those whose codes begin so.
    type: list
    elements: str
    default: []
  require:
    description:
      - Find it a fault when the hook is not there, or does not act.
    type: bool
    default: false
  fail_on:
    description:
      - Fail on a V(fault), or a check that cannot be made, or V(never).
    type: str
    choices: [fault, never]
    default: fault
extends_documentation_fragment:
  - pysharedir.pysharedir.command
  - pysharedir.pysharedir.command.facts
"""

EXAMPLES = r"""
- name: Fail when the interpreter has a fault, or no hook
  pysharedir.pysharedir.doctor:
    python: /usr/bin/python3
    require: true

- name: Learn how the interpreter is laid out
  pysharedir.pysharedir.doctor:
    python: /usr/bin/python3
    fail_on: never

- name: Tell where pure wheels go
  ansible.builtin.debug:
    var: ansible_facts.pysharedir.layout.purelib
"""

RETURN = r"""
ansible_facts:
  description: What is added to the facts of the host.
  returned: always
  type: dict
  contains:
    pysharedir:
      description: What C(pysharedir status --json) tells of the interpreter of the last such task.
      type: dict
      contains:
        target:
          description: The interpreter.
          type: dict
        layout:
          description: Its scheme and directories.
          type: dict
        hook:
          description: Its hook, with C(state), C(settings) and C(version).
          type: dict
        sharedir:
          description: Its sharedir.
          type: str
        active:
          description: Whether it uses that.
          type: bool
        counts:
          description: How many distributions are in each directory.
          type: dict
findings:
  description:
    - What was found, each with its C(code), C(level), C(about), C(reason) and C(remedy).
    - The level is C(fault) or C(note).
  returned: always
  type: list
  elements: dict
unchecked:
  description: The checks that could not be made, each with its C(code) and C(reason).
  returned: always
  type: list
  elements: dict
notes:
  description: What is good to know.
  returned: always
  type: list
  elements: str
code:
  description: The code of the error, which never changes; V(faults) when a fault is found.
  returned: failure
  type: str
  sample: faults
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

from ansible_collections.pysharedir.pysharedir.plugins.module_utils.command import OPTIONS, Command


def arguments(params: dict) -> list[str]:
    """Return the options of the command."""
    words = ["--require"] if params["require"] else []
    for name in "select", "ignore":
        if params[name]:
            words += [f"--{name}", ",".join(params[name])]
    return words


def main() -> None:
    module = AnsibleModule(
        argument_spec=dict(
            OPTIONS,
            select={"type": "list", "elements": "str", "default": []},
            ignore={"type": "list", "elements": "str", "default": []},
            require={"type": "bool", "default": False},
            fail_on={"type": "str", "choices": ["fault", "never"], "default": "fault"},
        ),
        supports_check_mode=True,
    )
    command = Command(module)
    status = command.apply("status")
    report = command.apply("doctor", *arguments(module.params))
    result = {name: report[name] for name in ("findings", "unchecked", "notes")}
    result["ansible_facts"] = {"pysharedir": status}
    faults = [each for each in report["findings"] if each["level"] == "fault"]
    if (faults or report["unchecked"]) and module.params["fail_on"] == "fault":
        told = [f"{each['code']} {each['about']}: {each['reason']}" for each in faults]
        told += [f"{each['code']} not checked: {each['reason']}" for each in report["unchecked"]]
        remedies = [each["remedy"] for each in faults if each["remedy"]]
        message = f"{report['target']}: {'; '.join(told)}"
        command.fail(message, "faults", "; ".join(dict.fromkeys(remedies)), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
