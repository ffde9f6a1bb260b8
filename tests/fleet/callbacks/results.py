"""Writes what each task returns on each host to a file, a line of JSON for each."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: aggregate
short_description: writes results
description: Writes them to the file in RESULTS.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "results"

    def _write(self, kind, result):
        line = {
            "host": result.host.get_name(),
            "task": result.task.get_name(),
            "kind": kind,
            "result": dict(result.result),
        }
        with open(os.environ["RESULTS"], "a") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self._write("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write("failed", result)

    def v2_runner_on_skipped(self, result):
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._write("unreachable", result)

    def v2_playbook_on_stats(self, stats):
        recap = {host: stats.summarize(host) for host in stats.processed}
        with open(os.environ["RESULTS"], "a") as file:
            file.write(json.dumps({"recap": recap}) + "\n")
