//! Writes every sample of every page into a folder, to be looked at in a browser.

use std::path::PathBuf;

use lockwright_web::assets::ASSETS;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "samples".into()));
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in [&ASSETS.style, &ASSETS.script, &ASSETS.passkey, &ASSETS.icon] {
        std::fs::write(folder.join(asset.path.trim_start_matches('/')), asset.bytes)?;
    }
    for sample in lockwright_web::page::samples() {
        // Opened as files, the pages find their assets beside them.
        std::fs::write(folder.join(format!("{}.html", sample.name)), sample.html.replace("\"/assets/", "\"assets/"))?;
    }
    Ok(())
}
