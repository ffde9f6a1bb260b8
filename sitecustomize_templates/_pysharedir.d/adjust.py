# pysharedir: the part of the startup hook for a path that is not plain.
#
# Run in the namespace of ../_pysharedir.py, after path.py, for a site dir before the
# standard library, --sharedir, PYSHAREDIR_PREFIXES, or an early import of sysconfig.
import sys


def sharedir_of(root):
    if SHAREDIR and root == root_of(loader.path.rpartition("/")[0]):
        return SHAREDIR.replace("{version}", VERSION)
    return root + "/share/python/" + VERSION


def adjust(plan):
    # Change the plan of complete(), which goes from the end of sys.path to the front.
    import os

    if "sysconfig" in sys.modules:  # a startup file imported it
        safely("patch", sys.modules["sysconfig"], True)
    stdlib = os.__file__.rpartition("/")[0]
    stdlib = (stdlib, stdlib + "/lib-dynload")
    plan.reverse()
    floor = 0
    roots = set()
    for index, (entry, root) in enumerate(plan):
        if SHAREDIR and root is not None:
            entry = sharedir_of(root)
            plan[index] = entry, root
        roots.add(root_of(entry))
        if entry in stdlib:
            floor = index + 1
    # PYTHONPATH puts site dirs before the standard library; keep sharedirs after it.
    for pair in plan[:floor]:
        if pair[1] is not None:
            plan.remove(pair)
            plan.insert(floor - 1, pair)
    dirs = prefix_dirs(roots)
    plan.insert(before_base(plan, floor), (dirs, True))
    if len(dirs) > 30:
        globals()["BLOCK"] = dirs[0], dirs[-1]  # Python would visit a list of all at exit
        sys.path_hooks.insert(0, prefix_hook)
    plan.reverse()
    return True


def prefix_hook(path):
    # A path hook: the first import that reaches the prefixes loads flat.py.
    try:
        if type(path) is str and path == BLOCK[0]:
            part = ".d/flat.py".join(loader.path.rpartition(".py")[::2])
            exec(type(loader)("", part).get_code(""), globals())
    except Exception:
        pass
    raise ImportError


def before_base(plan, floor):
    # Return the index of the first site dir that is not the venv's.
    for index in range(floor, len(plan)):
        entry, candidate = plan[index]
        root = root_of(entry)
        if candidate is None and root is not None:
            if root != sys.prefix or sys.prefix == sys.base_prefix:
                return index
    return len(plan)


def prefix_dirs(but=(), name=b"PYSHAREDIR_PREFIXES"):
    # Return platlib, purelib and sharedir of each prefix, if they exist.  As with PYTHONPATH,
    # .pth files there do not run: loading an environment module must not run code, unless
    # `enable` allowed it (prefixes.py).  Prefixes are not compared by inode: a stat costs four
    # times as much as this check, and there may be hundreds.
    import os

    value = sys.modules["posix"].environ.get(name)
    if sys.flags.ignore_environment or not value:
        return []
    value = os.fsdecode(value)
    prefixes = value.split(":")
    is_plain = (value[0] == "/") + value.count(":/") == len(prefixes)
    if not is_plain or "/:" in value or value[-1] == "/":
        prefixes = [each.rstrip("/") for each in prefixes if each[:1] == "/"]
    prefixes = dict.fromkeys(prefixes)
    for root in but:
        prefixes.pop(root, None)
    if os.__file__[:8] == "/usr/lib":
        part = ".d/local.py".join(loader.path.rpartition(".py")[::2])
        exec(type(loader)("", part).get_code(""), globals())
        return local_dirs(prefixes)
    python = os.__file__.split("/")[-2]
    if python[-4:] == ".zip":
        python = "python" + VERSION
    tails = ["/%s/%s/site-packages" % (lib, python) for lib in {sys.platlibdir: 0, "lib": 0}]
    tails.append("/share/python/" + VERSION)
    access = os.access
    return [entry for each in prefixes for tail in tails if access(entry := each + tail, 0)]
