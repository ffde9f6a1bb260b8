# Copyright: the developers of pysharedir
# MIT License (see LICENSE)

"""Documentation that all modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """What every module takes, returns and needs."""

    DOCUMENTATION = r"""
options:
  python:
    description:
      - The interpreter to work on, given as its path, as a version or as the directory of a venv.
      - Quote a version, since YAML reads V(3.10) as the number 3.1.
    type: str
    required: true
  prefix:
    description:
      - Work on the site dir that the interpreter has below this directory, not on its first one.
    type: path
  command:
    description:
      - The C(pysharedir) command on the host.
      - Without it, the module uses the one that the role
        P(pysharedir.pysharedir.pysharedir#role) puts into V(/opt/pysharedir), or else the first
        one on E(PATH).
    type: path
  wait:
    description:
      - How many seconds to wait for another C(pysharedir) that moves distributions in the same
        directory, on this host or on another one.
    type: int
    default: 60
requirements:
  - pysharedir >= 0.1.0 on the host
seealso:
  - name: How to use pysharedir on many hosts
    description: Inventories and playbooks for clusters and images.
    link: https://github.com/pysharedir/pysharedir/blob/main/docs/how-to/ansible.md
author:
  - The developers of pysharedir (@pysharedir)
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  check_mode:
    description: Can predict what a run changes, and change nothing.
    support: full
  diff_mode:
    description: Shows what was changed, or in check mode would be.
    support: full
  platform:
    description: The operating systems of the host.
    platforms: posix
    support: full
"""

    FACTS = r"""
options: {}
attributes:
  check_mode:
    description: Does the same in check mode, since it changes nothing.
    support: full
  diff_mode:
    description: Shows what was changed.
    details: Nothing is.
    support: none
  facts:
    description: Returns facts of the host.
    support: full
  platform:
    description: The operating systems of the host.
    platforms: posix
    support: full
"""
