"""One real fault for each check, by its code."""

from unit.doctor.faults import hook, layout
from unit.doctor.faults.fault import Fault

FAULTS: dict[str, Fault] = {**layout.FAULTS, **hook.FAULTS}
