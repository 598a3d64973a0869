//! The module `itertools`. As in CPython 3.14, its iterators cannot be pickled; only those of `tee` can be copied.

mod chain;
mod combine;
mod filters;
mod groupby;
mod simple;
mod slices;

use crate::support::{ClassCell, add_class};
use vasuki_vm::native::{ModuleDef, TypeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    doc: "Functional tools for creating and using iterators.",
    functions: &[def(
        "tee",
        "iterable, n=2, /",
        groupby::tee,
        "Returns a tuple of n independent iterators.",
    )],
    init,
};
static TYPES: [&TypeDef; 19] = [
    &chain::ACCUMULATE,
    &slices::BATCHED,
    &chain::CHAIN,
    &combine::COMBINATIONS,
    &combine::WITH_REPLACEMENT,
    &filters::COMPRESS,
    &simple::COUNT,
    &simple::CYCLE,
    &filters::DROPWHILE,
    &filters::FILTERFALSE,
    &groupby::GROUPBY,
    &slices::ISLICE,
    &slices::PAIRWISE,
    &combine::PERMUTATIONS,
    &combine::PRODUCT,
    &simple::REPEAT,
    &filters::STARMAP,
    &filters::TAKEWHILE,
    &chain::ZIP_LONGEST,
];
static CELLS: [ClassCell; 19] = [const { ClassCell::new() }; 19];

fn init(th: &mut Thread, m: Value) -> R<()> {
    for (cell, def) in CELLS.iter().zip(TYPES) {
        add_class(th, m, cell, def)?;
    }
    add_class(th, m, &groupby::GROUP_CLASS, &groupby::GROUP)?;
    add_class(th, m, &groupby::TEE_CLASS, &groupby::TEE)?;
    add_class(th, m, &groupby::TEE_DATA_CLASS, &groupby::TEE_DATA)?;
    Ok(())
}
