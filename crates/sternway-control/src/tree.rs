//! Trees: a folder becomes a content that can be published, and its files are given back.
//!
//! A folder is read, and a tree is written, on the caller's thread, with one file in memory at a
//! time.

use sternway_folder::{Folder, Writer};
use sternway_store::StoreError;
use sternway_types::{Content, MediaType, Tree, TreeEntry, TreeFile, Version};

use crate::{Control, ControlError};

impl Control {
    /// Writes the files of a folder, those that are not there yet, and answers with the content that
    /// is to be published. Files that nothing names later do no harm.
    ///
    /// # Errors
    ///
    /// [`ControlError::Folder`] if a file cannot be read or kept, and [`ControlError::Store`] if
    /// the store cannot write.
    pub async fn put_folder(&self, folder: &Folder) -> Result<Content, ControlError> {
        let mut entries = Vec::with_capacity(folder.paths().len());
        for path in folder.paths() {
            let (entry, bytes) = folder.read(path)?;
            if !bytes.is_empty() {
                self.store.put(&Content::bytes(bytes, MediaType::opaque())?, None).await?;
            }
            entries.push((path.clone(), entry));
        }
        Ok(Content::tree(&folder.tree_of(entries)?)?)
    }

    /// The tree that a version is.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotATree`] if it is none, and [`ControlError::Store`] if the store cannot be
    /// read, or the listing is damaged or missing.
    pub async fn tree(&self, version: &Version) -> Result<Tree, ControlError> {
        let tree = self.content(version).await?.as_tree();
        tree.ok_or_else(|| ControlError::NotATree {
            artifact: version.artifact.clone(),
            version: version.number,
            kind: version.content.kind.clone(),
        })
    }

    /// The file at a path of a version that is a tree.
    ///
    /// # Errors
    ///
    /// As [`Control::tree`], and [`ControlError::NoFile`] if there is no file.
    pub async fn file_at(&self, version: &Version, path: &str) -> Result<TreeFile, ControlError> {
        let problem = match self.tree(version).await?.entry(path) {
            Some(TreeEntry::File(file)) => return Ok(*file),
            Some(TreeEntry::Link(target)) => format!("it is a link to {target}"),
            None => "there is no such path".into(),
        };
        let (artifact, path) = (version.artifact.clone(), path.into());
        Err(ControlError::NoFile { artifact, version: version.number, path, problem })
    }

    /// The bytes of a file of a tree, checked against its digest.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read, or the file is damaged or missing.
    pub async fn file(&self, file: &TreeFile) -> Result<Vec<u8>, ControlError> {
        let Some(reference) = file.reference() else { return Ok(Vec::new()) };
        let content = self.store.content(&reference).await?;
        let content = content.ok_or_else(|| StoreError::Corrupt {
            place: "a file of a tree".into(),
            detail: format!("{} is missing", file.digest),
        })?;
        Ok(content.as_bytes().to_vec())
    }

    /// Writes everything in a tree into a folder.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if a file cannot be read from the store, and
    /// [`ControlError::Folder`] if it cannot be written.
    pub async fn write_tree(&self, tree: &Tree, to: &mut Writer) -> Result<(), ControlError> {
        for (path, entry) in tree.entries() {
            let bytes = match entry {
                TreeEntry::File(file) => self.file(file).await?,
                TreeEntry::Link(_) => Vec::new(),
            };
            to.write(path, entry, &bytes)?;
        }
        Ok(to.make_links()?)
    }
}
