//! A program runs, and the hook hears of its hot function, in both modes, with what its inline caches know.

use vasuki_compiler::{Mode, Options, compile};
use vasuki_jit::{Candidate, Candidates};
use vasuki_vm::value::Value;
use vasuki_vm::{bootstrap, config::Config, context::ctx, frozen, interp, jit};

const PROGRAM: &str = "
class Point:
    def __init__(self):
        self.x = 0

def hot(n):
    p = Point()
    for i in range(n):
        p.x += 1

def cold():
    pass

cold()
hot(3_000_000)

import _thread
done = []
def in_thread():
    hot(3_000_000)
    done.append(1)
_thread.start_new_thread(in_thread, ())
while not done:
    hot(100_000)
";

#[test]
fn the_hot_function_is_seen() {
    frozen::set_library(vasuki_stdlib::library());
    let th = bootstrap::start(Config::default(), vasuki_modules::MODULES, 64 << 20).expect("the VM starts");
    let candidates: &'static Candidates = Box::leak(Box::default());
    assert!(jit::install(candidates));
    assert!(!jit::install(candidates), "there is one hook");

    let code = compile(PROGRAM, "program.py", Mode::Exec, Options::default()).expect("it is right");
    let code = interp::code::from_compiled(th, &code).expect("there is memory");
    let globals = th.new_dict();
    let name = th.intern("__builtins__");
    globals
        .as_gc::<vasuki_vm::types::dict::Dict>()
        .set_str(th, name, ctx().builtins.value())
        .expect("a dict");
    interp::run_code(th, code, globals, Value::EMPTY, Value::EMPTY).expect("no exception");

    let all = candidates.hottest();
    let hot: &Candidate = all.iter().find(|c| c.name == "hot").expect("it took most of the time");
    assert_eq!((hot.file.as_str(), hot.line), ("program.py", 6));
    assert!(hot.solo > 0 && hot.concurrent > 0, "{hot:?}");
    let [empty, one, several] = hot.feedback;
    assert_eq!(empty, 0, "all that can be cached is: {hot:?}");
    assert_eq!(one + several, 4, "`Point`, `range`, and `p.x` twice: {hot:?}");
    assert!(all.iter().all(|c| c.name != "cold" || c.samples() < hot.samples()));
}
