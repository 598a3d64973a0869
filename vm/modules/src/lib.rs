//! The native modules of the standard library, one file or folder each, besides those that are part of the VM.
#![warn(unsafe_code)]

pub mod abc;
pub mod array;
pub mod ast;
mod bell;
pub mod binascii;
pub mod bisect;
pub mod blake2;
#[expect(unsafe_code, reason = "the compressor has C's interface")]
pub mod bz2;
#[expect(unsafe_code, reason = "functions of the C library")]
pub mod cmath;
pub mod codecs;
pub mod collections;
#[expect(unsafe_code, reason = "payloads that never change")]
pub mod contextvars;
pub mod csv;
pub mod decimal;
mod defaultdict;
mod deque;
mod deque_iter;
pub mod errno;
pub mod expat;
#[expect(unsafe_code, reason = "signal handlers")]
pub mod faulthandler;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod fcntl;
pub mod functools;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod grp;
mod hashes;
pub mod heapq;
pub mod imp;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod io;
pub mod itertools;
pub mod json;
mod json_encode;
mod keccak;
#[expect(unsafe_code, reason = "functions of the C library")]
pub mod locale;
mod lru_cache;
pub mod marshal;
#[expect(unsafe_code, reason = "functions of the C library")]
pub mod math;
mod math_ints;
mod math_sums;
pub mod md5;
#[expect(unsafe_code, reason = "mapped memory")]
pub mod mmap;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod multiprocessing;
mod odict_views;
pub mod opcode;
mod opcode_own;
pub mod operator;
mod operator_getters;
mod ordered_dict;
mod partial;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod posix;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod posixsubprocess;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod pwd;
pub mod queue;
pub mod random;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod resource;
mod ring;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod select;
#[expect(unsafe_code, reason = "calls of the system")]
mod select_poll;
pub mod sha1;
pub mod sha2;
pub mod sha3;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod signal;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod socket;
#[expect(unsafe_code, reason = "the units of a str as bytes")]
pub mod sre;
pub mod statistics;
pub mod string;
pub mod struct_;
mod struct_format;
mod support;
pub mod symtable;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod termios;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod time;
pub mod tokenize;
#[expect(unsafe_code, reason = "calls of the system")]
mod twister;
pub mod typing;
pub mod unicodedata;
pub mod vasuki;
mod vasuki_turns;
pub mod warnings;
pub mod weakref;
#[expect(unsafe_code, reason = "the compressor has C's interface")]
pub mod zlib;
mod zlib_objects;
#[expect(unsafe_code, reason = "the compressor has C's interface")]
mod zlib_stream;

use vasuki_vm::native::ModuleDef;

/// All of them, sorted by file name.
pub static MODULES: &[&ModuleDef] = &[
    &abc::MODULE,
    &array::MODULE,
    &ast::MODULE,
    &binascii::MODULE,
    &bisect::MODULE,
    &blake2::MODULE,
    &bz2::MODULE,
    &cmath::MODULE,
    &codecs::MODULE,
    &collections::MODULE,
    &contextvars::MODULE,
    &csv::MODULE,
    &decimal::MODULE,
    &errno::MODULE,
    &expat::MODULE,
    &faulthandler::MODULE,
    &fcntl::MODULE,
    &functools::MODULE,
    &grp::MODULE,
    &heapq::MODULE,
    &imp::MODULE,
    &io::MODULE,
    &itertools::MODULE,
    &json::MODULE,
    &locale::MODULE,
    &marshal::MODULE,
    &math::MODULE,
    &md5::MODULE,
    &mmap::MODULE,
    &multiprocessing::MODULE,
    &multiprocessing::SHARED_MEMORY,
    &opcode::MODULE,
    &operator::MODULE,
    &posix::MODULE,
    &posixsubprocess::MODULE,
    &pwd::MODULE,
    &queue::MODULE,
    &random::MODULE,
    &resource::MODULE,
    &select::MODULE,
    &sha1::MODULE,
    &sha2::MODULE,
    &sha3::MODULE,
    &signal::MODULE,
    &socket::MODULE,
    &sre::MODULE,
    &statistics::MODULE,
    &string::MODULE,
    &struct_::MODULE,
    &symtable::MODULE,
    &termios::MODULE,
    &time::MODULE,
    &tokenize::MODULE,
    &typing::MODULE,
    &unicodedata::MODULE,
    &vasuki::MODULE,
    &warnings::MODULE,
    &weakref::MODULE,
    &zlib::MODULE,
];
