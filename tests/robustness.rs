//! No input ends the process otherwise than by an exception: deep nesting, endless recursion, no memory, no disk.

mod common;

use common::{Folder, Outcome, Running, run, run_with, vasuki};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);

fn run_program(text: &str) -> Outcome {
    let d = Folder::new();
    let file = d.file("program.py", text);
    Running::start(vasuki().current_dir(d.path()).arg(file), b"").finish(LIMIT)
}

/// Runs each line of `cases` in the main thread, in others, and in one with the smallest stack; all must end with one of the
/// exceptions of `allowed`, or none.
fn each_in_all_threads(prelude: &str, cases: &str, allowed: &str) {
    let program = format!(
        "
import sys, threading
{prelude}
CASES = r'''{cases}'''
def attempt():
    for line in CASES.strip().splitlines():
        try:
            exec(line, globals())
        except ({allowed}) as e:
            pass
        except BaseException as e:
            print(threading.current_thread().name, line, type(e).__name__, str(e)[:100])
attempt()
for size in (0, 32768):
    threading.stack_size(size)
    t = threading.Thread(target=attempt)
    t.start()
    t.join()
print('end')
"
    );
    run_program(&program).prints("end\n").quiet();
}

#[test]
fn deeply_nested_source() {
    let cases = "
go('(' * N + '1' + ')' * N)
go('[' * N + ']' * N)
go('{1:' * N + '1' + '}' * N)
go('-' * N + '1')
go('not ' * N + '1')
go('a' + '.b' * N)
go('a' + '()' * N)
go('a' + '[0]' * N)
go('1' + '+1' * N)
go('1' + ' and 1' * N)
go('1' + '<1' * N)
go('1' + '**1' * N)
go('lambda:' * N + '1')
go('lambda x=' * N + '1' + ':1' * N)
go('1 if 1 else ' * N + '1')
go('[' * N + 'x' + ' for x in y]' * N)
go('f\"' + '{f\"' * N + '\"}' * N + '\"')
go('f\"' + '{1:' * N + '}' * N + '\"')
go('(a:=' * N + '1' + ')' * N)
go('\"a\"' * N)
go('if 1: pass\\n' + 'elif 1: pass\\n' * N)
go(''.join(' ' * i + 'if 1: pass\\n' + ' ' * i + 'else:\\n' for i in range(99)) + ' ' * 99 + 'pass')
go(''.join(' ' * i + 'def f():\\n' for i in range(99)) + ' ' * 99 + 'pass')
go(''.join(' ' * i + 'def f():\\n' for i in range(1000)) + ' ' * 1000 + 'pass')
go(''.join(' ' * i + 'class A:\\n' for i in range(99)) + ' ' * 99 + 'pass')
go(''.join(' ' * i + 'while 1:\\n' for i in range(99)) + ' ' * 99 + 'pass')
go('@a\\n' * N + 'def f(): pass')
go('a=' * N + '1')
go('[' * N + 'a' + ']' * N + '=1')
go('match 1:\\n case ' + '[' * N + ']' * N + ': pass')
go('match 1:\\n case ' + '1|' * N + '1: pass')
go('a:' + 'a[' * N + '1' + ']' * N)
go('type A[T] = ' + '(' * N + 'T' + ')' * N)
go('def f(' + ','.join('a%d' % i for i in range(N)) + '): pass')
go('del ' + '(' * N + 'a' + ')' * N)
";
    let prelude = "
import ast
N = 100_000
def go(text):
    try:
        ast.parse(text)
    finally:
        compile(text, 'deep', 'exec')
";
    each_in_all_threads(prelude, cases, "SyntaxError, RecursionError, MemoryError");
}

const RECURSION: &str = "
import copy, pickle, json, functools, ast, operator, itertools, marshal, re, types, weakref, gc, collections, typing
N = 300_000
def nest(make, x=None, n=N):
    for i in range(n):
        x = make(x)
    return x
class Forward:
    def __init__(self, x): self.x = x
    def __eq__(self, other): return self.x == other.x
    def __lt__(self, other): return self.x < other.x
    def __hash__(self): return hash(self.x)
    def __repr__(self): return repr(self.x)
    def __bool__(self): return bool(self.x)
    def __len__(self): return len(self.x)
    def __iter__(self): return iter(self.x)
    def __getitem__(self, i): return self.x[i]
    def __add__(self, other): return self.x + other
    def __index__(self): return operator.index(self.x)
    def __format__(self, spec): return format(self.x, spec)
    def __call__(self): return self.x()
    def __instancecheck__(self, o): return isinstance(o, self.x)
    def __getattr__(self, name): return getattr(self.__dict__['x'], name)
class Attr:
    def __getattr__(self, name): return getattr(self, name + 'x')
class Own:
    def __getattribute__(self, name): return self.other
class Hash:
    def __hash__(self): return hash(self)
class Equal:
    def __eq__(self, other): return self == other
class Repr:
    def __repr__(self): return repr(self)
class Init:
    def __init__(self): Init()
class Meta(type):
    def __call__(cls): return cls()
class Called(metaclass=Meta): pass
def by_key(x): return sorted([1, 2], key=by_key)
def mapped(x): return list(map(mapped, [1]))
def evaluated(): return eval('evaluated()')
def delegating(d):
    if d: yield from delegating(d - 1)
    yield 1
def delegated():
    def g(it): yield from it
    return nest(g, iter([1]))
def handled(n):
    try: raise ValueError
    except ValueError: handled(n + 1)
lists, tuples, dicts, forward, partial = nest(lambda x: [x]), nest(lambda x: (x,)), nest(lambda x: {1: x}), nest(Forward), nest(lambda x: functools.partial(x or len))
other_lists, other_forward = nest(lambda x: [x]), nest(Forward)
classes = nest(lambda x: (x,), int)
";

#[test]
fn recursion() {
    let cases = "
len(str(nest(lambda x: [x], n=3000)))
repr(forward)
lists == other_lists
lists < other_lists
forward == other_forward
forward < other_forward
tuples == nest(lambda x: (x,))
dicts == nest(lambda x: {1: x})
hash(tuples)
hash(forward)
bool(forward)
len(forward)
list(forward)
forward[0]
forward + 1
[1][forward]
f'{forward}'
forward()
isinstance(1, forward)
forward.name
Attr().x
Own().x
hash(Hash())
Equal() == Equal()
{Hash(): 1}
repr(Repr())
f'{Repr()}'
Init()
Called()
by_key(1)
mapped(1)
evaluated()
handled(0)
list(delegating(20_000))
list(delegated())
delegated().close()
copy.deepcopy(lists)
copy.deepcopy(forward)
pickle.dumps(lists)
pickle.dumps(tuples)
pickle.dumps(partial)
pickle.loads(b'\\x80\\x04' + b'(' * N + b'l' * N + b'.')
json.dumps(lists)
json.dumps(dicts)
json.loads('[' * N + ']' * N)
json.loads('{\"a\":' * N + '1' + '}' * N)
marshal.dumps(lists)
marshal.loads(b'[\\x01\\0\\0\\0' * N)
marshal.loads(b'(' + b'\\x01\\0\\0\\0(' * N)
isinstance('', classes)
issubclass(str, classes)
partial()
repr(partial)
('{0:' * N + '}' * N).format(1)
('{0' + '[0]' * 1000 + '}').format(lists)
'%.10s' % nest(lambda x: [x], n=3000)
ast.literal_eval('[' * N + ']' * N)
ast.unparse(nest(lambda x: ast.UnaryOp(ast.USub(), x), ast.Constant(1)))
compile(ast.Expression(nest(lambda x: ast.UnaryOp(ast.USub(), x, lineno=1, col_offset=0), ast.Constant(1, lineno=1, col_offset=0), 100_000)), '', 'eval')
re.compile('(' * 20_000 + ')' * 20_000)
re.match('(?:a|b)*', 'ab' * N)
list(nest(lambda it: map(abs, it), iter([1])))
list(nest(lambda it: filter(None, it), iter([1])))
list(nest(itertools.chain, iter([1])))
list(nest(enumerate, iter([1])))
hash(nest(lambda x: list[x], int))
nest(slice) == nest(slice)
nest(lambda x: types.SimpleNamespace(a=x)) == nest(lambda x: types.SimpleNamespace(a=x))
nest(lambda x: collections.deque([x])) == nest(lambda x: collections.deque([x]))
nest(lambda x: types.MethodType(print, x)) == nest(lambda x: types.MethodType(print, x))
nest(lambda x: classmethod(x), len)
str(nest(lambda x: memoryview(x), bytearray(3), 10_000))
gc.collect()
del lists[:], other_lists[:]; gc.collect()
";
    // Each list was needed once only.
    let cases = cases.replace("del lists[:], other_lists[:]; ", "nest(lambda x: [x]); ");
    each_in_all_threads(
        RECURSION,
        &cases,
        "RecursionError, AttributeError, TypeError, ValueError, SyntaxError, MemoryError, RuntimeError",
    );
}

/// What recurses without an end says so, and says it again.
#[test]
fn endless_recursion_is_a_recursion_error() {
    let cases = "
Attr().x
Own().x
hash(Hash())
Equal() == Equal()
repr(Repr())
Init()
Called()
by_key(1)
mapped(1)
evaluated()
handled(0)
isinstance(1, forward)
hash(forward)
repr(forward)
copy.deepcopy(lists)
pickle.dumps(lists)
";
    let text = cases
        .trim()
        .lines()
        .map(|l| {
            format!(
                "for i in range(2):\n    try: {l}; print('no error', {l:?})\n    except RecursionError as e: assert 'recursion' in str(e)\n"
            )
        })
        .collect::<String>();
    let program = format!(
        "{RECURSION}\ndef all():\n    global i\n    {}\nall()\nimport threading\nt = threading.Thread(target=all); t.start(); t.join()\nprint('end')\n",
        text.replace('\n', "\n    ")
    );
    run_program(&program).prints("end\n").quiet();
}

/// Beyond `--max-heap` there is MemoryError, and the program goes on.
#[test]
fn memory_of_native_code() {
    for grow in [
        "import os; os.read(os.open('/dev/zero', 0), 10**11)",
        "import os; os.urandom(10**11)",
        "open('/dev/zero', 'rb').read()",
        "open('/dev/zero', 'rb').read(10**11)",
        "open('/dev/zero').read()",
        "open('/dev/zero', 'rb').readline()",
        "import socket; socket.socketpair()[0].recv(10**12)",
        "import struct; struct.pack('1000000000000x')",
        "import itertools; list(itertools.count())",
        "import itertools; ''.join(itertools.repeat('abc'))",
        "import itertools; bytes(itertools.repeat(1))",
        "import itertools; set(itertools.count())",
        "import itertools; dict(zip(itertools.count(), itertools.count()))",
        "import array; x = array.array('q', [0])\nwhile True: x.extend(x)",
        "import io; s = io.StringIO()\nwhile True: s.write('abc' * 1000)",
        "import io; s = io.BytesIO()\nwhile True: s.write(b'abc' * 1000)",
        "import io; s = io.BytesIO(); s.seek(10**12); s.write(b'a')",
        "('a' * 10**7).replace('a', 'b' * 10**5)",
        "('a' * 10**7).translate({97: 'b' * 10**5})",
        "'a'.rjust(10**12)",
        "import itertools; itertools.product(range(100), repeat=10**11)",
        "1 << 10**12",
        "import sys; sys.setrecursionlimit(10**9)\ndef f(*a): return f(*a, 1)\nf()",
        "e = None\nwhile True:\n  try: raise ValueError(e)\n  except ValueError as x: e = x",
        "g = lambda: 0\nwhile True: g = (lambda g: lambda: g)(g)",
        "import json; json.loads('[' + '1,' * 10**8 + '1]')",
    ] {
        let indented = grow.replace('\n', "\n    ");
        let text = format!(
            "def f():\n  try:\n    {indented}\n  except MemoryError as e:\n    return 'caught'\nprint(f())\nimport gc; gc.collect()\nprint(sum([len(str(i)) for i in range(100000)]))\n"
        );
        let r = run(&["--max-heap", "100M", "-c", &text]);
        assert!(r.code == 0 && r.stdout == "caught\n488890\n", "{grow}: {r:#?}");
    }
}
/// What a coroutine lets go, an explicit collection finds at once, although native code runs the coroutine.
#[test]
fn collection_in_a_coroutine() {
    let program = "
import asyncio, gc

def forgotten():
    '''Is an asynchronous generator closed that a coroutine has let go?'''
    done = False

    async def ones():
        nonlocal done
        try:
            while True:
                yield 1
        finally:
            await asyncio.sleep(0)
            done = True

    async def forgets():
        g = ones()
        await g.__anext__()
        await g.__anext__()
        del g
        gc.collect()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(forgets())
    loop.close()
    return done


print(forgotten())
";
    run_program(program).prints("True\n").quiet();
}

#[test]
fn memory_of_threads() {
    let program = "
import threading
def work():
    x = []
    try:
        while True: x.append([0] * 100)
    except MemoryError:
        caught.append(1)
caught = []
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
print(len(caught), sum(len(str(i)) for i in range(1000)))
";
    run(&["--max-heap", "100M", "-c", program]).prints("4 2890\n");
}

/// A disk without room for the code cache: the program does not notice, and no damaged cache is left.
#[test]
fn no_room_for_the_code_cache() {
    let d = Folder::new();
    d.file("module.py", "def f():\n    return 'right'\n".to_owned() + &"x = 1\n".repeat(1000));
    let program = "import module; print(module.f())";
    for blocks in [0, 1] {
        let command = format!("ulimit -f {blocks}; exec \"$@\"");
        let mut c = std::process::Command::new("sh");
        c.arg("-c").arg(command).arg("sh").arg(env!("CARGO_BIN_EXE_vasuki"));
        c.args(["-c", program]).current_dir(d.path()).env_remove("PYTHONDONTWRITEBYTECODE");
        // The pipes that stdout and stderr are have no such limit.
        run_with(&mut c, b"").prints("right\n").quiet();
    }
    run_with(vasuki().args(["-c", program]).current_dir(d.path()), b"").prints("right\n");
}
