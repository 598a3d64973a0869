//! The standard library inside the binary: code compiled when the binary was built, and source texts (compressed) for
//! tracebacks and `inspect`.
#![forbid(unsafe_code)]

use std::io::Read;
use vasuki_vm::frozen::{FrozenModule, Library};

type Entry = (&'static str, bool, &'static str, usize, usize, usize, usize);
/// name, package, path, code range, source range; sorted by name.
static INDEX: &[Entry] = include!(concat!(env!("OUT_DIR"), "/index.rs"));
static CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/code.bin"));
static SOURCES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sources.bin"));

fn find(name: &str) -> Option<FrozenModule> {
    let i = INDEX.binary_search_by(|e| e.0.cmp(name)).ok()?;
    let e = &INDEX[i];
    Some(FrozenModule {
        name: e.0,
        package: e.1,
        path: e.2,
        code: &CODE[e.3..e.4],
    })
}
fn source(path: &str) -> Option<String> {
    let e = INDEX.iter().find(|e| e.2 == path)?;
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&SOURCES[e.5..e.6])
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}
fn names() -> Vec<&'static str> {
    INDEX.iter().map(|e| e.0).collect()
}

/// The library, for `vasuki_vm::frozen::set_library`.
pub fn library() -> Library {
    Library { find, source, names }
}
