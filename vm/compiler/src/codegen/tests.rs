use crate::code::{Code, Const, flags};
use crate::dataflow;
use crate::op::Op;
use crate::{Mode, Options, compile, dis, serial, validate};

fn sound(c: &Code, what: &str) {
    if let Err(e) = validate::validate(c) {
        panic!("{what}: {e}\n{}", dis::listing(c));
    }
    if let Err(e) = dataflow::check(c) {
        panic!("{what}: {e}\n{}", dis::listing(c));
    }
}
fn code_with(source: &str, mode: Mode, opts: Options) -> Code {
    let c = compile(source, "<t>", mode, opts).unwrap_or_else(|e| panic!("{source}: {e:?}"));
    sound(&c, source);
    c
}
fn code(source: &str) -> Code {
    code_with(source, Mode::Exec, Options::default())
}
fn error(source: &str) -> String {
    match compile(source, "<t>", Mode::Exec, Options::default()) {
        Ok(c) => panic!("{:.30}: no error\n{:.300}", source, dis::listing(&c)),
        Err(e) => e.msg,
    }
}
fn inner(c: &Code, n: usize) -> &Code {
    let all: Vec<&Code> = c
        .consts
        .iter()
        .filter_map(|k| if let Const::Code(c) = k { Some(&**c) } else { None })
        .collect();
    all[n]
}
fn ops(c: &Code) -> Vec<Op> {
    let mut at = 0;
    let mut out = Vec::new();
    while let Some(op) = c.code.get(at).and_then(|w| Op::from_u16(*w as u16)) {
        out.push(op);
        at += op.words();
    }
    out
}
fn count(c: &Code, op: Op) -> usize {
    ops(c).iter().filter(|o| **o == op).count()
}

/// Every form of statement, alone and in a function, in a class, in a generator and in a coroutine.
const FORMS: &str = include_str!("forms.txt");

fn indent(s: &str) -> String {
    s.lines()
        .map(|l| if l.is_empty() { "\n".into() } else { format!("    {l}\n") })
        .collect()
}

#[test]
fn every_form() {
    for s in FORMS.split("----\n") {
        let mark = |m: &str| s.starts_with(m);
        let (only_async, only_function, no_nested) = (mark("#async"), mark("#function"), mark("#module"));
        let no_class = no_nested || mark("#noclass");
        let body = indent(s);
        if !only_async && !only_function {
            code(s);
            code(&format!("def f():\n    pass\nif f():\n{body}"));
            if !no_class {
                code(&format!("class C:\n{body}"));
                code(&format!("def f():\n    class C:\n{}", indent(&body)));
            }
        }
        if no_nested {
            continue;
        }
        if !only_async {
            code(&format!("def f(p, q=1, *, k=2):\n    yield p\n{body}"));
            code(&format!("def f(p, *args, **kw):\n{body}"));
            code(&format!(
                "def f(p):\n    for i in p:\n        try:\n{}        finally:\n            del p\n",
                indent(&indent(&body))
            ));
            code(&format!(
                "def f(p):\n    while p:\n        with p as q, q:\n{}    else:\n        return 1\n",
                indent(&indent(&body))
            ));
            code(&format!(
                "def f(p):\n    try:\n        p()\n    except p as e:\n{}    else:\n        p = 3\n    finally:\n        p()\n",
                indent(&body)
            ));
            code(&format!("def f(p):\n    try:\n        p()\n    finally:\n{}", indent(&body)));
        }
        code(&format!("async def f(p):\n{body}"));
        if !s.contains("yield from") && !s.contains("return 1") && !s.contains("return x") {
            code(&format!("async def f(p):\n    yield p\n{body}"));
        }
        code(&format!(
            "async def f(p):\n    async for i in p:\n        async with i as j, j:\n{}",
            indent(&indent(&body))
        ));
    }
}
#[test]
fn names_and_closures() {
    let m = code("def f(a):\n    b = a\n    def g():\n        nonlocal b\n        b += a\n        return b\n    return g\n");
    let f = inner(&m, 0);
    assert_eq!(f.cellvars.iter().map(|c| &*c.0).collect::<Vec<_>>(), ["a", "b"]);
    let g = inner(f, 0);
    assert_eq!(g.freevars.len(), 2);
    assert_eq!(&*g.qualname, "f.<locals>.g");
    let m = code("class A:\n    def m(self):\n        return super().m(), __class__\n    __x = 1\n");
    assert_eq!(count(inner(inner(&m, 0), 0), Op::LoadSuperMethod), 1);
    assert!(inner(&m, 0).names.iter().any(|n| &**n == "_A__x"));
}
#[test]
fn globals_of_a_class_body() {
    let m = code("def f():\n    x = 1\n    class C:\n        global x\n        x = 2\n        def m(self): return x\n");
    let class = inner(inner(&m, 0), 0);
    assert_eq!(count(class, Op::StoreGlobal), 1);
    assert_eq!(count(inner(class, 0), Op::LoadDeref), 1);
}
#[test]
fn generators_are_guarded() {
    for s in [
        "def f():\n    yield\n",
        "f = lambda: (yield)\n",
        "(x for x in y)\n",
        "async def f(): pass\n",
    ] {
        let m = code(s);
        let f = inner(&m, 0);
        let start = ops(f).iter().position(|o| *o == Op::ReturnGenerator).expect("a generator") as u32;
        assert!(f.handlers.iter().any(|h| h.start == start), "{s}");
        assert_eq!(count(f, Op::Intrinsic1), 1, "{s}");
    }
    assert_eq!(count(inner(&code("f = lambda: (yield)\n"), 0), Op::ReturnConst), 0);
}
#[test]
fn bound_locals() {
    let m = code("def f(c):\n    if c:\n        x = 1\n    else:\n        x = 2\n    return x + c\n");
    assert_eq!(count(inner(&m, 0), Op::CheckBound), 0);
    let m = code("def f(c):\n    if c:\n        x = 1\n    return x\n");
    assert_eq!(count(inner(&m, 0), Op::CheckBound), 1);
    let m = code("def f(c):\n    try:\n        x = c()\n    except c:\n        pass\n    return x\n");
    assert_eq!(count(inner(&m, 0), Op::CheckBound), 1);
    let m = code("def f(c):\n    for x in c:\n        pass\n    return x\n");
    assert_eq!(count(inner(&m, 0), Op::CheckBound), 1);
}
#[test]
fn dead_code() {
    let m = code("def f():\n    if 0:\n        yield 1\n    while True:\n        pass\n    return 3\n");
    let f = inner(&m, 0);
    assert!(f.flags & flags::GENERATOR != 0);
    assert_eq!(count(f, Op::Yield), 0);
    let opts = Options {
        optimize: 2,
        ..Options::default()
    };
    let m = code_with("'doc'\nassert x\nif __debug__:\n    y\nelse:\n    z\n", Mode::Exec, opts);
    assert_eq!(count(&m, Op::LoadName), 1);
    assert_eq!(count(&m, Op::LoadConst), 0);
}
#[test]
fn lazy_annotations() {
    let m = code("def f(x: int, *a: str) -> 'z': pass\nclass C:\n    y: f = 1\n    if y:\n        w: int\n");
    let a = inner(&m, 0);
    assert_eq!(
        (&*a.name, &*a.qualname, &*a.varnames[0]),
        ("__annotate__", "f.__annotate__", "format")
    );
    let c = inner(&m, 2);
    let a = inner(c, 0);
    assert_eq!((&*a.qualname, &*a.varnames[0]), ("C.__annotate__", "format"));
    assert!(c.names.iter().any(|n| &**n == "__annotate_func__"));
    assert!(c.names.iter().any(|n| &**n == "__conditional_annotations__"));
    let opts = Options {
        future_annotations: true,
        ..Options::default()
    };
    let m = code_with("def f(x: a.b | c): pass\nx: int = 1\n", Mode::Exec, opts);
    assert_eq!(count(&m, Op::SetupAnnotations), 1);
    let m = code("x: int\nprint()\nif y:\n    z: str\n");
    // It is there before the module's statements run.
    let at = |op: Op| ops(&m).iter().position(|o| *o == op);
    assert!(at(Op::MakeFunction) < at(Op::Call));
    assert_eq!(count(&m, Op::SetAdd), 2);
    assert_eq!(count(inner(&m, 0), Op::JumpIfIn), 2);
}
#[test]
fn type_parameters() {
    let m = code("class A[T: int, *Ts, **P = [int]](B[T], k=1):\n    def f[U](self, x: T = 1, *, y: U = 2) -> P: pass\n");
    let p = inner(&m, 0);
    assert_eq!(&*p.name, "<generic parameters of A>");
    assert!(p.cellvars.iter().any(|c| &*c.0 == ".type_params"));
    code("type X = int\ntype L[T] = list[T] | L[int]\nclass C:\n    type X = C\n    def f[T](self) -> X: ...\n");
    code("def f[T: (int, str) = int](x: T) -> T:\n    return lambda: T\n");
}
#[test]
fn interactive_and_eval() {
    let m = code_with("1 + x", Mode::Eval, Options::default());
    assert_eq!(ops(&m).last(), Some(&Op::Return));
    let m = code_with("x\n", Mode::Single, Options::default());
    assert_eq!(count(&m, Op::Intrinsic1), 1);
    let m = code_with("for i in x:\n    i\n    1\n    def f(): i\n", Mode::Single, Options::default());
    assert_eq!(count(&m, Op::Intrinsic1), 2);
    assert_eq!(count(inner(&m, 0), Op::Intrinsic1), 0);
    let opts = Options {
        allow_top_level_await: true,
        ..Options::default()
    };
    let m = code_with("await x\n", Mode::Exec, opts);
    assert!(m.flags & flags::COROUTINE != 0);
}
#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("-", ""),
        ("not ", ""),
        ("lambda: ", ""),
        ("x if y else ", ""),
        ("{1:", "}"),
        ("f(", ")"),
    ] {
        let n = 100_000;
        let s = format!("x = {}x{}\n", open.repeat(n), close.repeat(n));
        let e = error(&s);
        assert!(e.contains("too many nested") || e.contains("too complex"), "{open}: {e}");
    }
    let s = format!("x = {}1\n", "1+".repeat(100_000));
    let _ = compile(&s, "<t>", Mode::Exec, Options::default());
    let s = format!("x = a{}\n", ".b".repeat(100_000));
    let _ = compile(&s, "<t>", Mode::Exec, Options::default());
    let s = format!("x = '#'\nx = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    assert!(error(&s).contains("too many nested"));
    let s: String = (0..=100).map(|i| format!("{}if x:\n", " ".repeat(i))).collect();
    assert_eq!(error(&format!("{s}{}pass\n", " ".repeat(101))), "too many levels of indentation");
    let loops = |n: usize| (0..n).map(|i| format!("{}while x:\n", " ".repeat(i))).collect::<String>() + &" ".repeat(n) + "pass\n";
    code(&loops(21));
    assert_eq!(error(&loops(22)), "too many statically nested blocks");
    let s = format!("x = {}1{}\n", "(".repeat(201), ")".repeat(201));
    assert_eq!(error(&s), "too many nested parentheses");
    let s = format!("x = {}1{}, '{}'\n", "(".repeat(199), ")".repeat(199), "(".repeat(300));
    code(&s);
}
#[test]
fn long_code() {
    let body = "    x = f(x) + x.y\n".repeat(40_000);
    code(&format!("def g(x):\n  for i in x:\n{body}"));
    let list: String = (0..70_000).map(|i| format!("{i}.5,")).collect();
    assert!(error(&format!("x = [{}]", list.replace(".5,", ".5+y,"))).contains("too many"));
    code(&format!("x = [{list}]"));
}

/// Compiles all of a library: `VASUKI_LIBRARY=.../Lib cargo test -p vasuki-compiler library -- --ignored`
#[test]
#[ignore = "needs a library"]
fn library() {
    let root = std::env::var_os("VASUKI_LIBRARY").expect("VASUKI_LIBRARY names a folder");
    let mut folders = vec![std::path::PathBuf::from(root)];
    let (mut files, mut bad) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "py") {
                files += 1;
                let name = path.display().to_string();
                let run = std::panic::catch_unwind(|| {
                    let bytes = std::fs::read(&path).map_err(|e| e.to_string())?;
                    let text = crate::source::decode(&bytes, &name).map_err(|e| format!("{e:?}"))?;
                    let c = compile(&text, &name, Mode::Exec, Options::default()).map_err(|e| format!("{e:?}"))?;
                    validate::validate(&c)?;
                    dataflow::check(&c)?;
                    let back = serial::decode(&serial::encode(&c)).map_err(|e| format!("{e:?}"))?;
                    if back == c {
                        Ok(())
                    } else {
                        Err("not the same after serialization".to_owned())
                    }
                });
                match run {
                    Ok(Ok(())) => {}
                    Ok(Err(e)) => bad.push(format!("{name}: {e}")),
                    Err(_) => bad.push(format!("{name}: panic")),
                }
            }
        }
    }
    assert!(bad.is_empty(), "{} of {files}:\n{}", bad.len(), bad.join("\n"));
}
