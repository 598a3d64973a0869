//! Python 3.14 source text to Vasuki's register bytecode.
pub mod code;
pub mod op;
