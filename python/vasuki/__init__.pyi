from collections.abc import Callable, Iterable
from types import TracebackType
from typing import NoReturn, ParamSpec, TypedDict, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_R = TypeVar("_R")

class _Atomic:
    def __enter__(self) -> _Atomic: ...
    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]: ...

atomic: _Atomic

def retry(timeout: float | None = None) -> NoReturn: ...
def or_else(*functions: Callable[[], _R]) -> _R: ...
def irrevocable() -> None: ...
def is_atomic() -> bool: ...

class _Conflict(TypedDict):
    object: str
    undone: tuple[str, int, str]
    by: tuple[str, int, str]
    aborts: int
    waits: int
    nanoseconds: int

class _Stats(TypedDict):
    commits: int
    aborts: int
    irrevocable: int
    collections: int
    collection_nanoseconds: int
    conflicts: list[_Conflict]

def stats() -> _Stats: ...

class TransactionQueue:
    def __init__(self) -> None: ...
    def add(self, function: Callable[_P, object], /, *args: _P.args, **kwargs: _P.kwargs) -> None: ...
    def __len__(self) -> int: ...
    def run(self, threads: int | None = None) -> None: ...

def ordered(function: Callable[[_T], _R], items: Iterable[_T], threads: int | None = None) -> list[_R]: ...
