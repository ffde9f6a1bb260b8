#!/usr/bin/python
# Copyright: the developers of pysharedir
# MIT License (see LICENSE)

from __future__ import annotations

DOCUMENTATION = r"""
module: sharedir
short_description: Install the startup hook into an interpreter, or remove it
description:
  - Installs the startup hook that makes an interpreter use a directory of noarch packages, the
    sharedir, and makes that directory.
  - Or removes the hook, and what was made with it.
  - Runs C(pysharedir enable) or C(pysharedir disable).
  - An option that the task leaves out stays as it is in an interpreter that has the hook.
options:
  state:
    description:
      - Whether the interpreter has the hook.
    type: str
    choices: [present, absent]
    default: present
  sharedir:
    description:
      - Use this directory, to be shared between prefixes.
      - V({version}) in it stands for the version X.Y of the interpreter.
      - Only for O(state=present), as are all the options up to O(root).
    type: str
  opt_in:
    description:
      - Be off unless E(PYSHAREDIR=1) is in the environment.
    type: bool
  allow_world_writable:
    description:
      - Use a sharedir that everybody can write to.
    type: bool
  prefixes_from:
    description:
      - Read these variables as E(PYSHAREDIR_PREFIXES) is read, after it, in order of precedence.
      - The name of a variable that lists site dirs ends in V(:site-dirs).
      - An empty list reads E(PYSHAREDIR_PREFIXES) only.
    type: list
    elements: str
  prefix_startup_files:
    description:
      - Run the C(.pth) and C(.start) files of prefixes, too.
    type: bool
  user_first:
    description:
      - Put the user site dir before the prefixes.
    type: bool
  style:
    description:
      - How the hook is started, by a C(.pth) file or as a C(sitecustomize.py).
      - A new hook is started by a C(.pth) file unless the task says otherwise.
    type: str
    choices: [pth, sitecustomize]
  path_line:
    description:
      - Also name the sharedir to tools that read C(.pth) files and do not start Python.
      - A new hook does so from Python 3.13 on, unless O(opt_in) is set.
    type: bool
  root:
    description:
      - Work below this directory, for a package or an image that is being built.
    type: path
  restore:
    description:
      - First move the distributions in the sharedir back to the site dir of the interpreter.
      - Only for O(state=absent), as is O(force).
    type: bool
    default: false
  force:
    description:
      - Leave what is in the sharedir, where the interpreter no longer finds it.
    type: bool
    default: false
extends_documentation_fragment:
  - pysharedir.pysharedir.command
  - pysharedir.pysharedir.command.attributes
"""

EXAMPLES = r"""
- name: Use one sharedir for the interpreters of all architectures
  pysharedir.pysharedir.sharedir:
    python: /apps/{{ ansible_facts.architecture }}
    sharedir: /apps/share/python/{version}
  throttle: 1

- name: Read the prefixes of the modules that EasyBuild makes
  pysharedir.pysharedir.sharedir:
    python: /usr/bin/python3
    prefixes_from: [EBPYTHONPREFIXES]
    prefix_startup_files: true
    user_first: true

- name: Remove the hook, and keep every package importable
  pysharedir.pysharedir.sharedir:
    python: "3.13"
    state: absent
    restore: true
"""

RETURN = r"""
target:
  description: The interpreter that was worked on.
  returned: success
  type: str
  sample: /apps/x86_64/bin/python
steps:
  description: What was done, or in check mode would be, in order.
  returned: success
  type: list
  elements: str
  sample: [make /apps/share/, make /apps/share/python/]
notes:
  description: What is good to know.
  returned: success
  type: list
  elements: str
code:
  description: The code of the error, which never changes.
  returned: failure
  type: str
  sample: sharedir-occupied
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
    flags,
    lines,
)

FLAGS = ("opt_in", "allow_world_writable", "prefix_startup_files", "user_first", "path_line")
TEXTS = ("sharedir", "style", "root")
PRESENT = (*FLAGS, *TEXTS, "prefixes_from")
ABSENT = ("restore", "force")


def arguments(params: dict) -> list[str]:
    """Return the name of the command, and its options."""
    if params["state"] == "absent":
        return ["disable", *(f"--{name}" for name in ABSENT if params[name])]
    words = ["enable", *flags(params, *FLAGS)]
    for name in TEXTS:
        if params[name] is not None:
            words += [f"--{name}", params[name]]
    if params["prefixes_from"] == []:
        words.append("--no-prefixes-from")
    for variable in params["prefixes_from"] or []:
        words += ["--prefixes-from", variable]
    return words


def refuse_misplaced(module: AnsibleModule, command: Command) -> None:
    """Refuse options that belong to the other state."""
    state = module.params["state"]
    others = ABSENT if state == "present" else PRESENT
    names = [name for name in others if module.params[name] not in (None, False)]
    if names:
        command.fail(
            f"{', '.join(names)}: not for state={state}",
            "usage",
            "ansible-doc pysharedir.pysharedir.sharedir tells more",
        )


def main() -> None:
    module = AnsibleModule(
        argument_spec=dict(
            OPTIONS,
            state={"type": "str", "choices": ["present", "absent"], "default": "present"},
            sharedir={"type": "str"},
            opt_in={"type": "bool"},
            allow_world_writable={"type": "bool"},
            prefixes_from={"type": "list", "elements": "str"},
            prefix_startup_files={"type": "bool"},
            user_first={"type": "bool"},
            style={"type": "str", "choices": ["pth", "sitecustomize"]},
            path_line={"type": "bool"},
            root={"type": "path"},
            restore={"type": "bool", "default": False},
            force={"type": "bool", "default": False},
        ),
        mutually_exclusive=[("restore", "force")],
        supports_check_mode=True,
    )
    command = Command(module)
    refuse_misplaced(module, command)
    words = arguments(module.params)
    report, before, is_changed = command.carry_out(*words, is_due=lambda planned: planned["steps"])
    report = report or {"target": module.params["python"], "steps": [], "notes": []}
    steps = before + report["steps"]
    result = {name: report[name] for name in ("target", "notes")}
    module.exit_json(changed=is_changed, diff=lines(steps), steps=steps, **result)


if __name__ == "__main__":
    main()
