//! Torture programs: Python programs with threads that check exact results and print `ok`, run again and again under
//! hostile settings. A program is a file in `programs/`; adding one is adding a file.
#![forbid(unsafe_code)]

mod binary;
mod mode;
mod program;
mod report;

pub use binary::binary;
pub use mode::{MODES, Mode};
pub use program::{Outcome, Program, all_programs};
pub use report::{Report, run_all};
