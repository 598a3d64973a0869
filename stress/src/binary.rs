//! The binary under test.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The `vasuki` that was built beside the running executable, with the same profile: built now if need be. VASUKI_BIN
/// names another one.
pub fn binary() -> Result<PathBuf, String> {
    if let Some(p) = std::env::var_os("VASUKI_BIN") {
        return Ok(p.into());
    }
    let exe = std::env::current_exe().map_err(|e| e.to_string())?;
    let folder = exe.ancestors().skip(1).find(|p| !p.ends_with("deps"));
    let folder = folder.ok_or("the executable has no folder")?;
    let profile = match folder.file_name().and_then(|n| n.to_str()) {
        Some("debug") => "dev",
        Some(p) => p,
        None => return Err("the executable's folder has no name".into()),
    };
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--quiet", "--package", "vasuki", "--profile", profile, "--manifest-path"]);
    let built = cargo.arg(manifest).status().map_err(|e| format!("cargo: {e}"))?;
    let path = folder.join("vasuki");
    if built.success() && path.exists() {
        Ok(path)
    } else {
        Err(format!("{} could not be built", path.display()))
    }
}
