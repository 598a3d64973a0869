//! The native modules of the standard library, one file or folder each, besides those that are part of the VM.

pub mod abc;
pub mod codecs;
pub mod contextvars;
pub mod errno;
pub mod imp;
pub mod marshal;
pub mod posix;
pub mod signal;
pub mod sre;
pub mod string;
pub mod time;

use vasuki_vm::native::ModuleDef;

/// All of them, sorted by name.
pub static MODULES: &[&ModuleDef] = &[
    &codecs::MODULE,
    &errno::MODULE,
    &imp::MODULE,
    &posix::MODULE,
    &sre::MODULE,
    &string::MODULE,
    &time::MODULE,
];
