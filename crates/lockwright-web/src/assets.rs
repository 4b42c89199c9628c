//! The style sheet, the scripts and the icon: embedded, named by their content, so that they can be kept for ever by browsers.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file that pages link to.
pub struct Asset {
    /// `/assets/app.1f2e3d4c5b6a7988.css`
    pub path: String,
    /// For `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
}

/// All files that pages link to.
pub struct Assets {
    /// The one style sheet.
    pub style: Asset,
    /// The script of every page.
    pub script: Asset,
    /// The script of pages that ask for a passkey.
    pub passkey: Asset,
    /// The icon.
    pub icon: Asset,
}

impl Assets {
    /// The file with this path; `None` for any other text.
    pub fn find(&self, path: &str) -> Option<&Asset> {
        [&self.style, &self.script, &self.passkey, &self.icon].into_iter().find(|asset| asset.path == path)
    }
}

/// The files, with their names computed once.
pub static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: asset("app", "css", "text/css; charset=utf-8", include_bytes!("../assets/app.css")),
    script: asset("app", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/app.js")),
    passkey: asset("passkey", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/passkey.js")),
    icon: asset("favicon", "svg", "image/svg+xml", include_bytes!("../assets/favicon.svg")),
});

/// For `Cache-Control` of an asset: its name changes with its content.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

fn asset(name: &str, ending: &str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Asset { path: format!("/assets/{name}.{hash}.{ending}"), content_type, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_by_its_whole_name_only() {
        assert!(ASSETS.find(&ASSETS.style.path).is_some());
        assert!(ASSETS.find("/assets/app.css").is_none());
        assert!(ASSETS.find("/assets/../app.css").is_none());
    }

    #[test]
    fn n_s05_the_scripts_keep_nothing_in_the_browser_and_read_no_cookie() {
        for script in [&ASSETS.script, &ASSETS.passkey] {
            let text = String::from_utf8_lossy(script.bytes);
            for place in ["localStorage", "sessionStorage", "indexedDB", "caches", "cookie", "serviceWorker"] {
                assert!(!text.contains(place), "{}: {place}", script.path);
            }
        }
    }

    #[test]
    fn the_scripts_stay_small_and_load_nothing() {
        for (script, more) in [(&ASSETS.script, "fetch("), (&ASSETS.passkey, "import(")] {
            assert!(script.bytes.len() <= 8192, "{}", script.bytes.len());
            let text = String::from_utf8_lossy(script.bytes);
            for forbidden in ["import ", "eval", "innerHTML", "http:", "https:", more] {
                assert!(!text.contains(forbidden), "{}: {forbidden}", script.path);
            }
        }
    }

    #[test]
    fn the_script_for_other_sites_is_small_and_keeps_to_itself() {
        let text = include_str!("../assets/embed.js");
        assert!(text.len() <= 8192, "{}", text.len());
        for forbidden in ["import ", "eval", "innerHTML", "localStorage", "http:", "console."] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
    }
}
