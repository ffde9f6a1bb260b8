# pysharedir: the parts of the startup hook that few starts need.
#
# Run in the namespace of ../_pysharedir.py, after path.py and adjust.py.
import sys

if "sharedir_of" not in globals():
    part = ".d/adjust.py".join(loader.path.rpartition(".py")[::2])
    exec(type(loader)("", part).get_code(""))


def add_site_dir(path, new, sharedir, seen):
    # site appends the sharedir and what its .pth files name to sys.path.  Meanwhile,
    # sys.path ends where they belong.
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
    # An import line may have inserted entries anywhere, as that of easy-install.pth does.
    added, new[:] = new[:], []
    for entry in added:
        if entry in before:
            before.remove(entry)
        elif isinstance(entry, str) and entry[-4:] != ".zip" and os.path.isdir(entry):
            status = os.stat(entry)
            place = status[2] << 64 | status[1]
            if place in seen:
                continue
            seen.add(place)
        new.append(entry)


def late():
    # Called when site has already processed its own site dirs.
    import os

    site = sys.modules["site"]
    this = sys.modules.pop("_pysharedir", None)
    if this:
        # importlib stores a module under the name in its spec.  Use another name, so that the
        # next import line runs this again.
        __spec__.name = "_pysharedir.late"
        sys.modules[__spec__.name] = this
    added = being_added(site)
    site_dir = added or os.path.dirname(loader.path)
    # Python imported the first hook on sys.path; that of this site dir has its own settings.
    finder = sys.modules["_frozen_importlib_external"].PathFinder
    spec = finder.find_spec("_pysharedir", [site_dir])
    if spec and spec.origin != loader.path:
        exec(spec.loader.get_code(spec.name), {"__name__": __name__, "__spec__": spec})
    elif spec and root_of(site_dir) is not None:
        sharedir = sharedir_of(root_of(site_dir))
        if is_usable(sharedir):
            add_after(site_dir, sharedir, again=added is not None)


def is_usable(sharedir):
    import os

    return os.path.isdir(sharedir) and not os.stat(sharedir).st_mode & UNSAFE


def being_added(site):
    # Return the site dir whose startup files site is processing, or None.
    frame = sys._getframe()
    while frame and frame.f_globals is not site.__dict__:
        frame = frame.f_back
    names = frame.f_locals if frame else {}
    if "sitedir" in names:  # setuptools' -nspkg.pth files read it, too
        return names["sitedir"]
    return names["filename"].rpartition("/")[0] if "filename" in names else None


def add_after(site_dir, sharedir, again):
    # Add a sharedir right after its site dir, wherever that is.
    import os

    path = sys.path
    for index, entry in enumerate(path):
        if isinstance(entry, str) and os.path.abspath(entry) == site_dir:
            break
    else:
        return
    rest = path[index + 1 :]
    if entry in rest:  # what moves a site dir to the front leaves it in its old place, too
        del rest[rest.index(entry) :]
    if sharedir not in path[:index] + rest:
        new = path[: index + 1]
        add_site_dir(path, new, sharedir, set())
        path[: index + 1] = new
    elif again:
        sys.modules["site"].addsitedir(sharedir)  # there may be new .pth files


def getsitepackages(listed, prefixes, roots):
    # Return site.getsitepackages() with the sharedirs of the roots that were on sys.path, even
    # while they are not on it: pip hides these directories from its isolated builds.
    dirs = listed(prefixes)
    more = [sharedir_of(root) for root in map(root_of, dirs) if root and root in roots]
    more = [sharedir for sharedir in more if is_usable(sharedir)]
    return list(dict.fromkeys(dirs + more + ([] if prefixes is not None else prefix_dirs())))


def others(finders):
    return [finder for finder in finders if getattr(finder, "find_spec", None) is not find_spec]


WATCHED = "sysconfig", "importlib.metadata", "importlib_metadata"
busy = set()


def watch(name, path, target):
    # Return the spec that import finds without the hook; its loader changes the module.
    if "_pysharedir" in sys.modules or name in busy or name not in WATCHED:
        return None  # before complete(), which changes it
    busy.add(name)
    try:
        spec = sys.modules["_frozen_importlib"]._find_spec(name, path, target)
    finally:
        busy.discard(name)
    if not spec or isinstance(spec.loader, type):  # a class: the loader of all frozen modules
        return spec
    # zipimport of Python 3.9 has only load_module(), which takes a name.
    method = "exec_module" if hasattr(spec.loader, "exec_module") else "load_module"
    load = getattr(spec.loader, method)

    def load_and_change(module):
        if getattr(module, "__name__", module) != name:
            return load(module)  # the loader of a zip loads all its modules
        delattr(spec.loader, method)
        if name == "sysconfig" and len(sys.path) <= 100:
            sys.meta_path[:] = others(sys.meta_path)
        loaded = load(module)
        safely("change", name, loaded or module)
        return loaded

    setattr(spec.loader, method, load_and_change)
    return spec


def change(name, module):
    if name == "sysconfig":
        patch(module)
    else:
        if "metadata" not in globals():
            part = ".d/metadata.py".join(loader.path.rpartition(".py")[::2])
            exec(type(loader)("", part).get_code(""), globals())
        metadata(module)


def patch(module, early=False):
    # Make installers put pure wheels into the sharedir: map the expanded purelib of the
    # hook's own tree while its sharedir is on sys.path.  Schemes and expand=False stay
    # unchanged, so that virtualenv and venv make clean environments.  get_path() calls
    # get_paths().
    root = root_of(loader.path.rpartition("/")[0])
    if root is None or not (early or sharedir_of(root) in sys.path):
        return
    original = module.get_paths

    def get_paths(*args, **kwargs):
        paths = original(*args, **kwargs)
        # pip keeps the result of one get_path("purelib"), to find egg-links, which setuptools
        # puts into the site dir, and to refuse --user for what is installed there.  It installs
        # by get_paths().
        asker = sys._getframe(1).f_back
        if asker and asker.f_globals.get("__name__") == "pip._internal.locations.base":
            return paths
        scheme = args[0] if args else kwargs.get("scheme")
        if scheme != "deb_system" and root_of(paths["purelib"]) == root:
            if sharedir_of(root) in sys.path:
                paths = dict(paths, purelib=sharedir_of(root))
        return paths

    get_paths.__doc__ = original.__doc__
    get_paths.__wrapped__ = original
    module.get_paths = get_paths
    if sys.version_info < (3, 10):
        module._PIP_USE_SYSCONFIG = True  # else pip asks distutils


def report(old, new):
    # Print changes of sys.path with -v, as site does.
    if sys.stderr is None:
        return
    for verb, entries, others in ("dropped", old, new), ("added", new, old):
        for entry in entries:
            if entries.count(entry) > others.count(entry):
                print("# pysharedir: %s %r" % (verb, entry), file=sys.stderr)
