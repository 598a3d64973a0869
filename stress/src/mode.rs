//! Hostile settings: see `vasuki_vm::hostile`.

/// Settings of the VM under which a program is run.
#[derive(Debug, PartialEq, Eq)]
pub struct Mode {
    /// name, for reports
    pub name: &'static str,
    /// options
    pub options: &'static [&'static str],
}

/// All modes, the friendly one first.
pub static MODES: &[Mode] = &[
    Mode {
        name: "plain",
        options: &[],
    },
    Mode {
        name: "split",
        options: &["split-every=2"],
    },
    Mode {
        name: "abort",
        options: &["abort-every=5", "split-every=20"],
    },
    Mode {
        name: "collect",
        options: &["gc-every=40", "poison", "verify-heap"],
    },
    Mode {
        name: "alone",
        options: &["concurrent", "abort-every=30", "split-every=10"],
    },
    Mode {
        name: "defer",
        options: &["defer", "verify-heap", "gc-every=60", "abort-every=15", "split-every=10"],
    },
    Mode {
        name: "all",
        options: &["gc-every=60", "poison", "verify-heap", "abort-every=15", "split-every=4"],
    },
];
