//! The help centre: articles shipped in the program, with the operator's own beside or instead of them, searchable.

mod article;
mod export;
mod library;
pub(crate) mod markdown;
mod shipped;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

pub use article::{Article, Flow, Unreadable};
pub use export::export;
pub use library::Library;

/// Pages of the help centre itself: no article has their names.
pub(crate) const RESERVED: [&str; 4] = ["start", "search", "cant-sign-in", "feedback"];

/// The help centre as both sites show it. Cheap to clone; the clones show the same.
#[derive(Clone, Debug)]
pub struct HelpCentre(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The operator's articles.
    folder: Option<PathBuf>,
    library: RwLock<Arc<Library>>,
}

static SHIPPED: LazyLock<Arc<Library>> = LazyLock::new(|| Arc::new(Library::read(None)));

impl Default for HelpCentre {
    /// What the program ships.
    fn default() -> Self {
        Self(Arc::new(Inner { folder: None, library: RwLock::new(Arc::clone(&SHIPPED)) }))
    }
}

impl HelpCentre {
    /// What the program ships, and the articles of a folder; one of the same name takes the place of the shipped one.
    pub fn with(folder: Option<PathBuf>) -> Self {
        let library = Library::read(folder.as_deref());
        for unreadable in library.unreadable() {
            tracing::warn!(%unreadable, "an article of the help centre is left out");
        }
        Self(Arc::new(Inner { folder, library: RwLock::new(Arc::new(library)) }))
    }

    /// What is shown now.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.0.library.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The operator's folder.
    pub(crate) fn folder(&self) -> Option<&std::path::Path> {
        self.0.folder.as_deref()
    }

    /// The folder as it is now, shown to nobody but who looks at it beforehand.
    pub(crate) fn preview(&self) -> Library {
        Library::read(self.folder())
    }

    /// Shows from now on what the folder holds now.
    pub(crate) fn publish(&self) {
        let library = Arc::new(self.preview());
        *self.0.library.write().unwrap_or_else(PoisonError::into_inner) = library;
    }
}
