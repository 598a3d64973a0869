//! Parsing of the command line: CPython's options and Vasuki's own.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use vasuki_vm::config::Config;

/// What to run.
#[derive(Debug, PartialEq)]
pub enum Target {
    /// `-c TEXT`
    Command(String),
    /// `-m NAME`
    Module(String),
    /// a script file, folder or zip
    File(OsString),
    /// standard input: a REPL if it is a terminal, else a program
    Stdin,
}

/// A parsed command line that runs something.
#[derive(Debug)]
pub struct Run {
    /// what to run
    pub target: Target,
    /// settings for the VM
    pub config: Config,
    /// `--dis`: print the bytecode instead of running
    pub dis: bool,
}

/// Outcome of parsing.
#[derive(Debug)]
pub enum Command {
    /// run a program
    Run(Box<Run>),
    /// print this text and succeed (`--help`, `-V`)
    Print(String),
}

const HELP: &str = "\
vasuki: Python 3.14 on every core.

usage: vasuki [option] ... [-c cmd | -m mod | file | -] [arg] ...

What to run:
  file           a Python file, or a folder or zip file with a __main__.py
  -c cmd         the program text itself (ends the options)
  -m mod         a module of the library or of sys.path, as a script
  -              standard input; without anything: an interactive session on a terminal

Options:
  -B             write no cache files of compiled modules
  -E             ignore PYTHON* environment variables
  -i             go on interactively after the program
  -I             isolated: -E, -P and -s together
  -O, -OO        no assert statements; also no docstrings
  -P             do not put the program's folder on sys.path
  -q             no version message at the start of a session
  -s             no per-user site folder
  -S             do not import site
  -u             unbuffered stdout and stderr
  -v             say where each imported module comes from
  -V, --version  print the version (-VV: more)
  -W arg         control warnings: action:message:category:module:line
  -x             skip the first line of the program
  -X opt         implementation options: dev, utf8, int_max_str_digits=N, ...; to look for bugs of Vasuki itself:
                 gc-every=N, split-every=N, split-inside, abort-every=N, verify-heap, poison, defer
  -h, --help     this text

Vasuki's own options (before the program):
  --stats        when the program ends, print commits, aborts, collections and their times, hot functions
  --conflicts    when the program ends, print which lines of its threads disturb each other, what that costs, what to do;
                 --conflicts=FILE.html writes a page instead, with what each thread did when
  --dis          print the program's bytecode instead of running it
  --max-heap N   MemoryError when the heap grows beyond N bytes (suffix K, M or G)

Environment: PYTHONPATH, PYTHONHASHSEED, PYTHONDONTWRITEBYTECODE, PYTHONUNBUFFERED, PYTHONOPTIMIZE, PYTHONWARNINGS,
PYTHONSAFEPATH, PYTHONINSPECT work as in CPython.

Examples:
  vasuki examples/bank.py           threads move money on all cores
  vasuki -c 'print(2 ** 100)'
  vasuki --stats app.py --port 80   options after the file belong to the program
";

/// What follows the name of an option.
fn attached(arg: &OsStr, name: &str) -> OsString {
    OsStr::from_bytes(&arg.as_bytes()[name.len()..]).into()
}
fn size(text: &str) -> Option<usize> {
    let (digits, factor) = match text.trim_end_matches(['b', 'B']).strip_suffix(['k', 'K', 'm', 'M', 'g', 'G']) {
        Some(d) => (
            d,
            match text.trim_end_matches(['b', 'B']).to_ascii_uppercase().chars().last() {
                Some('K') => 1 << 10,
                Some('M') => 1 << 20,
                _ => 1 << 30,
            },
        ),
        None => (text, 1),
    };
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

/// Parses `argv`, the program name first. Errors are complete messages.
pub fn parse(argv: Vec<OsString>) -> Result<Command, String> {
    let mut c = Config {
        orig_argv: argv.clone(),
        ..Config::default()
    };
    c.executable = std::env::current_exe()
        .map(Into::into)
        .unwrap_or_else(|_| argv.first().cloned().unwrap_or_default());
    let mut target = None;
    let mut rest: Vec<OsString> = Vec::new();
    let mut dis = false;
    let mut version = 0;
    let unknown = |o: &str| {
        Err(format!(
            "unknown option {o}\nusage: vasuki [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `vasuki --help' for more information."
        ))
    };
    let mut i = 1;
    while i < argv.len() && target.is_none() {
        let arg = argv[i].to_string_lossy().into_owned();
        i += 1;
        if arg == "-" {
            rest.push("-".into());
            target = Some(Target::Stdin);
        } else if let Some(long) = arg.strip_prefix("--") {
            match long {
                "help" | "help-all" => return Ok(Command::Print(HELP.into())),
                "version" => version += 1,
                "stats" => c.stats = true,
                "conflicts" => c.conflicts = true,
                _ if long.starts_with("conflicts=") => {
                    c.conflicts = true;
                    c.conflicts_page = Some(attached(&argv[i - 1], "--conflicts="));
                }
                "dis" => dis = true,
                _ if long.starts_with("max-heap") => {
                    let value = match long.split_once('=') {
                        Some((_, v)) => v.to_owned(),
                        None => {
                            i += 1;
                            argv.get(i - 1).map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
                        }
                    };
                    match size(&value) {
                        Some(n) if n >= 1 << 20 => c.max_heap = Some(n),
                        _ => {
                            return Err(format!("--max-heap wants a size of at least 1M, such as 512M or 4G, not {value:?}"));
                        }
                    }
                }
                "check-hash-based-pycs" => i += 1,
                _ => return unknown(&arg),
            }
        } else if arg.len() > 1 && arg.starts_with('-') {
            let letters: Vec<char> = arg[1..].chars().collect();
            let mut k = 0;
            while k < letters.len() {
                let letter = letters[k];
                k += 1;
                if matches!(letter, 'c' | 'm' | 'W' | 'X') {
                    let attached: String = letters[k..].iter().collect();
                    let value = if !attached.is_empty() {
                        attached
                    } else if i < argv.len() {
                        i += 1;
                        argv[i - 1].to_string_lossy().into_owned()
                    } else {
                        return Err(format!(
                            "Argument expected for the -{letter} option\nusage: vasuki [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `vasuki --help' for more information."
                        ));
                    };
                    match letter {
                        'c' => {
                            rest.push("-c".into());
                            target = Some(Target::Command(value));
                        }
                        'm' => {
                            rest.push("-m".into());
                            target = Some(Target::Module(value));
                        }
                        'W' => c.warn_options.push(value),
                        _ => x_option(&mut c, value)?,
                    }
                    break;
                }
                match letter {
                    'b' => c.bytes_warning += 1,
                    'B' => c.dont_write_bytecode = true,
                    'd' => c.debug += 1,
                    'E' => c.ignore_environment = true,
                    'h' | '?' => return Ok(Command::Print(HELP.into())),
                    'i' => {
                        c.inspect = true;
                        c.interactive = true;
                    }
                    'I' => {
                        c.isolated = true;
                        c.ignore_environment = true;
                        c.safe_path = true;
                        c.no_user_site = true;
                    }
                    'O' => c.optimize = (c.optimize + 1).min(2),
                    'P' => c.safe_path = true,
                    'q' => c.quiet = true,
                    'R' => {}
                    's' => c.no_user_site = true,
                    'S' => c.no_site = true,
                    'u' => c.unbuffered = true,
                    'v' => c.verbose += 1,
                    'V' => version += 1,
                    'x' => c.skip_first_line = true,
                    other => return unknown(&format!("-{other}")),
                }
            }
        } else {
            rest.push(argv[i - 1].clone());
            target = Some(Target::File(argv[i - 1].clone()));
        }
    }
    if version > 0 {
        let extra = if version > 1 {
            format!(" (vasuki {}) [Rust]", env!("CARGO_PKG_VERSION"))
        } else {
            String::new()
        };
        return Ok(Command::Print(format!("Python 3.14.0{extra}\n")));
    }
    rest.extend_from_slice(&argv[i..]);
    if rest.is_empty() {
        rest.push("".into());
    }
    c.argv = rest;
    environment(&mut c)?;
    Ok(Command::Run(Box::new(Run {
        target: target.unwrap_or(Target::Stdin),
        config: c,
        dis,
    })))
}

fn x_option(c: &mut Config, o: String) -> Result<(), String> {
    if o == "dev" {
        c.dev_mode = true;
    }
    if let Some(n) = o.strip_prefix("int_max_str_digits=") {
        match n.parse::<usize>() {
            Ok(n) if n == 0 || n >= 640 => c.int_max_str_digits = Some(n),
            _ => return Err("Fatal Python error: config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.".into()),
        }
    }
    if let Some(r) = c.hostile.set(&o) {
        r?;
    }
    c.x_options.push(o);
    Ok(())
}

fn set(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|v| !v.is_empty())
}
fn environment(c: &mut Config) -> Result<(), String> {
    if let Some(v) = set("VASUKI_HOSTILE") {
        for o in v.to_string_lossy().split(',') {
            c.hostile
                .set(o)
                .unwrap_or_else(|| Err(format!("VASUKI_HOSTILE: unknown option {o}")))?;
        }
    }
    if !c.ignore_environment {
        python_environment(c)?;
    }
    if c.dev_mode {
        c.warn_options.insert(0, "default".into());
    }
    match c.bytes_warning {
        0 => {}
        1 => c.warn_options.push("default::BytesWarning".into()),
        _ => c.warn_options.push("error::BytesWarning".into()),
    }
    Ok(())
}
fn python_environment(c: &mut Config) -> Result<(), String> {
    let number = |v: &OsStr| v.to_str().and_then(|s| s.parse::<u8>().ok()).unwrap_or(1);
    if let Some(v) = set("PYTHONPATH") {
        c.python_path = std::env::split_paths(&v).map(Into::into).collect();
    }
    c.dont_write_bytecode |= set("PYTHONDONTWRITEBYTECODE").is_some();
    c.unbuffered |= set("PYTHONUNBUFFERED").is_some();
    c.safe_path |= set("PYTHONSAFEPATH").is_some();
    c.no_user_site |= set("PYTHONNOUSERSITE").is_some();
    c.inspect |= set("PYTHONINSPECT").is_some();
    if let Some(v) = set("PYTHONOPTIMIZE") {
        c.optimize = c.optimize.max(number(&v).min(2));
    }
    if let Some(v) = set("PYTHONVERBOSE") {
        c.verbose = c.verbose.max(number(&v));
    }
    if let Some(v) = set("PYTHONWARNINGS") {
        let mut all: Vec<String> = v.to_string_lossy().split(',').map(str::to_owned).collect();
        all.append(&mut c.warn_options);
        c.warn_options = all;
    }
    if let Some(v) = set("PYTHONHASHSEED")
        && v != "random"
    {
        c.hash_seed = Some(v.to_str().and_then(|s| s.parse().ok()).ok_or(
            "Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
        )?);
    }
    if set("PYTHONDEVMODE").is_some() {
        c.dev_mode = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    fn run(args: &[&str]) -> Run {
        match parse(std::iter::once("vasuki").chain(args.iter().copied()).map(Into::into).collect()) {
            Ok(Command::Run(r)) => *r,
            other => panic!("{other:?}"),
        }
    }
    #[test]
    fn options_end_at_the_program() {
        let r = run(&["-OB", "--stats", "app.py", "-O", "--help"]);
        assert_eq!(r.target, Target::File("app.py".into()));
        assert_eq!(r.config.argv, ["app.py", "-O", "--help"]);
        assert!(r.config.stats && r.config.dont_write_bytecode && r.config.optimize == 1);
    }
    #[test]
    fn attached_and_separate_values() {
        assert_eq!(run(&["-cpass", "x"]).target, Target::Command("pass".into()));
        let r = run(&["-W", "error", "-Wignore", "-m", "json.tool", "f"]);
        assert_eq!(
            (r.target, r.config.argv),
            (Target::Module("json.tool".into()), vec!["-m".into(), "f".into()])
        );
        assert!(r.config.warn_options.ends_with(&["error".into(), "ignore".into()]));
    }
    #[test]
    fn mistakes_are_told() {
        for bad in [vec!["-Z"], vec!["--nonsense"], vec!["-c"], vec!["--max-heap", "7"]] {
            assert!(
                parse(std::iter::once("vasuki").chain(bad.iter().copied()).map(Into::into).collect()).is_err(),
                "{bad:?}"
            );
        }
        assert_eq!(run(&["--max-heap", "2G", "x"]).config.max_heap, Some(2 << 30));
    }
}
