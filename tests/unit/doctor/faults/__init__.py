"""One real fault for each check, by its code."""

from unit.doctor.faults import (
    copies,
    data,
    dependencies,
    hook,
    layout,
    leftovers,
    native,
    pycs,
    scripts,
    startup,
    uv,
)
from unit.doctor.faults.fault import Fault

FAULTS: dict[str, Fault] = {
    **copies.FAULTS,
    **data.FAULTS,
    **dependencies.FAULTS,
    **hook.FAULTS,
    **layout.FAULTS,
    **leftovers.FAULTS,
    **native.FAULTS,
    **pycs.FAULTS,
    **scripts.FAULTS,
    **startup.FAULTS,
    **uv.FAULTS,
}
