# pysharedir: the part of the startup hook that completes sys.path.
#
# Every start with the hook switched on runs it, in the namespace of ../_pysharedir.py.
# adjust.py and more.py have what few starts need.

# Set by `enable`.
SHAREDIR = None
UNSAFE = 0o002

VERSION = "%d.%d" % sys.version_info[:2]


def root_of(path):
    # Return R for the site dir R/lib/python3.13/site-packages, else None.
    parts = str(path).rsplit("/", 3)
    if (
        len(parts) == 4
        and parts[3] in ("site-packages", "dist-packages")
        and parts[2] in ("python" + VERSION, "python3", "python" + VERSION + "t", "pypy" + VERSION)
        and parts[1] in ("lib", "lib64", sys.platlibdir)
    ):
        return parts[0]
    return None


def complete(path):
    # Add each sharedir after the last site dir of its root, and remove directories
    # that are on the path twice.  The plan goes from the end to the front.
    import os

    plan = []
    roots = {None}
    is_plain = False  # whether all sharedirs come after the standard library
    for entry in reversed(path):
        root = root_of(entry)
        if root not in roots:
            roots.add(root)
            plan.append((root + "/share/python/" + VERSION, root))
            is_plain = False
        elif str(entry) + "/os.py" == os.__file__:
            is_plain = True
        plan.append((entry, None))
    environ = sys.modules["posix"].environ
    is_plain = (
        is_plain
        and b"PYSHAREDIR_PREFIXES" not in environ
        and not SHAREDIR
        and "sysconfig" not in sys.modules
    )
    if not (is_plain or safely("adjust", plan)):
        return
    new = []
    seen = {None}
    for entry, root in reversed(plan):
        try:
            if entry[-4:] != ".zip":
                status = os.stat(entry + "")  # mode, inode, device; only for a str
                # One number, as the garbage collector would count a pair.
                place = status[2] << 64 | status[1]
                if place in seen and status[0] >> 12 == 4:  # a directory
                    continue
                if root is not None:
                    if status[0] & UNSAFE:
                        continue
                    names = "/".join(os.listdir(entry))
                    if ".pth" in names or ".start" in names:
                        safely("add_site_dir", path, new, entry, seen)
                        continue
                seen.add(place)
        except Exception:
            if root is True:
                new += entry  # the list of prefix_dirs()
            if root is not None:
                continue
        new.append(entry)
    if sys.flags.verbose:
        safely("report", path, new)
    path[:] = new
    site = sys.modules["site"]
    listed = site.getsitepackages

    # Defaults: cells are more objects, and globals would keep site alive until exit.
    def getsitepackages(prefixes=None, listed=listed, roots=roots):
        return safely("getsitepackages", listed, prefixes, roots) or listed(prefixes)

    site.getsitepackages = getsitepackages


def find_spec(name, path=None, target=None):
    if name == "sysconfig" or name[-8:] == "metadata" and len(sys.path) > 100:
        return safely("watch", name, path, target)
    if name != "sitecustomize" or not sys.modules.pop("_pysharedir", None):
        return None
    # site imports sitecustomize when sys.path is complete.  Find what an import without
    # the hook would find, before the sharedirs are on the path.
    try:
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec:
                break
    except AttributeError:  # an old finder, without find_spec
        spec = sys.modules["_frozen_importlib"]._find_spec(name, path, target)
    finally:
        safely("complete", sys.path)
    if spec:
        return spec
    raise ModuleNotFoundError("No module named 'sitecustomize'", name=name)


def safely(name, *args):
    # Call a function of this namespace; load the part that has it if necessary.
    try:
        if name not in globals():
            part = ".d/adjust.py" if name == "adjust" else ".d/more.py"
            part = part.join(loader.path.rpartition(".py")[::2])
            exec(type(loader)("", part).get_code(""), globals())
        return globals()[name](*args)
    except Exception:  # the hook may have been disabled meanwhile
        if sys.flags.verbose:
            sys.excepthook(*sys.exc_info())


# site sets _home before its first site dir, and makes `copyright` after its last one.
if "_home" in sys.__dict__ and "copyright" not in sys.modules["builtins"].__dict__:
    sys.meta_path.insert(0, sys.modules["_pysharedir"])
else:
    safely("late")
