"""What the command line does before and around a program, in Python."""

import sys


def start(unbuffered, closed):
    """Make the standard streams, the warning filters and site's additions."""
    _sys_path()
    _streams(unbuffered, closed)
    _zip_files()
    _code_caches()
    import encodings  # noqa: F401  (codec search function)
    if sys.warnoptions:
        import warnings  # noqa: F401
    if not sys.flags.no_site:
        import site
        site.main()


def _sys_path():
    library = sys._stdlib_dir
    if library not in sys.path:
        sys.path.append(library)


def _zip_files():
    import zipimport
    sys.path_hooks.insert(0, zipimport.zipimporter)


def _code_caches():
    """A damaged cache file is as one that is not there."""
    import _imp
    import _frozen_importlib_external as external
    classify = external._classify_pyc

    def _classify_pyc(data, name, exc_details):
        flags = classify(data, name, exc_details)
        if not _imp._is_code(memoryview(data)[16:]):
            raise ImportError(f"damaged code in {name!r}", **exc_details)
        return flags

    external._classify_pyc = _classify_pyc


def _streams(unbuffered, closed):
    import builtins
    import io
    builtins.open = io.open

    def stream(fd, mode, name):
        try:
            if fd in closed:
                return None
            raw = io.open(fd, mode + "b", buffering=0 if unbuffered and mode == "w" else -1, closefd=False)
        except OSError:
            return None
        line = mode == "w" and (fd == 2 or raw.isatty())
        errors = "backslashreplace" if fd == 2 else _stdio_errors()
        text = io.TextIOWrapper(raw, encoding=_stdio_encoding(), errors=errors, newline="\n" if mode == "w" else None,
                                line_buffering=line, write_through=mode == "w" and unbuffered)
        text.mode = mode
        getattr(raw, "raw", raw).name = name
        return text

    sys.stdin = sys.__stdin__ = stream(0, "r", "<stdin>")
    sys.stdout = sys.__stdout__ = stream(1, "w", "<stdout>")
    sys.stderr = sys.__stderr__ = stream(2, "w", "<stderr>")


def _environment(name):
    if sys.flags.ignore_environment:
        return ""
    import posix
    return posix.environ.get(name.encode(), b"").decode()


def _stdio_encoding():
    return _environment("PYTHONIOENCODING").partition(":")[0] or "utf-8"


def _stdio_errors():
    return _environment("PYTHONIOENCODING").partition(":")[2] or "surrogateescape"


def _main():
    return sys.modules["__main__"]


def _insert_path(entry):
    if not sys.flags.safe_path:
        sys.path.insert(0, entry)


# The functions below give the function that runs the program and its arguments: it is called without a frame of this file
# below the program's.

def prepare_command(text):
    """vasuki -c TEXT"""
    _insert_path("")
    _main().__dict__["__loader__"] = None
    if text[:1] in (" ", "\t", "\n"):
        import textwrap
        text = textwrap.dedent(text)
    return _run(text, "<string>", text)


def _run(source, filename, text):
    code = compile(source, filename, "exec", dont_inherit=True)
    import linecache
    linecache._register_code(code, text, filename)
    return exec, (code, _main().__dict__)


def prepare_module(name):
    """vasuki -m NAME"""
    import os
    import runpy
    _insert_path(os.getcwd())
    return runpy._run_module_as_main, (name,)


def prepare_path(path, skip_first_line):
    """vasuki FILE, a folder or a zip file with __main__.py"""
    import os
    from importlib import _bootstrap_external
    if os.path.isdir(path) or _is_zip(path):
        import runpy
        sys.path.insert(0, path)
        return runpy._run_module_as_main, ("__main__", False)
    try:
        with open(path, "rb") as f:
            source = f.read()
    except OSError as e:
        print(f"{sys.executable}: can't open file {os.path.abspath(path)!r}: [Errno {e.errno}] {e.strerror}", file=sys.stderr)
        sys.exit(2)
    if skip_first_line:
        source = b"\n" + source.partition(b"\n")[2]
    _insert_path(os.path.dirname(os.path.realpath(path)))
    path = os.path.abspath(path)
    namespace = _main().__dict__
    namespace["__file__"] = path
    namespace["__cached__"] = None
    namespace["__loader__"] = _bootstrap_external.SourceFileLoader("__main__", path)
    namespace.setdefault("__spec__", None)
    if path.endswith(".pyc"):
        loader = namespace["__loader__"] = _bootstrap_external.SourcelessFileLoader("__main__", path)
        return exec, (loader.get_code("__main__"), namespace)
    return exec, (compile(source, path, "exec", dont_inherit=True), namespace)


def _is_zip(path):
    try:
        with open(path, "rb") as f:
            if f.read(2) == b"#!":
                import zipfile
                return zipfile.is_zipfile(path)
            f.seek(0)
            return f.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def prepare_stdin():
    """a program on standard input that is no terminal"""
    _insert_path("")
    source = sys.stdin.buffer.read()
    _main().__dict__["__loader__"] = None
    return _run(source, "<stdin>", source.decode("utf-8", "replace"))


def prepare_session():
    """before the interactive session"""
    _insert_path("")


def compile_input(text, filename):
    """an input of the session: code objects to run one after the other; tracebacks show its lines"""
    import linecache
    try:
        codes = compile(text, filename, "single", dont_inherit=True),
    except SyntaxError as e:
        if not e.msg.startswith("multiple statements"):
            raise
        # Several statements were pasted: the value of the last one is shown.
        import ast
        *first, last = ast.parse(text, filename).body
        codes = (compile(ast.Module(first, []), filename, "exec", dont_inherit=True),
                 compile(ast.Interactive([last]), filename, "single", dont_inherit=True))
    for code in codes:
        linecache._register_code(code, text, filename)
    return codes
