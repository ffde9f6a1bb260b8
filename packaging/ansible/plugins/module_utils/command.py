# Copyright: the developers of pysharedir
# MIT License (see LICENSE)

"""The ``pysharedir`` command on a host, for modules that run it."""

from __future__ import annotations

import json
import os
import shlex
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    from ansible.module_utils.basic import AnsibleModule

# Where the role puts it.
DIRECTORY = "/opt/pysharedir/bin"
OPTIONS = {
    "python": {"type": "str", "required": True},
    "prefix": {"type": "path"},
    "command": {"type": "path"},
    "wait": {"type": "int", "default": 60},
}
# Errors that end when another process has done its work.
_PASSING = ("busy", "overtaken")
_PAUSE = 0.5
INTERRUPTED = "finish or undo a move of distributions that was interrupted"


class Command:
    """The command, as the options of a module name it."""

    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        path = module.params["command"]
        if path is None:
            path = module.get_bin_path("pysharedir", opt_dirs=[DIRECTORY])
        elif not os.access(path, os.X_OK):
            path = None
        if path is None:
            self._miss("no such command on this host")
        self.path = path

    def carry_out(
        self, name: str, *arguments: str, is_due: Callable[[dict], object]
    ) -> tuple[dict | None, list[str], bool]:
        """Run a command if there is something to do; in check mode, only ask what it would do.

        :param is_due: Tells from the report of what it would do whether that is anything.
        :return: The report, None when that is not known before an interrupted move is settled;
            the steps before those of the report; and whether anything changes.
        """
        report = self._plan(name, *arguments)
        before = [INTERRUPTED] if report is None else []
        is_changed = report is None or bool(is_due(report))
        if is_changed and not self.module.check_mode:
            report = self.apply(name, *arguments)
        return report, before, is_changed

    def _plan(self, name: str, *arguments: str) -> dict | None:
        """Return the report of what a command would do.

        It is None when the command first has to end a move that was interrupted.
        """
        report = self._ask(name, "--dry-run", *arguments)
        error = report.get("error")
        if error is None:
            return report
        if error["code"] != "move-interrupted":
            self.fail_with(error)
        return None

    def apply(self, name: str, *arguments: str) -> dict:
        """Let a command do it, and return its report."""
        report = self._ask(name, *arguments)
        if "error" in report:
            self.fail_with(report["error"])
        return report

    def fail_with(self, error: dict) -> NoReturn:
        """End the module with an error of the command."""
        facts = {name: error[name] for name in error if name not in ("code", "hint", "message")}
        self.fail(error["message"], error["code"], error["hint"], error=facts)

    def fail(self, message: str, code: str, hint: str, **facts: object) -> NoReturn:
        """End the module with an error, as the command would tell it."""
        self.module.fail_json(msg=message, code=code, hint=hint, **facts)

    def _miss(self, reason: str) -> NoReturn:
        """End the module, since there is no command that could do anything."""
        if self.module.check_mode:
            # The role may be about to install it.
            message = "pysharedir is not on this host yet, so check mode cannot predict this task"
            self.module.warn(message)
            self.module.exit_json(skipped=True, msg=message)
        self.fail(
            f"{self.module.params['command'] or 'pysharedir'}: {reason}",
            "command-missing",
            "install it by the role pysharedir.pysharedir.pysharedir, or name it by `command`",
        )

    def _ask(self, name: str, *arguments: str) -> dict:
        """Run a command of pysharedir, after other processes that are in its way."""
        params = self.module.params
        prefix = ["--prefix", params["prefix"]] if params["prefix"] else []
        words = [self.path, "--python", params["python"], name, "--json", *prefix, *arguments]
        end = time.monotonic() + params["wait"]
        while True:
            report = self._read(words, *self._run(words))
            error = report.get("error")
            if error is None or error["code"] not in _PASSING or time.monotonic() >= end:
                return report
            time.sleep(_PAUSE)

    def _run(self, words: list[str]) -> tuple[int, str, str]:
        try:
            return self.module.run_command(words, handle_exceptions=False)
        except OSError as error:  # such as that of a venv whose Python is gone
            self._miss(f"does not start: {error.strerror}")

    def _read(self, words: list[str], status: int, printed: str, complaint: str) -> dict:
        """Return the JSON that the command printed."""
        try:
            report = json.loads(printed)
        except ValueError:
            report = None
        if not isinstance(report, dict):
            last = (complaint.strip().splitlines() or ["it printed no report as JSON"])[-1]
            self.fail(
                f"{self.path}: {last}",
                "command-failed",
                "run it on the host: " + shlex.join(words),
                rc=status,
                stdout=printed,
                stderr=complaint,
            )
        return report


def flags(params: dict, *names: str) -> list[str]:
    """Return ``--name`` or ``--no-name`` for options that are true or false, and not unset."""
    given = [(name.replace("_", "-"), params[name]) for name in names if params[name] is not None]
    return [f"--{name}" if value else f"--no-{name}" for name, value in given]


def lines(texts: list[str]) -> dict:
    """Return a diff that is a list of what is done."""
    return {"prepared": "".join(f"{text}\n" for text in texts)}
