"""The answer of ``why``: what a name stands for, and the reasons if it stands for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.wording import Label

if TYPE_CHECKING:
    from pysharedir.why.distribution import Release
    from pysharedir.why.module import Module
    from pysharedir.why.rows import Row
    from pysharedir.why.script import Script


class Code(Label):
    """The codes of reasons, for programs: why something is not found, or is not what it seems."""

    BLOCKED = "blocked"
    BROKEN_SCRIPT = "broken-script"
    DEPENDENCY_MISSING = "dependency-missing"
    FILES_MISSING = "files-missing"
    FOREIGN_INTERPRETER = "foreign-interpreter"
    FOREIGN_PART = "foreign-part"
    FOREIGN_SCRIPT = "foreign-script"
    HIDDEN_PORTION = "hidden-portion"
    HOOK_ABSENT = "hook-absent"
    HOOK_DAMAGED = "hook-damaged"
    HOOK_IDLE = "hook-idle"
    HOOK_OFF = "hook-off"
    HOOK_SHADOWED = "hook-shadowed"
    IN_BASE_ONLY = "base-only"
    IN_LIB64 = "in-lib64"
    IN_USER_SITE_DIR = "user-site"
    LEFT_STDLIB = "left-stdlib"
    NEEDS_IMPORT = "needs-import"
    NO_PACKAGE = "no-package"
    NO_SUCH_PART = "no-such-part"
    NOT_INSTALLED = "not-installed"
    OTHER_HALF = "other-half"
    OTHER_IMPORT_NAME = "other-import-name"
    OTHER_SPELLING = "other-spelling"
    PROGRAM = "program"
    SCRIPT_MISSING = "script-missing"
    SHADOWED_BY_CWD = "shadowed-by-cwd"
    SHADOWED_COPY = "shadowed-copy"
    SHAREDIR_MISSING = "sharedir-missing"
    SHAREDIR_UNREADABLE = "sharedir-unreadable"
    SHAREDIR_WRITABLE = "sharedir-writable"
    SIMILAR_NAME = "similar"
    SITE_DIR_UNUSED = "site-dir-unused"
    STDLIB_INCOMPLETE = "incomplete-stdlib"
    UNREADABLE = "unreadable"
    WINDOWS_ONLY = "windows-only"


@dataclass(frozen=True)
class Reason:
    """A reason why something is not found, or a warning about what is found.

    :ivar reason: One line.
    :ivar remedy: One line; empty if there is no remedy.
    """

    code: Code
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Answer:
    """What a name stands for.

    :ivar module: The module that an import of the name loads.
    :ivar parent: If the import fails: the package before the first part that is not found.
    :ivar rows: What each entry of ``sys.path`` has for the module or the parent; empty if no
        module can have the name.
    :ivar reasons: Why nothing is found, the most specific reason first.
    :ivar warnings: What is wrong with what is found.
    """

    name: str
    module: Module | None
    parent: Module | None
    distribution: Release | None
    script: Script | None
    rows: tuple[Row, ...]
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    notes: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether the name stands for anything that works."""
        is_script = self.script and self.script.is_there and not self.lacks_module
        return bool(self.module or self.distribution or is_script)

    @property
    def lacks_module(self) -> bool:
        """Whether the name stands only for a script that runs a missing module of that name."""
        if self.module or self.distribution or not (self.script and self.script.is_there):
            return False
        return (self.script.module or "").partition(".")[0] == self.name
