//! Pages of the manual, as they are shown.

use serde::Serialize;

/// The pages of the manual that were written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ManView {
    /// The files, the page of the program last.
    pub pages: Vec<String>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
