# pysharedir: the part of the startup hook for a path that is not the plain one.
#
# Run in the namespace of ../_pysharedir.py, after path.py, when there is a site dir before
# the standard library, a sharedir outside, PYSHAREDIR_PREFIXES, or an early sysconfig.
import sys


def sharedir_of(root):
    if SHAREDIR and root == root_of(loader.path.rpartition("/")[0]):
        return SHAREDIR.replace("{version}", VERSION)
    return root + "/share/python/" + VERSION


def adjust(plan):
    # Changes the plan of complete(), which runs from the end of sys.path to its front.
    import os

    if "sysconfig" in sys.modules:  # another startup file was quicker
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
    # Site dirs of PYTHONPATH come before the standard library, their sharedirs never.
    for pair in plan[:floor]:
        if pair[1] is not None:
            plan.remove(pair)
            plan.insert(floor - 1, pair)
    dirs = prefix_dirs(roots)
    plan.insert(before_base(plan, floor), (dirs, True))
    if len(dirs) > 30:
        globals()["BLOCK"] = dirs[0], dirs[-1]  # a list of all would be gone through at exit
        sys.path_hooks.insert(0, prefix_hook)
    plan.reverse()
    return True


def prefix_hook(path):
    # A path hook.  The first import that gets as far as the prefixes loads the hook for them.
    try:
        if type(path) is str and path == BLOCK[0]:
            part = ".d/flat.py".join(loader.path.rpartition(".py")[::2])
            exec(type(loader)("", part).get_code(""), globals())
    except Exception:
        pass
    raise ImportError


def before_base(plan, floor):
    # Where the first site dir stands that is not the venv's own.
    for index in range(floor, len(plan)):
        entry, candidate = plan[index]
        root = root_of(entry)
        if candidate is None and root is not None:
            if root != sys.prefix or sys.prefix == sys.base_prefix:
                return index
    return len(plan)


def prefix_dirs(but=(), name=b"PYSHAREDIR_PREFIXES"):
    # platlib, purelib and sharedir of each prefix, as far as they exist.  As for PYTHONPATH,
    # their .pth files are not run: to load an environment module must not run code, unless
    # `enable` was told so (prefixes.py).  Nor are they compared by inode: there may be hundreds,
    # and a stat costs four times as much.
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
