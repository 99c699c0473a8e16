//! Whether the entries of a bundle belong together, in this order.

use std::{collections::HashMap, fmt};

use sternway_types::{
    Applied, Commit, Content, ContentRef, Digest, Revision, Subject, Timestamp, Tree, Version,
};

use crate::{
    BundleError, Chain, Closing, Entry, Form, Log, Manifest,
    name::{Kind, Name},
};

/// Where in a bundle reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Beginning,
    History,
    Outcomes,
    End,
}

/// A content that is there.
struct Known {
    len: u64,
    form: Form,
    named: bool,
}

/// The log that was read last.
struct LastLog {
    subject: Subject,
    judged: u64,
    outcomes: u64,
}

/// What was read so far.
pub(crate) struct Check<'a> {
    chain_of: Chain<'a>,
    stage: Stage,
    manifest: Option<Manifest>,
    seen: Closing,
    contents: HashMap<Digest, Known>,
    /// How many contents no commit named yet.
    unnamed: u64,
    revision: Revision,
    at: Timestamp,
    chain: Digest,
    log: Option<LastLog>,
}

type Checked = Result<(), String>;

fn must(so: bool, otherwise: impl FnOnce() -> String) -> Checked {
    if so { Ok(()) } else { Err(otherwise()) }
}

impl<'a> Check<'a> {
    pub(crate) fn new(chain_of: Chain<'a>) -> Self {
        Self {
            chain_of,
            stage: Stage::Beginning,
            manifest: None,
            seen: Closing::NOTHING,
            contents: HashMap::new(),
            unnamed: 0,
            revision: Revision::ZERO,
            at: Timestamp::MIN,
            chain: Digest::ZERO,
            log: None,
        }
    }

    /// The entry that comes next, in words.
    pub(crate) fn place(&self) -> String {
        format!("entry {}", self.seen.entries + 1)
    }

    pub(crate) const fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// Whether an entry of this name may come now.
    pub(crate) fn name(&mut self, name: &Name) -> Checked {
        let expected = self.seen.entries + 1;
        must(name.number == expected, || {
            format!("entry {} comes where entry {expected} should", name.number)
        })?;
        let next = match name.kind {
            Kind::Manifest => Stage::Beginning,
            Kind::Content(_) | Kind::Commits => Stage::History,
            Kind::Outcomes => Stage::Outcomes,
            Kind::Head => Stage::End,
        };
        let fits = match (self.stage, next) {
            (Stage::Beginning, next) => (next == Stage::Beginning) == self.manifest.is_none(),
            (Stage::History, next) => matches!(next, Stage::History | Stage::Outcomes | Stage::End),
            (Stage::Outcomes, next) => matches!(next, Stage::Outcomes | Stage::End),
            (Stage::End, _) => false,
        };
        must(fits, || "such an entry does not come here".into())?;
        if self.stage != Stage::Outcomes && matches!(next, Stage::Outcomes | Stage::End) {
            self.history_is_whole()?;
        }
        self.stage = next;
        Ok(())
    }

    /// Whether an entry follows from those before it.
    pub(crate) fn entry(&mut self, entry: &Entry) -> Checked {
        match entry {
            Entry::Manifest(manifest) => self.manifest = Some(manifest.clone()),
            Entry::Content(content) => self.content(content)?,
            Entry::Commits(commits) => commits.iter().try_for_each(|commit| self.commit(commit))?,
            Entry::Outcomes(logs) => logs.iter().try_for_each(|log| self.log(log))?,
            Entry::Head(closing) => self.closing(closing)?,
        }
        self.seen.entries += 1;
        Ok(())
    }

    /// The end of the bundle was reached.
    pub(crate) fn end(&self) -> Result<(), BundleError> {
        match (self.stage, &self.manifest) {
            (Stage::End, _) => Ok(()),
            (_, Some(_)) => Err(BundleError::CutOff { place: self.place() }),
            (_, None) => {
                Err(BundleError::NotABundle { detail: "there is no manifest in it".into() })
            }
        }
    }

    fn content(&mut self, content: &Content) -> Checked {
        let (digest, len) = (content.digest(), content.as_bytes().len() as u64);
        let known = Known { len, form: Form::of(content.kind()), named: false };
        let before = self.contents.insert(digest, known);
        must(before.is_none(), || "its content was there before".into())?;
        self.unnamed += 1;
        self.seen.contents += 1;
        self.seen.content_bytes += len;
        let announced = self.manifest.as_ref().is_some_and(|manifest| {
            self.seen.contents <= manifest.contents
                && self.seen.content_bytes <= manifest.content_bytes
        });
        must(announced, || "there are more contents than the manifest says".into())?;
        // The files of a tree come before it.
        let tree = content.as_tree();
        for (path, file) in tree.iter().flat_map(Tree::files) {
            if let Some(reference) = file.reference() {
                self.named(&reference, format_args!("{path} of the tree {digest}"))?;
            }
        }
        Ok(())
    }

    fn commit(&mut self, commit: &Commit) -> Checked {
        let revision = self.revision.next();
        must(commit.revision == revision, || {
            format!("revision {} comes where revision {revision} should", commit.revision)
        })?;
        let chain = (self.chain_of)(&self.chain, commit)?;
        must(chain == commit.chain && commit.at >= self.at, || {
            format!("the chain does not lead to revision {revision}")
        })?;
        for applied in &commit.applied {
            if let Applied::VersionAdded(version) = applied {
                self.version(version)?;
            }
        }
        (self.revision, self.at, self.chain) = (revision, commit.at, chain);
        self.seen.commits += 1;
        Ok(())
    }

    fn version(&mut self, version: &Version) -> Checked {
        self.seen.versions += 1;
        self.named(&version.content, format_args!("{}@{}", version.artifact, version.number))
    }

    /// Something has this content.
    fn named(&mut self, content: &ContentRef, by: impl fmt::Display) -> Checked {
        let ContentRef { digest, kind, len } = content;
        let known = self.contents.get_mut(digest);
        let known = known.ok_or_else(|| format!("the content {digest} of {by} is missing"))?;
        must(known.len == *len && known.form >= Form::of(kind), || {
            format!("the content {digest} is not what {by} says of it")
        })?;
        if !known.named {
            known.named = true;
            self.unnamed -= 1;
        }
        Ok(())
    }

    fn history_is_whole(&self) -> Checked {
        let Some(manifest) = &self.manifest else { return Err("there is no manifest".into()) };
        must(self.revision == manifest.revision && self.chain == manifest.chain, || {
            let (found, expected) = (self.revision, manifest.revision);
            format!(
                "the history ends at revision {found}, not at revision {expected} as the manifest says"
            )
        })?;
        must(self.unnamed == 0, || {
            let unnamed = self.contents.iter().find(|(_, known)| !known.named);
            let digest = unnamed.map(|(digest, _)| digest.to_string()).unwrap_or_default();
            format!("no commit names the content {digest}")
        })
    }

    fn log(&mut self, log: &Log) -> Checked {
        let subject = &log.subject;
        must(!log.outcomes.is_empty(), || format!("there are no outcomes of {subject}"))?;
        match &mut self.log {
            Some(last) if last.subject == *subject => {
                must(last.outcomes == log.from && last.judged == log.judged, || {
                    format!("the outcomes of {subject} do not follow from those before them")
                })?;
            }
            last => {
                let follows = last.as_ref().is_none_or(|last| last.subject < *subject);
                must(follows && log.from == 0, || {
                    format!("the outcomes of {subject} do not come here")
                })?;
                let next = LastLog { subject: subject.clone(), judged: log.judged, outcomes: 0 };
                let last = last.replace(next);
                last.as_ref().map_or(Ok(()), LastLog::check)?;
                self.seen.subjects += 1;
            }
        }
        for outcome in &log.outcomes {
            outcome.check().map_err(|err| format!("outcome {}: {err}", outcome.id))?;
        }
        let number = log.outcomes.len() as u64;
        if let Some(last) = &mut self.log {
            last.outcomes += number;
        }
        self.seen.outcomes += number;
        Ok(())
    }

    fn closing(&mut self, closing: &Closing) -> Checked {
        self.log.as_ref().map_or(Ok(()), LastLog::check)?;
        let seen = Closing { signed_head: closing.signed_head.clone(), ..self.seen.clone() };
        must(seen == *closing, || {
            format!("it says that there was {closing:?}, and there was {seen:?}")
        })
    }
}

impl LastLog {
    fn check(&self) -> Checked {
        must(self.judged <= self.outcomes, || {
            format!("more outcomes of {} were judged than there are", self.subject)
        })
    }
}
