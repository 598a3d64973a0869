"""Profiler of calls, with the interface of the module profile and little overhead."""

__all__ = ["run", "runctx", "Profile"]

import _lsprof
import importlib.machinery
import io
import marshal
import pstats
import sys

import profile as _pure


def run(statement, filename=None, sort=-1):
    return _pure._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    return _pure._Utils(Profile).runctx(statement, globals, locals, filename, sort)


run.__doc__ = _pure.run.__doc__
runctx.__doc__ = _pure.runctx.__doc__


def label(code):
    """(file, line, name) of what an entry is about."""
    if isinstance(code, str):
        return ("~", 0, code)
    return (code.co_filename, code.co_firstlineno, code.co_name)


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=None, subcalls=True, builtins=True)

    Builds a profiler object using the specified timer function. The default timer is a fast one of the system. For custom
    timer functions that give ints, timeunit says how long one unit is, in seconds.
    """

    def __init__(self, timer=None, timeunit=0.0, subcalls=True, builtins=True):
        super().__init__(timer, timeunit or 0.0, subcalls, builtins)

    def print_stats(self, sort=-1):
        keys = sort if isinstance(sort, tuple) else (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*keys).print_stats()

    def dump_stats(self, file):
        self.create_stats()
        with open(file, "wb") as f:
            marshal.dump(self.stats, f)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        """Makes `stats`: {function: (primitive calls, calls, own time, time, {caller: the same of its calls})}."""
        entries = self.getstats()
        callers = {}
        for e in entries:
            for call in e.calls or ():
                one = (call.callcount, call.callcount - call.reccallcount, call.inlinetime, call.totaltime)
                by = callers.setdefault(label(call.code), {})
                old = by.get(label(e.code))
                by[label(e.code)] = one if old is None else tuple(a + b for a, b in zip(old, one))
        self.stats = {}
        for e in entries:
            of = label(e.code)
            one = (e.callcount - e.reccallcount, e.callcount, e.inlinetime, e.totaltime)
            if of in self.stats:
                one = tuple(a + b for a, b in zip(self.stats[of], one))
            self.stats[of] = (*one, callers.get(of, {}))

    def run(self, cmd):
        import __main__

        return self.runctx(cmd, __main__.__dict__, __main__.__dict__)

    def runctx(self, cmd, globals, locals):
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def main():
    import os
    import runpy
    from optparse import OptionParser

    parser = OptionParser(usage="cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ...")
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", dest="outfile", help="Save stats to <outfile>", default=None)
    parser.add_option("-s", "--sort", dest="sort", default=2, choices=sorted(pstats.Stats.sort_arg_dict_default),
                      help="Sort order when printing to stdout, based on pstats.Stats class")
    parser.add_option("-m", dest="module", action="store_true", help="Profile a library module", default=False)
    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if options.outfile is not None:
        # The program may change the current directory.
        options.outfile = os.path.abspath(options.outfile)
    if not args:
        parser.print_usage()
        return parser
    if options.module:
        code = "run_module(modname, run_name='__main__')"
        globs = {"run_module": runpy.run_module, "modname": args[0]}
        module = None
    else:
        name = args[0]
        sys.path.insert(0, os.path.dirname(name))
        with io.open_code(name) as f:
            code = compile(f.read(), name, "exec")
        module = type(sys)("__main__")
        module.__spec__ = importlib.machinery.ModuleSpec(name="__main__", loader=None, origin=name)
        module.__file__ = name
        module.__builtins__ = __builtins__
        globs = module.__dict__
        sys.modules["__main__"] = module
    try:
        runctx(code, globs, None, options.outfile, options.sort)
    except BrokenPipeError as e:
        # Who reads the output has gone: so does the message about it.
        sys.stdout = None
        sys.exit(e.errno)
    return parser


if __name__ == "__main__":
    main()
