"""The profiler behind cProfile: it hears of calls from sys.monitoring, each thread with a stack of its own."""

import collections
import sys
import time
import types
from _thread import get_ident

_events = sys.monitoring.events
_Entry = collections.namedtuple("profiler_entry", "code callcount reccallcount totaltime inlinetime calls")
_Subentry = collections.namedtuple("profiler_subentry", "code callcount reccallcount totaltime inlinetime")
profiler_entry = _Entry
profiler_subentry = _Subentry
_natives = (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)
_DISABLE = "<method 'disable' of '_lsprof.Profiler' objects>"


class _Counts:
    __slots__ = ("code", "calls", "recursive", "total", "own", "level", "callees")

    def __init__(self, code):
        self.code = code
        self.calls = self.recursive = self.level = 0
        self.total = self.own = 0
        self.callees = None

    def add(self, total, own):
        self.level -= 1
        if self.level == 0:
            self.total += total
        else:
            self.recursive += 1
        self.own += own
        self.calls += 1


def _key(function):
    """What a native function is counted as, or None."""
    if not isinstance(function, _natives):
        return None
    owner = getattr(function, "__objclass__", None)
    name = function.__name__
    if owner is None:
        this = getattr(function, "__self__", None)
        if this is None or isinstance(this, types.ModuleType):
            module = function.__module__
            return f"<built-in method {module}.{name}>" if module else f"<built-in method {name}>"
        if isinstance(this, type):
            return f"<built-in method {name}>"
        owner = type(this)
        for c in owner.__mro__:
            if name in c.__dict__:
                owner = c
                break
    module = owner.__module__
    shown = owner.__name__ if module == "builtins" else f"{module}.{owner.__name__}"
    return f"<method '{name}' of '{shown}' objects>"


class Profiler:
    """Profiler(timer=None, timeunit=0.0, subcalls=True, builtins=True)

    Builds a profiler object using the specified timer function, which gives an int if there is a time unit. Otherwise it is
    time.perf_counter. subcalls: also for each pair of caller and callee; builtins: also for native functions.
    """

    def __init__(self, timer=None, timeunit=0.0, subcalls=True, builtins=True):
        self._timer = time.perf_counter if timer is None else timer
        self._unit = timeunit if timer is not None and timeunit > 0 else None
        self._subcalls = subcalls
        self._builtins = builtins
        self._enabled = False
        self.clear()

    def clear(self):
        """Forgets all that was measured."""
        self._entries = {}
        self._stacks = {}

    def enable(self, subcalls=True, builtins=True):
        """Begins to measure."""
        monitoring, tool = sys.monitoring, sys.monitoring.PROFILER_ID
        if self._enabled:
            return
        try:
            monitoring.use_tool_id(tool, "cProfile")
        except ValueError:
            raise ValueError("Another profiling tool is already active") from None
        self._subcalls, self._builtins = subcalls, builtins
        callbacks = {
            _events.PY_START: self._start, _events.PY_RESUME: self._start, _events.PY_THROW: self._start,
            _events.PY_RETURN: self._stop, _events.PY_YIELD: self._stop, _events.PY_UNWIND: self._stop,
        }
        wanted = sum(callbacks)
        if builtins:
            callbacks |= {_events.CALL: self._call, _events.C_RETURN: self._called, _events.C_RAISE: self._called}
            wanted |= _events.CALL
        for event, callback in callbacks.items():
            monitoring.register_callback(tool, event, callback)
        self._enabled = True
        monitoring.set_events(tool, wanted)

    def disable(self):
        """Stops measuring."""
        if not self._enabled:
            return
        sys.monitoring.free_tool_id(sys.monitoring.PROFILER_ID)
        self._enabled = False
        for stack in self._stacks.values():
            while stack:
                self._pop(stack)
        self._stacks.clear()

    def _start(self, code, *rest):
        self._push(_DISABLE if code is Profiler.disable.__code__ else code)

    def _stop(self, code, *rest):
        stack = self._stacks.get(get_ident())
        if stack:
            self._pop(stack)

    def _call(self, code, offset, function, first):
        key = _key(function)
        if key is not None and code is not Profiler.disable.__code__:
            self._push(key)

    def _called(self, code, offset, function, first):
        if isinstance(function, _natives) and code is not Profiler.disable.__code__:
            stack = self._stacks.get(get_ident())
            if stack:
                self._pop(stack)

    def _push(self, key):
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Counts(key)
        entry.level += 1
        stack = self._stacks.setdefault(get_ident(), [])
        pair = None
        if self._subcalls and stack:
            caller = stack[-1][0]
            if caller.callees is None:
                caller.callees = {}
            pair = caller.callees.get(key)
            if pair is None:
                pair = caller.callees[key] = _Counts(key)
            pair.level += 1
        stack.append([entry, pair, 0, self._timer()])

    def _pop(self, stack):
        now = self._timer()
        entry, pair, below, begun = stack.pop()
        total = now - begun
        own = total - below
        if stack:
            stack[-1][2] += total
        entry.add(total, own)
        if pair is not None:
            pair.add(total, own)

    def getstats(self):
        """A list of profiler_entry objects: code, callcount, reccallcount, totaltime, inlinetime and calls, which is None or a
        list of profiler_subentry objects."""
        unit = self._unit or 1
        result = []
        for e in self._entries.values():
            if not e.calls:
                continue
            calls = None
            if e.callees:
                pairs = [p for p in e.callees.values() if p.calls]
                calls = [_Subentry(p.code, p.calls, p.recursive, p.total * unit, p.own * unit) for p in pairs]
            result.append(_Entry(e.code, e.calls, e.recursive, e.total * unit, e.own * unit, calls or None))
        return result
