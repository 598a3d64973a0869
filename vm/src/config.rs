//! Process-wide settings, made by the command line before the VM starts.

/// See the module. Names are those of `sys.flags` and the command line.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `sys.argv`
    pub argv: Vec<std::ffi::OsString>,
    /// `sys.orig_argv`
    pub orig_argv: Vec<std::ffi::OsString>,
    /// path of the running binary
    pub executable: std::ffi::OsString,
    /// entries of PYTHONPATH (unless -E, -I)
    pub python_path: Vec<std::ffi::OsString>,
    /// -O: 0, 1, 2
    pub optimize: u8,
    /// -u
    pub unbuffered: bool,
    /// -S
    pub no_site: bool,
    /// -s
    pub no_user_site: bool,
    /// -E
    pub ignore_environment: bool,
    /// -I
    pub isolated: bool,
    /// -P
    pub safe_path: bool,
    /// -B
    pub dont_write_bytecode: bool,
    /// -q
    pub quiet: bool,
    /// -v
    pub verbose: u8,
    /// -i
    pub inspect: bool,
    /// interactive session (REPL)
    pub interactive: bool,
    /// -b
    pub bytes_warning: u8,
    /// -d
    pub debug: u8,
    /// -W
    pub warn_options: Vec<String>,
    /// -X
    pub x_options: Vec<String>,
    /// -X dev
    pub dev_mode: bool,
    /// -x
    pub skip_first_line: bool,
    /// -X utf8
    pub utf8_mode: bool,
    /// -X int_max_str_digits
    pub int_max_str_digits: Option<usize>,
    /// `--max-heap`, bytes
    pub max_heap: Option<usize>,
    /// `--stats`
    pub stats: bool,
    /// `--conflicts`
    pub conflicts: bool,
    /// `--conflicts=FILE`: where the page goes
    pub conflicts_page: Option<std::ffi::OsString>,
    /// hostile modes for tests (-X gc-every=N and others, VASUKI_HOSTILE)
    pub hostile: crate::hostile::Settings,
    /// seed of str hashing (PYTHONHASHSEED); None: random
    pub hash_seed: Option<u32>,
}
