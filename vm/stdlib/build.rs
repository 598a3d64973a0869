//! Compiles every Python file of the library and packs code and source texts into two files for `lib.rs`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use vasuki_compiler::{Mode, Options, compile, serial};

/// Folders of the library that a program does not need at run time.
const LEFT_OUT: &[&str] = &[
    "test",
    "idlelib",
    "turtledemo",
    "lib2to3",
    "tkinter",
    "__pycache__",
    "site-packages",
    "ensurepip",
];
/// Our own files, that come before the library's of the same name; and the package `vasuki`, which runs on CPython too.
const OVERLAYS: [&str; 2] = ["Lib", "../../python"];

fn collect(dir: &Path, prefix: &str, out: &mut Vec<(String, PathBuf)>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir)
        .expect("the library's folder is readable")
        .flatten()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !LEFT_OUT.contains(&name.as_str()) {
                collect(&path, &format!("{prefix}{name}/"), out);
            }
        } else if name.ends_with(".py") {
            out.push((format!("{prefix}{name}"), path));
        }
    }
}

fn main() {
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    collect(Path::new(rustpython_pylib::LIB_PATH), "", &mut files);
    for overlay in OVERLAYS {
        println!("cargo::rerun-if-changed={overlay}");
        let mut own = Vec::new();
        collect(Path::new(overlay), "", &mut own);
        files.retain(|(name, _)| !own.iter().any(|(o, _)| o == name));
        files.extend(own);
    }
    files.sort();
    let (mut code, mut sources, mut index) = (Vec::new(), Vec::new(), String::new());
    for (path, file) in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let Ok(text) = std::fs::read_to_string(file) else {
            continue;
        };
        let package = path.ends_with("__init__.py");
        let name = path
            .trim_end_matches("__init__.py")
            .trim_end_matches(".py")
            .trim_end_matches('/')
            .replace('/', ".");
        let shown = match name.as_str() {
            // As CPython calls them: tracebacks are cleared of their frames by these names.
            "importlib._bootstrap" | "importlib._bootstrap_external" | "runpy" => format!("<frozen {name}>"),
            _ => format!("/vasuki/lib/python3.14/{path}"),
        };
        let compiled = match compile(&text, &shown, Mode::Exec, Options::default()) {
            Ok(c) => c,
            Err(e) => {
                println!("cargo::warning=library file {path} left out: {e:?}");
                continue;
            }
        };
        let start = code.len();
        code.extend(serial::encode(&compiled));
        let source_start = sources.len();
        let mut z = flate2::write::DeflateEncoder::new(&mut sources, flate2::Compression::new(6));
        z.write_all(text.as_bytes())
            .and_then(|()| z.finish().map(|_| ()))
            .expect("writing to memory works");
        writeln!(
            index,
            "({name:?}, {package}, {path:?}, {start}, {}, {source_start}, {}),",
            code.len(),
            sources.len()
        )
        .expect("writing to a String works");
    }
    std::fs::write(out_dir.join("code.bin"), code).expect("OUT_DIR is writable");
    std::fs::write(out_dir.join("sources.bin"), sources).expect("OUT_DIR is writable");
    // The index is sorted by module name, for binary search.
    let mut lines: Vec<&str> = index.lines().collect();
    lines.sort_by_key(|l| l.split('"').nth(1).unwrap_or_default().to_owned());
    std::fs::write(out_dir.join("index.rs"), format!("&[\n{}\n]", lines.join("\n"))).expect("OUT_DIR is writable");
}
