"""What ``status`` prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.cli import output
from pysharedir.hook.files import State

if TYPE_CHECKING:
    from pysharedir.hook.files import Settings
    from pysharedir.status import Status


def tell(status: Status, *, as_json: bool) -> None:
    """Print what a target looks like."""
    if as_json:
        output.print_json(status)
        return
    console = output.console()
    output.name_directories(status.target)
    table = output.table("", "")
    for name, value in _summary(status):
        table.add_row(output.text((name, "bold")), value)
    console.print(table)
    console.print()
    entries = output.table("sys.path", "role", "put by")
    for entry in status.path:
        path = output.text((entry.path, "" if entry.exists else "dim"))
        entries.add_row(path, entry.role, entry.by)
    for dropped in status.dropped:
        path = output.text((dropped, "dim strike"))
        entries.add_row(path, "dropped: already on sys.path", "pysharedir")
    console.print(entries)
    output.tell_notes(status.notes)


def _prefixes(settings: Settings) -> str:
    """Return which variables name prefixes, in order, and how the hook treats the prefixes."""
    names = [
        f"{name} (site dirs)" if are_site_dirs else name
        for name, are_site_dirs in settings.variables.items()
    ]
    return "; ".join(
        [
            f"from {', '.join(names)}",
            *(["their startup files run"] if settings.prefix_startup_files else []),
            *(["after the user site dir"] if settings.user_first else []),
        ]
    )


def _summary(status: Status) -> list[tuple[str, str]]:
    target, where, hook = status.target, status.layout, status.hook
    version = ".".join(map(str, target.version_info))
    bits = f"{target.bits}-bit {target.platform}"
    state, inactive = str(hook.state), status.inactive
    is_installed = hook.state is not State.ABSENT
    if is_installed:
        toggled = " (opt-in)" if hook.settings.opt_in else ""
        state = f"{state}{toggled}, style {hook.settings.style}, in {hook.site_dir}"
        state += f"; not active: {inactive.reason}" if inactive else "; active"
    same = "one directory" if where.same else "different directories"
    return [
        ("interpreter", f"{target.executable}: {target.implementation} {version}, {bits}"),
        ("prefix", target.prefix + (f" (venv of {target.base_prefix})" if target.is_venv else "")),
        ("purelib", where.purelib),
        ("platlib", where.platlib),
        ("lib64", f"{where.lib64}; lib, platlib and lib64 are {same}"),
        ("sharedir", status.sharedir + ("" if Path(status.sharedir).is_dir() else " (missing)")),
        ("hook", state),
        *([("prefixes", _prefixes(hook.settings))] if hook.settings.extends_prefixes else []),
        *([("remedy", inactive.remedy)] if is_installed and inactive else []),
        *(("distributions", f"{count} in {path}") for path, count in status.counts.items()),
        *(("overruled", f"{name}: {kind}") for name, kind in status.overrules.items()),
    ]
