//! Where rows go: standard output, a file that appears when it is complete, and (feature
//! `columns`) a folder of files.

#[cfg(feature = "columns")]
mod folder;
mod output;

#[cfg(feature = "columns")]
pub use self::folder::{Folder, FolderOfTables};
pub use self::output::Output;
