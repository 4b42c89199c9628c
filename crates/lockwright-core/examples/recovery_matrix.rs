//! Writes `docs/reference/recovery-matrix.md` and its picture from the recovery rules and the search over them.

use std::path::Path;

#[path = "../tests/it/recovery/mod.rs"]
mod recovery;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let counts = recovery::report::searched().as_ref().map_err(Clone::clone)?;
    println!("{counts:?}");
    let fates = recovery::report::mutated();
    for fate in fates {
        println!("{}: {:?}", fate.name, fate.broke);
    }
    std::fs::write(folder.join("recovery-matrix.md"), recovery::matrix::markdown(counts, fates))?;
    std::fs::write(folder.join("recovery-matrix.svg"), recovery::picture::svg())?;
    Ok(())
}
