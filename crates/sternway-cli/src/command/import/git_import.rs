//! A history of git on its way into the store, commit by commit.

use std::{collections::HashSet, path::PathBuf};

use sternway::{
    api::{ImportedHistoryView, LeftOutView},
    control::{
        Control,
        import::Imported,
        publish::{Landing, Publish},
    },
    types::{ArtifactId, At, MAX_CONTENT, PointerName, VersionNumber},
};

use super::git_commit::{author, metadata, reason};
use crate::{
    context::Context,
    error::CliError,
    git::{Commit, GitError, Object, Objects, Touch},
    input::kind::KindArgs,
};

/// A history on its way into the store.
pub(super) struct Import<'a> {
    context: &'a Context,
    kind: &'a KindArgs,
    control: &'a Control,
    objects: Objects,
    view: ImportedHistoryView,
    /// Every content that the file had so far, by its id in git.
    seen: HashSet<String>,
    /// The content that it had last.
    last: String,
    /// Whether something new came before something known.
    is_late: bool,
}

/// What a commit made of the file.
enum Found {
    /// A content that it did not have before it.
    Content(String, Vec<u8>),
    /// What it was.
    Unchanged,
    /// Nothing that can be kept, and why.
    LeftOut(String),
    /// Nothing: a merge that only brings in what other commits did.
    Untouched,
}

impl<'a> Import<'a> {
    pub(super) fn new(
        context: &'a Context,
        kind: &'a KindArgs,
        control: &'a Control,
        artifact: ArtifactId,
        objects: Objects,
    ) -> Self {
        let view = ImportedHistoryView {
            artifact,
            commits: 0,
            added: 0,
            known: 0,
            unchanged: 0,
            left_out: Vec::new(),
            first: None,
            last: None,
            environment: context.environment.clone(),
            live: None,
            shallow: false,
            dry_run: context.dry_run,
        };
        let (seen, last) = (HashSet::new(), String::new());
        Self { context, kind, control, objects, view, seen, last, is_late: false }
    }

    /// Imports commits, the oldest first.
    pub(super) async fn run(mut self, commits: &[Commit]) -> Result<ImportedHistoryView, CliError> {
        let (store, namespace) = (self.control.store(), self.control.namespace());
        let before = store.artifact(namespace, &self.view.artifact, At::Head).await?;
        let mut meter = self.context.console.meter();
        for (done, commit) in (1..).zip(commits) {
            self.import(commit).await?;
            meter.show(done, commits.len() as u64, done, "commits");
        }
        drop(meter);
        self.objects.close()?;
        let mut view = self.view;
        let name = PointerName::Environment(view.environment.clone());
        let pointer = store.pointer(namespace, &view.artifact, &name, At::Head).await?;
        view.live = pointer.and_then(|pointer| pointer.version).or(view.live);
        let is_foreign = before.is_some() && view.known == 0;
        if view.added > 0 && (is_foreign || self.is_late) {
            self.context.console.note(&format!(
                "{} had versions before: what was added comes after them, whenever it was written",
                view.artifact
            ));
        }
        Ok(view)
    }

    async fn import(&mut self, commit: &Commit) -> Result<(), CliError> {
        let (id, bytes) = match self.find(commit)? {
            Found::Content(id, bytes) => (id, bytes),
            Found::Untouched => return Ok(()),
            Found::Unchanged => {
                self.view.commits += 1;
                self.view.unchanged += 1;
                return Ok(());
            }
            Found::LeftOut(why) => {
                self.leave_out(commit, why);
                return Ok(());
            }
        };
        let publish = match self.version(commit, bytes) {
            Ok(publish) => publish,
            Err(err) => {
                self.leave_out(commit, err.chain().join(": "));
                return Ok(());
            }
        };
        // The id is part of the name, since a commit may change two files that become one artifact.
        let name = format!("git {} {id}", commit.hash);
        let intent = self.context.intent(reason(&commit.message));
        let imported = self.control.import(&name, &publish, &intent).await?;
        self.view.commits += 1;
        match imported {
            Imported::Added { number, landing, .. } => self.added(number, &landing),
            Imported::Known { .. } => {
                self.is_late |= self.view.added > 0;
                self.view.known += 1;
            }
        }
        Ok(())
    }

    fn find(&mut self, commit: &Commit) -> Result<Found, GitError> {
        let name = match &commit.touch {
            Touch::Deleted => return Ok(Found::LeftOut("it deletes the file".into())),
            Touch::NoFile(what) => return Ok(Found::LeftOut(format!("the file is {what} there"))),
            Touch::Content(id) if *id == self.last => return Ok(Found::Unchanged),
            Touch::Content(id) => id.clone().into_bytes(),
            Touch::Merge => [commit.hash.as_bytes(), b":", &commit.path].concat(),
        };
        let is_merge = commit.touch == Touch::Merge;
        Ok(match self.objects.get(&name)? {
            Object::Blob(id, _) if is_merge && self.seen.contains(&id) => Found::Untouched,
            Object::Nothing if is_merge => Found::Untouched,
            Object::Blob(id, bytes) => {
                self.seen.insert(id.clone());
                self.last.clone_from(&id);
                Found::Content(id, bytes)
            }
            Object::TooLarge(found) => {
                Found::LeftOut(format!("the file has {found} bytes: the limit is {MAX_CONTENT}"))
            }
            Object::Nothing => {
                Found::LeftOut("its content is missing: the clone is partial or damaged".into())
            }
        })
    }

    fn version(&self, commit: &Commit, bytes: Vec<u8>) -> Result<Publish, CliError> {
        let path = PathBuf::from(String::from_utf8_lossy(&commit.path).into_owned());
        let content = self.kind.content(bytes, Some(&path))?;
        let mut publish = Publish::new(self.view.artifact.clone(), content);
        publish.author = author(&commit.author);
        publish.authored_at = commit.at;
        publish.metadata = metadata(commit)?;
        Ok(publish)
    }

    fn leave_out(&mut self, commit: &Commit, why: String) {
        self.view.commits += 1;
        self.view.left_out.push(LeftOutView { commit: commit.hash.clone(), why });
    }

    fn added(&mut self, number: VersionNumber, landing: &Landing) {
        let last = match self.view.last {
            // In a dry run each is the next one of what is there.
            Some(last) if self.context.dry_run => last.next(),
            _ => number,
        };
        self.view.added += 1;
        self.view.first.get_or_insert(number);
        self.view.last = Some(last);
        if *landing == Landing::Live(self.context.environment.clone()) {
            self.view.live.get_or_insert(number);
        }
    }
}
