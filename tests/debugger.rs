//! What a user of a debugger, a profiler or a coverage tool sees. The sessions are as those of CPython.

mod common;

use common::{Folder, run_with, vasuki};

const PROGRAM: &str = r#"def fact(n):
    if n <= 1:
        return 1
    return n * fact(n - 1)

def main():
    total = 0
    for i in range(4):
        total += fact(i)
    print("total", total)
    return total

main()
print("end")
"#;

/// Runs a program in a folder of its own, whose name is DIR in what it prints.
fn session(options: &[&str], program: &str, input: &str) -> String {
    let d = Folder::new();
    d.file("prog.py", program);
    let out = run_with(vasuki().current_dir(d.path()).args(options).arg("prog.py"), input.as_bytes());
    let dir = d.path().canonicalize().expect("the folder is there");
    out.stdout.replace(&format!("{}/", dir.display()), "DIR/")
}

#[test]
fn pdb_commands() {
    let commands = r#"b fact, n == 3
c
p n
w
a
u
p total
d
s
n
r
b 10
commands 2
p total
silent
end
tbreak 14
c
total = 40
n
pp {"t": total}
unt 11
j 10
n
c
c
q
"#;
    let expected = r#"> DIR/prog.py(1)<module>()
-> def fact(n):
(Pdb) Breakpoint 1 at DIR/prog.py:2
(Pdb) > DIR/prog.py(2)fact()
-> if n <= 1:
(Pdb) 3
(Pdb)   /vasuki/lib/python3.14/bdb.py(913)run()
-> exec(cmd, globals, locals)
  <string>(1)<module>()
  DIR/prog.py(13)<module>()
-> main()
  DIR/prog.py(9)main()
-> total += fact(i)
> DIR/prog.py(2)fact()
-> if n <= 1:
(Pdb) n = 3
(Pdb) > DIR/prog.py(9)main()
-> total += fact(i)
(Pdb) 4
(Pdb) > DIR/prog.py(2)fact()
-> if n <= 1:
(Pdb) > DIR/prog.py(4)fact()
-> return n * fact(n - 1)
(Pdb) --Return--
> DIR/prog.py(4)fact()->6
-> return n * fact(n - 1)
(Pdb) > DIR/prog.py(8)main()
-> for i in range(4):
(Pdb) Breakpoint 2 at DIR/prog.py:10
(Pdb) (com) (com) (com) (Pdb) Breakpoint 3 at DIR/prog.py:14
(Pdb) 10
(Pdb) (Pdb) total 40
> DIR/prog.py(11)main()
-> return total
(Pdb) {'t': 40}
(Pdb) *** "until" line number is smaller than current line number
(Pdb) > DIR/prog.py(10)main()
-> print("total", total)
(Pdb) total 40
> DIR/prog.py(11)main()
-> return total
(Pdb) Deleted breakpoint 3 at DIR/prog.py:14
> DIR/prog.py(14)<module>()
-> print("end")
(Pdb) end
The program finished and will be restarted
> DIR/prog.py(1)<module>()
-> def fact(n):
(Pdb) "#;
    assert_eq!(session(&["-m", "pdb"], PROGRAM, commands), expected);
}

#[test]
fn pdb_post_mortem() {
    let program = "def f(x):\n    y = x - 1\n    return 1 / y\nf(1)\n";
    let out = session(&["-m", "pdb"], program, "c\np y\nu\np y\nq\n");
    let expected = "Uncaught exception. Entering post mortem debugging\nRunning 'cont' or 'step' will restart the program\n\
        > DIR/prog.py(3)f()\n-> return 1 / y\n(Pdb) 0\n(Pdb) > DIR/prog.py(4)<module>()\n-> f(1)\n\
        (Pdb) *** NameError: name 'y' is not defined\n(Pdb) ";
    assert!(out.contains(expected), "{out}");
}

#[test]
fn breakpoint_in_the_program() {
    let program = "def f(a):\n    c = a * 2\n    breakpoint()\n    return c\nprint(f(21))\n";
    let out = session(&[], program, "p c\nn\nc\n");
    let expected = "> DIR/prog.py(3)f()\n-> breakpoint()\n(Pdb) 42\n(Pdb) > DIR/prog.py(4)f()\n-> return c\n(Pdb) ";
    assert!(out.starts_with(expected), "{out}");
    // A variable with the name of a command is set with an exclamation mark.
    let out = session(&[], program, "!c = 7\nc\n");
    assert!(out.ends_with("7\n"), "{out}");
}

#[test]
fn profile_of_calls() {
    let out = session(&["-m", "cProfile", "-s", "calls"], PROGRAM, "");
    for line in ["7/4 ", "prog.py:1(fact)", "prog.py:6(main)", "{built-in method builtins.print}"] {
        assert!(out.contains(line), "{line} in {out}");
    }
}

#[test]
fn lines_that_run() {
    let d = Folder::new();
    let f = d.file("prog.py", PROGRAM);
    let dir = d.path().to_str().expect("a plain name");
    run_with(vasuki().args(["-m", "trace", "--count", "-C", dir]).arg(&f), b"").prints("total 10\nend\n");
    let cover = std::fs::read_to_string(d.path().join("prog.cover")).expect("the counts are written");
    let expected = "    1: def fact(n):\n    7:     if n <= 1:\n    4:         return 1\n    3:     return n * fact(n - 1)\n";
    assert!(cover.starts_with(expected), "{cover}");
}

#[test]
fn tracebacks_of_crashes_and_signals() {
    let program = "import faulthandler, os, signal, sys\ndef f():\n    faulthandler.dump_traceback(sys.stdout)\nf()\n\
        faulthandler.register(signal.SIGUSR1, sys.stdout)\nos.kill(os.getpid(), signal.SIGUSR1)\n\
        faulthandler.dump_traceback_later(0.3, file=open('late', 'w')); late = open('late')\n\
        while '<module>' not in (late.seek(0), late.read())[1]: abs(1)\nprint(open('late').read())\n";
    let d = Folder::new();
    let file = d.file("prog.py", program);
    let shown = |line, name| format!("  File \"{}\", line {line} in {name}\n", file.display());
    let out = run_with(vasuki().arg(&file).current_dir(d.path()), b"");
    let both = shown(3, "f") + &shown(4, "<module>");
    assert!(out.stdout.contains(&both) && out.stdout.contains(&shown(6, "<module>")), "{out:?}");
    assert!(
        out.stdout.contains("Timeout (0:00:00.300000)!\n") && out.stdout.contains(&shown(8, "<module>")),
        "{out:?}"
    );
    let crash = d.file("crash.py", "import faulthandler\nfaulthandler._sigsegv()\n");
    let out = run_with(vasuki().args(["-X", "faulthandler"]).arg(&crash), b"");
    assert_eq!(out.code, -libc::SIGSEGV);
    assert!(
        out.stderr
            .starts_with("Fatal Python error: Segmentation fault\n\nCurrent thread 0x"),
        "{out:?}"
    );
    assert!(out.stderr.contains("line 2 in <module>"), "{out:?}");
}
