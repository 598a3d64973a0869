//! What a user sees of the command line: what is run, options, environment, exit codes, messages, the code cache.

mod common;

use common::{Folder, run, run_with, vasuki};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const ARGV: &str = "import sys; print(sys.argv, __name__)";

#[test]
fn command() {
    run(&["-c", ARGV, "a", "-O"]).prints("['-c', 'a', '-O'] __main__\n").quiet();
    run(&["-cprint(1)"]).prints("1\n");
    run(&["-c", "import sys; print(sys.path[0] == '')"]).prints("True\n");
    run(&["-c", "  if True:\n    print('indented')"]).prints("indented\n");
    run(&["-c"]).exits(2).complains("Argument expected for the -c option");
}

#[test]
fn file() {
    let d = Folder::new();
    let f = d.file("prog.py", format!("{ARGV}\nprint(__file__, sys.path[0], __spec__)\n"));
    let (f, dir) = (f.to_str().unwrap(), d.path().to_str().unwrap());
    let expected = format!("['{f}', 'x', '--help'] __main__\n{f} {dir} None\n");
    run(&[f, "x", "--help"]).prints(&expected).quiet();
    // A relative path is made absolute.
    let expected = format!("['prog.py'] __main__\n{f} {dir} None\n");
    run_with(vasuki().current_dir(d.path()).arg("prog.py"), b"").prints(&expected);
}

#[test]
fn module() {
    let d = Folder::new();
    d.file("mod.py", ARGV);
    d.file("pkg/__init__.py", "");
    d.file("pkg/__main__.py", "import sys; print('main of', __package__, sys.argv[1:])");
    d.file("bare/__init__.py", "");
    let at = |args: &[&str]| run_with(vasuki().current_dir(d.path()).args(args), b"");
    let file = d.path().join("mod.py");
    at(&["-m", "mod", "1"]).prints(&format!("['{}', '1'] __main__\n", file.display()));
    at(&["-mpkg", "-c"]).prints("main of pkg ['-c']\n");
    at(&["-m", "bare"])
        .exits(1)
        .complains("No module named bare.__main__; 'bare' is a package and cannot be directly executed");
    at(&["-m", "nothing"]).exits(1).complains("No module named nothing");
    let json = run_with(vasuki().args(["-m", "json.tool", "--compact"]), b"{\"a\": [1, 2]}");
    json.prints("{\"a\":[1,2]}\n");
}

#[test]
fn standard_input() {
    run_with(&mut vasuki(), b"print('piped')").prints("piped\n");
    run_with(vasuki().args(["-", "arg"]), ARGV.as_bytes()).prints("['-', 'arg'] __main__\n");
    run_with(&mut vasuki(), b"").prints("");
    run_with(&mut vasuki(), b"def f(:\n")
        .exits(1)
        .complains("  File \"<stdin>\", line 1\n    def f(:\n");
    run_with(vasuki().args(["-c", "print(input('? '), input())"]), b"one\ntwo\n").prints("? one two\n");
    run_with(vasuki().args(["-c", "input()"]), b"")
        .exits(1)
        .complains("EOFError: EOF when reading a line");
}

#[test]
fn folder_and_zip() {
    let d = Folder::new();
    d.file("app/__main__.py", format!("import helper\n{ARGV}\nprint(helper.x)"));
    d.file("app/helper.py", "x = 'helped'");
    d.file("empty/readme", "");
    let zip = "import zipfile\nwith zipfile.ZipFile('app.zip', 'w', zipfile.ZIP_DEFLATED) as z:\n    z.write('app/__main__.py', '__main__.py')\n    z.write('app/helper.py', 'helper.py')\n";
    let at = |args: &[&str]| run_with(vasuki().current_dir(d.path()).args(args), b"");
    at(&["-c", zip]).prints("");
    at(&["app", "1"]).prints("['app', '1'] __main__\nhelped\n");
    at(&["app.zip", "2"]).prints("['app.zip', '2'] __main__\nhelped\n");
    at(&["empty"]).exits(1).complains("can't find '__main__' module in 'empty'");
    at(&["-c", "import sys; sys.path.insert(0, 'app.zip'); import helper; print(helper.x)"]).prints("helped\n");
}

#[test]
fn bad_files() {
    let d = Folder::new();
    run_with(vasuki().current_dir(d.path()).arg("missing.py"), b"")
        .exits(2)
        .complains("missing.py': [Errno 2] No such file or directory");
    std::os::unix::fs::symlink("loop.py", d.path().join("loop.py")).unwrap();
    run_with(vasuki().arg(d.path().join("loop.py")), b"")
        .exits(2)
        .complains("[Errno 40]");
    let secret = d.file("secret.py", "print(1)");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o0)).unwrap();
    // The superuser may read everything.
    if std::fs::read(&secret).is_err() {
        run_with(vasuki().arg(&secret), b"")
            .exits(2)
            .complains("[Errno 13] Permission denied");
    }
    let bytes = d.file("bytes.py", b"x = 1\nprint('\xff')\n");
    run_with(vasuki().arg(bytes), b"")
        .exits(1)
        .complains("Non-UTF-8 code starting with '\\xff' on line 2");
    let latin = d.file("latin.py", b"# coding: latin-1\nprint(ascii('\xe9'))\n");
    run_with(vasuki().arg(latin), b"").prints("'\\xe9'\n");
    let nul = d.file("nul.py", b"x = 1\0\n");
    run_with(vasuki().arg(nul), b"").exits(1).complains("cannot contain null bytes");
    let crlf = d.file("crlf.py", "if True:\r\n    print('''a\r\nb''')\r\n");
    run_with(vasuki().arg(crlf), b"").prints("a\nb\n");
    let bom = d.file("bom.py", b"\xef\xbb\xbfprint('bom')");
    run_with(vasuki().arg(bom), b"").prints("bom\n");
}

#[test]
fn errors_of_programs() {
    let d = Folder::new();
    let f = d.file("syntax.py", "x = 1\nif x\n    pass\n");
    let text = format!(
        "  File \"{}\", line 2\n    if x\n        ^\nSyntaxError: expected ':'\n",
        f.display()
    );
    let r = run_with(vasuki().arg(&f), b"");
    r.exits(1);
    assert_eq!(r.stderr, text);
    let f = d.file("fails.py", "def f(n):\n    return 1 / n\n\nprint('before')\nf(0)\n");
    let r = run_with(vasuki().arg(&f), b"");
    r.exits(1).says("before\n");
    let name = f.display();
    let expected = format!(
        "Traceback (most recent call last):\n  File \"{name}\", line 5, in <module>\n    f(0)\n    ~^^^\n  File \"{name}\", line 2, in f\n    return 1 / n\n           ~~^~~\nZeroDivisionError: division by zero\n"
    );
    assert_eq!(r.stderr, expected);
}

#[test]
fn exit_codes() {
    let code = |text: &str| run(&["-c", text]).code;
    assert_eq!(code("import sys; sys.exit(3)"), 3);
    assert_eq!(code("raise SystemExit"), 0);
    assert_eq!(code("raise SystemExit(None)"), 0);
    assert_eq!(code("raise SystemExit(True)"), 1);
    assert_eq!(code("raise SystemExit(-1)"), 255);
    assert_eq!(code("raise SystemExit(263)"), 7);
    assert_eq!(code("1/0"), 1);
    assert_eq!(code("import os; os._exit(9)"), 9);
    assert_eq!(code("import os; os.abort()"), -6);
    assert_eq!(code("raise KeyboardInterrupt"), -2);
    assert_eq!(code("import sys, atexit; atexit.register(sys.exit, 9)"), 0);
    let r = run(&["-c", "import sys; sys.exit('a message')"]);
    r.exits(1);
    assert_eq!(r.stderr, "a message\n");
    run(&["-c", "import sys; sys.exit((1, 2))"]).exits(1).complains("(1, 2)\n");
    // What is left in buffers is written, whatever the way out.
    run(&["-c", "import sys; sys.stdout.write('kept'); sys.exit(4)"])
        .exits(4)
        .says("kept");
    run(&["-c", "print('kept'); 1/0"]).exits(1).says("kept");
}

#[test]
fn options() {
    run(&["-O", "-c", "assert 0; print(__debug__)"]).prints("False\n");
    run(&[
        "-OO",
        "-c",
        "def f(): 'doc'\nassert 0\nprint(f.__doc__, __import__('sys').flags.optimize)",
    ])
    .prints("None 2\n");
    run(&["-S", "-c", "import sys; print('site' in sys.modules)"]).prints("False\n");
    run(&["-c", "import sys; print('site' in sys.modules)"]).prints("True\n");
    run(&["-P", "-c", "import sys; print('' in sys.path)"]).prints("False\n");
    run(&["-s", "-c", "import sys; print(sys.flags.no_user_site)"]).prints("1\n");
    run(&["-u", "-c", "import sys; print(sys.stdout.write_through, sys.stderr.write_through)"]).prints("True True\n");
    run(&["-Ou", "-c", "import sys, os; sys.stdout.write('seen'); os._exit(0)"]).prints("seen");
    run(&["-B", "-c", "import sys; print(sys.dont_write_bytecode)"]).prints("True\n");
    run(&["-q", "-c", "import sys; print(sys.flags.quiet)"]).prints("1\n");
    run(&["-v", "-c", "import json"]).exits(0).complains("import 'json' #");
    run(&["-bb", "-c", "str(b'')"])
        .exits(1)
        .complains("BytesWarning: str() on a bytes instance");
    run(&["-b", "-c", "b'' == ''"])
        .exits(0)
        .complains("BytesWarning: Comparison between bytes and string");
    let d = Folder::new();
    let f = d.file("x.py", "#!/bin/sh garbage that is (no Python\nprint('second line')");
    run(&["-x", f.to_str().unwrap()]).prints("second line\n");
    run(&["-Z"]).exits(2).complains("unknown option -Z").complains("usage: ");
    run(&["--nonsense"]).exits(2).complains("unknown option --nonsense");
}

#[test]
fn warnings() {
    let warn = "import warnings; warnings.warn('careful'); print('on')";
    run(&["-c", warn]).prints("on\n").complains("<string>:1: UserWarning: careful\n");
    run(&["-W", "ignore", "-c", warn]).prints("on\n").quiet();
    run(&["-Werror", "-c", warn]).exits(1).complains("UserWarning: careful");
    run(&["-W", "error", "-W", "ignore:care", "-c", warn]).prints("on\n").quiet();
    run(&["-W", "nonsense", "-c", "print(1)"])
        .prints("1\n")
        .complains("Invalid -W option ignored: invalid action: 'nonsense'");
    run_with(vasuki().env("PYTHONWARNINGS", "error").args(["-c", warn]), b"").exits(1);
    run_with(vasuki().env("PYTHONWARNINGS", "error").args(["-Wignore", "-c", warn]), b"")
        .prints("on\n")
        .quiet();
}

#[test]
fn implementation_options() {
    run(&["-X", "dev", "-c", "import sys; print(sys.flags.dev_mode, sys.warnoptions)"]).prints("True ['default']\n");
    run(&["-X", "a=b", "-Xc", "-c", "import sys; print(sys._xoptions)"]).prints("{'a': 'b', 'c': True}\n");
    run(&["-X", "utf8", "-c", "import sys; print(sys.flags.utf8_mode)"]).prints("1\n");
    run(&["-X", "int_max_str_digits=1000", "-c", "str(10 ** 2000)"])
        .exits(1)
        .complains("Exceeds the limit (1000 digits)");
    run(&["-X", "int_max_str_digits=5", "-c", "1"])
        .exits(2)
        .complains("int_max_str_digits");
}

#[test]
fn help_and_version() {
    let help = run(&["--help"]);
    help.exits(0).says("usage: vasuki").says("--max-heap").says("--conflicts").quiet();
    assert_eq!(run(&["-h"]).stdout, help.stdout);
    for o in ["-V", "--version"] {
        let r = run(&[o]);
        assert!(r.code == 0 && r.stdout.starts_with("Python 3.14."), "{r:?}");
    }
    run(&["-VV"]).exits(0).says("vasuki");
}

#[test]
fn environment() {
    let show = |name: &str, value: &str, options: &[&str], what: &str| {
        let text = format!("import sys; print({what})");
        run_with(vasuki().env(name, value).args(options).args(["-c", &text]), b"").stdout
    };
    let path = |options: &[&str]| show("PYTHONPATH", "/one:/two", options, "sys.path[:3]");
    assert_eq!(path(&[]), "['', '/one', '/two']\n");
    assert!(!path(&["-E"]).contains("/one"));
    assert!(!path(&["-I"]).contains("/one"));
    assert_eq!(show("PYTHONOPTIMIZE", "2", &[], "sys.flags.optimize"), "2\n");
    assert_eq!(show("PYTHONOPTIMIZE", "1", &["-E"], "sys.flags.optimize"), "0\n");
    assert_eq!(show("PYTHONSAFEPATH", "1", &[], "'' in sys.path"), "False\n");
    assert_eq!(show("PYTHONUNBUFFERED", "1", &[], "sys.stdout.write_through"), "True\n");
    assert_eq!(show("PYTHONDONTWRITEBYTECODE", "1", &[], "sys.dont_write_bytecode"), "True\n");
    assert_eq!(show("PYTHONDONTWRITEBYTECODE", "", &[], "sys.dont_write_bytecode"), "False\n");
    assert_eq!(show("PYTHONDEVMODE", "1", &[], "sys.flags.dev_mode"), "True\n");
    assert_eq!(
        show("PYTHONIOENCODING", "latin-1:replace", &[], "sys.stdout.encoding, sys.stdout.errors"),
        "latin-1 replace\n"
    );
    let hash = |seed: &str| show("PYTHONHASHSEED", seed, &[], "hash('text')");
    assert_eq!(hash("1"), hash("1"));
    assert_ne!(hash("1"), hash("2"));
    assert_ne!(hash("random"), hash("random"));
    run_with(vasuki().env("PYTHONHASHSEED", "x").args(["-c", ""]), b"")
        .exits(2)
        .complains("PYTHONHASHSEED");
    run(&[
        "-I",
        "-c",
        "import sys; f = sys.flags; print(f.isolated, f.safe_path, f.no_user_site, f.ignore_environment)",
    ])
    .prints("1 True 1 1\n");
}

#[test]
fn inspecting_needs_a_terminal_or_reads_the_rest() {
    let r = run_with(vasuki().args(["-i", "-c", "x = 41"]), b"print(x + 1)\n");
    r.exits(0).says("42");
    let r = run_with(
        vasuki().args(["-i", "-c", "y = 1; 1/0"]),
        b"print(y, 'still there')\nraise SystemExit(5)\n",
    );
    r.exits(5).says("1 still there").complains("ZeroDivisionError");
    let r = run_with(
        vasuki().args(["-iq", "-"]),
        b"1 + 1\nfor i in range(2):\n    print('i', i)\n\n1/0\n_\n",
    );
    r.exits(0).says("2\n").says("i 0\n").complains("ZeroDivisionError");
    let r = run_with(
        vasuki().args(["-iq", "-c", "import os"]),
        b"print('before')\nos.close(0)\nprint('after')\n",
    );
    r.says("before");
}

#[test]
fn own_options() {
    run(&["--stats", "-c", "print(1)"])
        .prints("1\n")
        .complains("transactions: ")
        .complains("collections: ");
    let spin = "def spin():\n    for i in range(3000000): pass\nspin()";
    run(&["--stats", "-c", spin])
        .exits(0)
        .complains("% of the time in spin (<string>, line 1)");
    run(&["--dis", "-c", "print(1 + x)"])
        .exits(0)
        .says("LoadName")
        .says("<module>")
        .quiet();
    let d = Folder::new();
    let f = d.file("f.py", "def f(a):\n    return a\n");
    run(&["--dis", f.to_str().unwrap()]).exits(0).says("code f").says("Return");
    run(&["--dis", "-c", "x ="]).exits(1).complains("SyntaxError: invalid syntax");
    run(&["--dis", "/no/such/file"]).exits(2).complains("can't open file");
    run(&["--max-heap", "lots", "-c", ""]).exits(2).complains("--max-heap wants a size");
}

#[test]
fn heap_limit() {
    for grow in [
        "x = []\nwhile True: x.append([0] * 100)",
        "x = {}\nwhile True: x[len(x)] = str(len(x))",
        "x = 'x'\nwhile True: x += x",
        "x = b'x'\nwhile True: x = x + x",
        "x = bytearray(b'x')\nwhile True: x += x",
        "x = [0]\nwhile True: x = x * 2",
        "x = set()\nwhile True: x.add(float(len(x)))",
        "x = 1\nn = 1\nwhile True: x <<= n; n *= 2",
        "x = (0,)\nwhile True: x = x + x",
        "x = [None]\nwhile True: x.extend(x)",
        "x = list(range(10 ** 9))",
        "x = bytes(10 ** 9)",
        "x = 'ab' * 10 ** 9",
        "x = [i for i in range(10 ** 9)]",
        "x = None\nwhile True: x = (x, x)",
        "x = 'a'\nwhile True: x = f'{x}{x}'",
        "class C: pass\nx = None\nwhile True:\n  c = C(); c.x = x; x = c",
        "x = open('/dev/zero', 'rb').read()",
        "import io; x = io.BytesIO()\nwhile True: x.write(b'x' * 100000)",
        "import io; x = io.StringIO()\nwhile True: x.write('x' * 100000)",
        "import collections; x = collections.deque()\nwhile True: x.append(1.5)",
        "x = []\nwhile True: x.append(bytearray(1000000))",
    ] {
        let indented = grow.replace('\n', "\n    ");
        let text = format!(
            "def f():\n  try:\n    {indented}\n  except MemoryError as e:\n    return 'caught'\nprint(f())\nprint(sum([len(str(i)) for i in range(100000)]))\n"
        );
        let r = run(&["--max-heap", "100M", "-c", &text]);
        assert!(r.code == 0 && r.stdout == "caught\n488890\n", "{grow}: {r:#?}");
    }
}

/// Files in `__pycache__` beside a module.
fn caches(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.join("__pycache__")) else {
        return Vec::new();
    };
    let mut all: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn code_cache() {
    let d = Folder::new();
    d.file("cached.py", "def f():\n    return 'first'\n");
    let import = || {
        run_with(
            vasuki()
                .env_remove("PYTHONDONTWRITEBYTECODE")
                .current_dir(d.path())
                .args(["-c", "import cached; print(cached.f())"]),
            b"",
        )
    };
    import().prints("first\n").quiet();
    let files = caches(d.path());
    assert_eq!(files.len(), 1, "{files:?}");
    let cache = &files[0];
    assert!(
        cache.to_string_lossy().ends_with("cached.vasuki-314.pyc"),
        "another name than CPython's: {cache:?}"
    );
    let good = std::fs::read(cache).unwrap();
    // A used cache is not written again.
    let made = std::fs::metadata(cache).unwrap().modified().unwrap();
    import().prints("first\n");
    assert_eq!(std::fs::metadata(cache).unwrap().modified().unwrap(), made);
    // Damage of any kind means that the source is compiled again.
    let mut damaged: Vec<Vec<u8>> = (0..good.len())
        .step_by(7)
        .map(|i| {
            let mut b = good.clone();
            b[i] ^= 0x41;
            b
        })
        .collect();
    damaged.extend([
        Vec::new(),
        good[..10].to_vec(),
        good[..40].to_vec(),
        good[..good.len() - 1].to_vec(),
        vec![0; 500],
    ]);
    damaged.push([&good[..], b"more"].concat());
    damaged.push([&good[..16], b"(\x01\x00\x00\x00N"].concat());
    for b in damaged {
        std::fs::write(cache, &b).unwrap();
        import().prints("first\n").quiet();
        assert_eq!(std::fs::read(cache).unwrap(), good, "written again");
    }
    // A changed source is compiled again.
    d.file("cached.py", "def f():\n    return 'second, longer'\n");
    import().prints("second, longer\n");
    // Where nothing can be written, nothing is.
    std::fs::remove_dir_all(d.path().join("__pycache__")).unwrap();
    d.file("__pycache__", "a file is in the way");
    import().prints("second, longer\n").quiet();
    std::fs::remove_file(d.path().join("__pycache__")).unwrap();
    let quiet = run_with(vasuki().current_dir(d.path()).args(["-c", "import cached; print(cached.f())"]), b"");
    quiet.prints("second, longer\n");
    assert!(caches(d.path()).is_empty());
    // Without its source a compiled file beside it runs.
    run_with(vasuki().current_dir(d.path()).args(["-m", "compileall", "-q", "-b", "."]), b"").exits(0);
    std::fs::remove_file(d.path().join("cached.py")).unwrap();
    import().prints("second, longer\n");
    run_with(vasuki().current_dir(d.path()).args(["cached.pyc"]), b"").prints("");
}

#[test]
fn streams_that_fail() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut c = vasuki();
    c.args(["-c", "print('lost')"]).stdout(full());
    let out = c.stderr(std::process::Stdio::piped()).output().unwrap();
    let text = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(120), "{text}");
    assert!(
        text.contains("Exception ignored") && text.contains("OSError: [Errno 28] No space left on device"),
        "{text}"
    );
    let mut c = vasuki();
    c.args(["-c", "import sys; print('lost', flush=True)"]).stdout(full());
    let out = c.stderr(std::process::Stdio::piped()).output().unwrap();
    assert!(matches!(out.status.code(), Some(1 | 120)), "{out:?}");
    // Closed streams are None.
    let text = "import sys, os; os.write(1, repr((sys.stdin, sys.stderr)).encode())";
    let mut c = std::process::Command::new("sh");
    c.args(["-c", &format!("{} -c '{text}' <&- 2>&-", env!("CARGO_BIN_EXE_vasuki"))]);
    run_with(&mut c, b"").prints("(None, None)");
    let mut c = std::process::Command::new("sh");
    c.args(["-c", &format!("{} -c 'print(1)' >&-", env!("CARGO_BIN_EXE_vasuki"))]);
    run_with(&mut c, b"").exits(0);
    // A reader that goes away.
    let mut c = std::process::Command::new("sh");
    let loop_ = "for i in range(10 ** 6): print(i)";
    c.args(["-c", &format!("{} -c '{loop_}' | head -1", env!("CARGO_BIN_EXE_vasuki"))]);
    run_with(&mut c, b"").prints("0\n").complains("BrokenPipeError");
}
