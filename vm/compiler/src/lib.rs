//! Python 3.14 source text to Vasuki's register bytecode.
pub mod code;
pub mod dis;
pub mod error;
pub mod op;
pub mod serial;
pub mod source;
pub mod syntax;
pub mod token_info;
pub mod tokenizer;
pub mod validate;
