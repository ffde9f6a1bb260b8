# pysharedir: what --prefixes-from, --prefix-startup-files and --user-first need.
#
# `enable` appends it to adjust.py for one of these options, so that other starts do not pay for it.

# Set by `enable`: variables, and whether each lists site dirs.
VARIABLES = ()
STARTUP_FILES = False
USER_FIRST = False

plain_adjust, plain_before_base, plain_prefix_dirs = adjust, before_base, prefix_dirs


def adjust(plan):
    # Startup files may import modules of any prefix, so they run after complete() has made the
    # path.  complete() calls this function, so call complete() again with the plain adjust().
    named = {each for name, _ in VARIABLES for each in value_of(name)} if STARTUP_FILES else ()
    if not named:
        return plain_adjust(plan)
    site = sys.modules["site"]
    done = {site.USER_SITE, *site.getsitepackages()}  # site, or another hook, has run these
    again = [entry for entry, _ in reversed(plan) if entry in named or root_of(entry) in named]
    globals()["adjust"] = plain_adjust
    complete(sys.path)
    run_startup_files([entry for entry in again + INSERTED if entry not in done])


def before_base(plan, floor):
    index = plain_before_base(plan, floor)
    # EasyBuild's order: the user site, prefixes, the base.
    if USER_FIRST and plan[index:] and plan[index][0] == sys.modules["site"].USER_SITE:
        index = plain_before_base(plan, index + 1)
    return index


def prefix_dirs(but=()):
    # All variables, in order; a directory that two of them name has the place of the first.
    global INSERTED
    dirs = []
    for name, are_site_dirs in VARIABLES:
        dirs += listed_site_dirs(but, name) if are_site_dirs else plain_prefix_dirs(but, name)
    INSERTED = list(dict.fromkeys(dirs))
    return INSERTED


def value_of(name):
    import os

    value = sys.modules["posix"].environ.get(name, b"")
    if sys.flags.ignore_environment or not value:
        return []
    return [each.rstrip("/") for each in os.fsdecode(value).split(":") if each[:1] == "/"]


def listed_site_dirs(but, name):
    # Return the listed site dirs of this version that exist, and after the last one of each root
    # its sharedir.
    import os

    dirs = []
    roots = {None, *but}
    for each in reversed(value_of(name)):
        root = root_of(each)
        if root is None or root in but or not os.access(each, 0):
            continue
        if root not in roots:
            roots.add(root)
            sharedir = sharedir_of(root)
            if os.access(sharedir, 0):
                dirs.append(sharedir)
        dirs.append(each)
    return dirs[::-1]


def run_startup_files(dirs):
    # Do as site does, but with one known_paths for all directories.  Only at the end, put what
    # startup files appended right after their directory: so the cost is linear in the prefixes.
    site = sys.modules["site"]
    present = {entry for entry in sys.path if isinstance(entry, str)}
    known = set(present)
    done = set()
    after = {}
    add = site.addsitedir

    def addsitedir(sitedir, known_paths=None):
        if sitedir in done:  # a prefix may have a hook, which adds its sharedir
            return known_paths
        done.add(sitedir)
        return add(sitedir, known_paths)

    site.addsitedir = addsitedir
    try:
        for each in dirs:
            if each in done or not has_startup_files(each):
                continue
            count = len(sys.path)
            if sys.version_info >= (3, 15):
                known.discard(each)  # 3.15 skips known directories, and appends nothing twice
            site.addsitedir(each, known)
            added = [entry for entry in sys.path[count:] if isinstance(entry, str)]
            after[each] = [entry for entry in added if entry not in present]
            present.update(after[each])
    finally:
        if site.addsitedir is addsitedir:
            site.addsitedir = add
    moved = {entry for added in after.values() for entry in added}
    path = []
    for entry in sys.path:
        if not isinstance(entry, str):
            path.append(entry)
        elif entry not in moved:
            path.append(entry)
            path += after.pop(entry, ())
    sys.path[:] = path + [entry for added in after.values() for entry in added]


def has_startup_files(path):
    import os

    try:
        names = "/".join(os.listdir(path))
        return (".pth" in names or ".start" in names) and not os.stat(path).st_mode & UNSAFE
    except OSError:
        return False
