# pysharedir: the parts of the startup hook that few starts need.
#
# Run in the namespace of ../_pysharedir.py, after path.py and adjust.py.
import sys

more("adjust")


def add_site_dir(path, new, sharedir, seen):
    # site appends the sharedir and what its .pth files name to the end of sys.path:
    # for that long, sys.path ends where they belong.
    import os

    old = path[:]
    before = new[:]
    path[:] = new
    try:
        known = {entry for entry in old if isinstance(entry, str)} - {sharedir}
        sys.modules["site"].addsitedir(sharedir, known)
        new[:] = path
    finally:
        path[:] = old
    # An import line may have put entries anywhere, as that of easy-install.pth does.
    added, new[:] = new[:], []
    for entry in added:
        if entry in before:
            before.remove(entry)
        elif isinstance(entry, str) and entry[-4:] != ".zip" and os.path.isdir(entry):
            status = os.stat(entry)[:3]
            if status in seen:
                continue
            seen.add(status)
        new.append(entry)


def late():
    # sitecustomize has been tried already.
    import os

    if hasattr(sys.modules.get("sitecustomize"), "PYSHAREDIR"):
        if not any(getattr(finder, "__name__", "") == __name__ for finder in sys.meta_path):
            complete(sys.path)
            sys.meta_path.insert(0, sys.modules[__name__])
        return
    # A site.addsitedir() behind startup: adds the sharedir of the site dir that it
    # adds, again if that is added again.  pip's build environment does so, to learn
    # what to remove from sys.path.
    path = sys.path
    for index in range(len(path) - 1, -1, -1):
        root = root_of(path[index])
        if root is not None:
            break
    else:
        return
    sharedir = sharedir_of(root)
    if sharedir not in path[index:] and os.path.isdir(sharedir):
        if not os.stat(sharedir).st_mode & UNSAFE:
            new = path[: index + 1]
            add_site_dir(path, new, sharedir, set())
            path[: index + 1] = new


def getsitepackages(listed, prefixes):
    # site.getsitepackages() with the sharedirs.  pip hides from its isolated builds
    # what this lists.
    dirs = listed(prefixes)
    more = [sharedir_of(root_of(entry)) for entry in dirs if root_of(entry) is not None]
    if prefixes is None:
        more += prefix_dirs()
    return list(dict.fromkeys(dirs + [entry for entry in more if entry in sys.path]))


def sysconfig(path, target):
    # The spec of the next finder, with a loader that patches the module.
    if sys.modules["site"].__spec__._initializing and "sitecustomize" not in sys.modules:
        return None  # before complete(), which then sees to it
    others = [f for f in sys.meta_path if getattr(f, "find_spec", None) not in (None, find_spec)]
    for finder in others:
        spec = finder.find_spec("sysconfig", path, target)
        if spec:
            execute = spec.loader.exec_module

            def exec_module(module):
                del spec.loader.exec_module
                sys.meta_path[:] = [
                    f for f in sys.meta_path if getattr(f, "find_spec", None) is not find_spec
                ]
                execute(module)
                try:
                    patch(module)
                except Exception:
                    if sys.flags.verbose:
                        report()

            spec.loader.exec_module = exec_module
            return spec
    return None


def patch(module, early=False):
    # Sends pure wheels to the sharedir: maps the expanded purelib of the hook's own
    # tree, while its sharedir is in use.  Schemes and expand=False stay as they are, so
    # that virtualenv and venv make clean environments; get_path() calls get_paths().
    root = home()
    if root is None or not (early or sharedir_of(root) in sys.path):
        return
    original = module.get_paths

    def get_paths(*args, **kwargs):
        paths = original(*args, **kwargs)
        scheme = args[0] if args else kwargs.get("scheme")
        if scheme != "deb_system" and root_of(paths["purelib"]) == root:
            if sharedir_of(root) in sys.path:
                paths = dict(paths, purelib=sharedir_of(root))
        return paths

    get_paths.__doc__ = original.__doc__
    get_paths.__wrapped__ = original
    module.get_paths = get_paths
    if sys.version_info < (3, 10):
        module._PIP_USE_SYSCONFIG = True  # pip asks distutils otherwise


def report(old=None, new=None):
    # With -v, as site does.
    if sys.stderr is None:
        return
    if new is None:
        sys.excepthook(*sys.exc_info())
        return
    for verb, entries, others in ("dropped", old, new), ("added", new, old):
        for entry in entries:
            if entries.count(entry) > others.count(entry):
                print("# pysharedir: %s %r" % (verb, entry), file=sys.stderr)
