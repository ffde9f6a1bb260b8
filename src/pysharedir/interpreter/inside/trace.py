"""Print as JSON what a start of an interpreter runs.  Runs in the target.

Contract: imports only the standard library, and before the end of the start only what every start
has imported by then; runs on Python 3.9, changes nothing, and prints one line of JSON between two
marks, so that output of startup code does no harm.

The program ``watch`` runs it in a start with ``-S``, so that it can run site as a start without
``-S`` does, and record what site runs.  That program sets

- ``names``: the modules that were imported before the two programs imported any,
- ``clock`` and ``began``: the clock in nanoseconds, and the time before this text was compiled,
- ``mark``: a function that tells a tracer of system calls which span begins, or None,
- ``look``: what else to record, which takes additional time: ``files`` that are executed,
  ``imports`` of modules, or an empty string.
"""

import builtins
import sys

if sys.path[:1] == [""]:  # the working directory, which a start puts there after site
    del sys.path[0]

own = set(sys.modules) - names
known = set(sys.modules)
entries = {entry for entry in sys.path if isinstance(entry, str)}
spans = []
stack = []
last = 0
elapsed = 0  # nanoseconds that the clock has run

# Not by os.__file__, as PYTHONPATH comes before it; 3.10 and older have no _stdlib_dir.
stdlib = getattr(sys, "_stdlib_dir", None) or "/".join(
    (sys.base_prefix, sys.platlibdir, "python%d.%d" % sys.version_info[:2])
)
try:
    here = sys.modules["posix"].getcwd()
except OSError:  # the working directory is gone
    here = ""


def pause():
    """Stop the clock, and record new modules and entries for the span that runs."""
    global elapsed
    now = clock()
    if mark:
        mark("")
    top = stack[-1]
    top["ns"] += now - last
    elapsed += now - last
    for name in list(sys.modules):
        if name not in known and isinstance(name, str):
            known.add(name)
            top["modules"].append(name)
            if look == "files":
                note(top["files"], origin(sys.modules.get(name)))
    for entry in sys.path:
        if isinstance(entry, str) and entry not in entries:
            entries.add(entry)
            top["path"].append(entry)


def note(files, file):
    """Record the file of a module."""
    if isinstance(file, str) and file and file not in files:
        files.append(file)


def origin(module):
    """Return the file of a module; of one without source, its pyc."""
    try:
        # Not getattr(): a lazy module is loaded when any attribute is read.
        return located(object.__getattribute__(module, "__dict__")["__spec__"])
    except Exception:  # sys.modules may hold any object
        return None


def located(spec):
    if not spec.has_location:
        return None
    return spec.origin if spec.origin.startswith("/") else here + "/" + spec.origin


def source(code):
    """Return the file of code that is executed in the caller's caller."""
    frame = sys._getframe(2)
    if frame.f_code.co_name == "_call_with_frames_removed":  # of importlib, which runs a module
        try:  # a pyc without its source names a file that need not be there
            return located(frame.f_locals["args"][1]["__spec__"])
        except Exception:
            pass
    return getattr(code, "co_filename", None)


def resume():
    """Start the clock for the span that runs now."""
    global last
    if mark:
        mark(str(stack[-1]["number"]))
    last = clock()


class Span:
    """Code that runs, without the spans inside it.

    An error that would end the start is recorded, and does not end it.

    :param survives: Tells whether a start goes on after an error.
    """

    def __init__(self, kind, file=None, text=None, survives=lambda error: False):
        self.survives = survives
        self.facts = dict(
            kind=kind,
            file=file,
            text=text,
            ns=0,
            begin=0,
            end=0,
            modules=[],
            path=[],
            files=[],
            error=None,
            fatal=False,
        )

    def __enter__(self):
        if stack:
            pause()
        parent = stack[-1]["number"] if stack else None
        self.facts.update(number=len(spans), parent=parent, begin=elapsed)
        spans.append(self.facts)
        stack.append(self.facts)
        resume()
        return self.facts

    def __exit__(self, kind, error, traceback):
        pause()
        self.facts["end"] = elapsed
        fatal = error is not None and not self.survives(error)
        if error is not None and self.facts["kind"] != "hook":  # the hook ends a search by an error
            self.facts.update(error=describe(error), fatal=fatal)
        stack.pop()
        if stack:
            resume()
        return fatal


def describe(error):
    try:
        text = str(error)
    except Exception:
        text = ""
    return type(error).__name__ + (": " + text if text else "")


def wrap(owner, **wrappers):
    """Wrap those functions that *owner* has."""
    for name, wrapper in wrappers.items():
        original = getattr(owner, name, None)
        if original is not None:
            setattr(owner, name, wrapper(original))


# Takes the place of the caller's frame: the lines in -nspkg.pth files of setuptools read
# sys._getframe(1).f_locals["sitedir"].
RUN = compile("builtins.exec(line)", "<pysharedir>", "exec")


def executing(code):
    """Return the exec for the module site, in which the function with *code* runs import lines."""

    def execute(source, *scopes, **named):
        frame = sys._getframe(1)
        scope = frame.f_locals
        if frame.f_code is not code:  # exec in an import line itself
            return builtins.exec(source, *scopes or (frame.f_globals, scope), **named)
        survives = lambda error: isinstance(error, Exception)
        with Span("import line", scope["fullname"], source, survives):
            builtins.exec(RUN, frame.f_globals, scope)

    return execute


def reading(first):
    """Return a wrapper for a function that reads a startup file, named from argument *first* on."""

    def wrapper(original):
        def read(*arguments):
            directory, name = arguments[first : first + 2]
            with Span("file", sys.modules["os"].path.join(directory, name)):
                return original(*arguments)

        return read

    return wrapper


def extending(original):
    """Wrap the function that adds path lines to sys.path, from Python 3.15 on."""

    def extend(state):
        pairs = state._path_entries
        for file, entry in list(pairs):
            state._path_entries = [(file, entry)]
            if file is None:  # a site dir
                original(state)
                continue
            with Span("path line", file, entry):
                original(state)
        state._path_entries = pairs

    return extend


def starting(original):
    """Wrap the function that runs the entries of .start files (PEP 829)."""

    def start(state):
        files = state._entrypoints
        for file, lines in list(files.items()):
            for line in lines:
                state._entrypoints = {file: [line]}
                with Span("entry", file, line):
                    original(state)
        state._entrypoints = files

    return start


def printing(original):
    """Wrap the function that reports errors of these entries."""

    def print_error(message, exc=None):
        if exc is not None and stack[-1]["kind"] == "entry":
            stack[-1]["error"] = describe(exc)
        return original(message, exc)

    return print_error


def customizing(name):
    """Return a replacement for the function that imports sitecustomize or usercustomize."""

    def customize():
        with Span(name) as facts:
            facts["search"] = [entry for entry in sys.path if isinstance(entry, str)]
            try:
                __import__(name)
            except ImportError as error:
                if error.name != name:
                    complain(facts, error)
            except Exception as error:
                complain(facts, error)
            module = sys.modules.get(name)
            if module is not None:
                file = module.__dict__.get("__file__")
                facts["file"] = file if isinstance(file, str) else None

    return lambda original: customize


def complain(facts, error):
    facts["error"] = describe(error)
    text = "Error in %s; set PYTHONVERBOSE for traceback:\n%s\n"
    sys.stderr.write(text % (facts["kind"], facts["error"]))


def completing(original):
    """Wrap the function that imports sitecustomize, when pysharedir's hook works as a finder."""

    def customize():
        hooks = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]
        hooks = [hook for hook in hooks if getattr(hook, "__name__", None) == "_pysharedir"]
        for hook in hooks:
            hook.find_spec = finding(hook.find_spec, hook.__file__)
        try:
            original()
        finally:
            for hook in hooks:
                hook.find_spec = hook.find_spec.original

    return customize


def finding(original, file):
    def find_spec(name, path=None, target=None):
        if name != "sitecustomize":
            return original(name, path, target)
        with Span("hook", file, survives=lambda error: True):
            return original(name, path, target)

    find_spec.original = original
    return find_spec


def importing(original):
    """Wrap what the import statement calls for a module that is not there yet."""

    def find_and_load(name, import_):
        if not stack or ident() != main:
            return original(name, import_)
        with Span("import", None, name, survives=lambda error: True) as facts:
            module = original(name, import_)
            facts["file"] = origin(module)
            return module

    # Tracebacks leave out the frames of importlib by this name.
    code = find_and_load.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    find_and_load.__code__ = code
    return find_and_load


def audit(event, arguments):
    """Record the file of each module that is executed, whatever found it."""
    if event in ("exec", "import") and stack:
        note(stack[-1]["files"], source(arguments[0]) if event == "exec" else arguments[1])


def start():
    """Import site and run it, as a start does."""
    with Span("site"):
        import site

        pause()
        state = getattr(site, "StartupState", None)
        runner = site.addpackage if state is None else state._exec_imports
        site.exec = executing(runner.__code__)
        wrap(site, _print_error=printing)
        wrap(site, execsitecustomize=customizing("sitecustomize"))
        wrap(site, execsitecustomize=completing, execusercustomize=customizing("usercustomize"))
        if state is not None:
            wrap(
                state,
                _read_pth_file=reading(1),
                _read_start_file=reading(1),
                _extend_syspath=extending,
                _execute_start_entrypoints=starting,
            )
        else:
            wrap(site, addpackage=reading(0))
        site.__spec__._initializing = True  # as while a start imports it
        resume()
        site.main()


def facts():
    modules = sorted(name for name in sys.modules if isinstance(name, str) and name not in own)
    site = sys.modules["site"]
    return dict(
        version=sys.version_info[:3],
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        stdlib=stdlib,
        user_site=site.USER_SITE if site.ENABLE_USER_SITE else None,
        path=[entry for entry in sys.path if isinstance(entry, str)],
        modules=modules,
        pid=sys.modules["posix"].getpid(),
        began=began,
        before=before,
        spans=spans,
    )


before = []
if look == "files":
    for name in sorted(names):
        note(before, origin(sys.modules.get(name)))
    sys.addaudithook(audit)
elif look == "imports":
    ident = sys.modules["_thread"].get_ident
    main = ident()
    wrap(sys.modules["_frozen_importlib"], _find_and_load=importing)
start()
sys.modules["site"].__spec__._initializing = False
found = facts()

import json

output = ("\n<pysharedir>" + json.dumps(found) + "</pysharedir>\n").encode("ascii")
while output:  # startup code may have replaced sys.stdout
    output = output[sys.modules["os"].write(1, output) :]
