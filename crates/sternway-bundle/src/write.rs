//! Writing a bundle, entry by entry.

use std::{fmt, io::Write};

use serde::Serialize;
use sternway_types::{Applied, Commit, Content, Digest, Outcome, Subject};
use tar::{Builder, EntryType, Header};

use crate::{
    BundleError, Closing, Form, MAX_PART, Manifest,
    commit::CommitShape,
    envelope::Sealer,
    manifest::Shape,
    name::{Kind, Name},
    outcome::{LogShape, OutcomeShape},
};

/// How many bytes of lines make a part.
const PART: usize = 1024 * 1024;

/// An entry of a tar ends with zeros up to a multiple of so many bytes.
const BLOCK: usize = 512;

/// Writes a bundle. Nothing is whole before [`Writer::finish`].
#[must_use = "a bundle ends with its head"]
pub struct Writer<W: Write> {
    tar: Builder<Sealer<W>>,
    /// Seconds since 1970.
    time: u64,
    written: Closing,
    /// Lines that are not written yet, and what they are.
    part: Vec<u8>,
    kind: Kind,
}

impl<W: Write> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("written", &self.written).finish_non_exhaustive()
    }
}

fn json(what: &str, value: &impl Serialize) -> Result<Vec<u8>, BundleError> {
    let json = serde_json::to_vec(value);
    json.map_err(|err| BundleError::damaged(what, format!("it cannot be written as JSON ({err})")))
}

impl<W: Write> Writer<W> {
    /// Begins a bundle.
    ///
    /// # Errors
    ///
    /// [`BundleError::Io`] if it cannot be written.
    pub fn new(to: W, manifest: &Manifest) -> Result<Self, BundleError> {
        let seconds = manifest.at.as_micros().div_euclid(1_000_000);
        let mut writer = Self {
            tar: Builder::new(Sealer::new(to)?),
            time: u64::try_from(seconds).unwrap_or_default(),
            written: Closing::NOTHING,
            part: Vec::new(),
            kind: Kind::Manifest,
        };
        let body = json("the manifest", &Shape::from(manifest))?;
        writer.entry(Kind::Manifest, Digest::of(&body), &body)?;
        Ok(writer)
    }

    /// Writes a content, before the first commit that names it.
    ///
    /// # Errors
    ///
    /// [`BundleError::Io`] if it cannot be written.
    pub fn content(&mut self, content: &Content) -> Result<(), BundleError> {
        let kind = Kind::Content(Form::of(content.kind()));
        self.written.contents += 1;
        self.written.content_bytes += content.as_bytes().len() as u64;
        self.entry(kind, content.digest(), content.as_bytes())
    }

    /// Writes the next commit.
    ///
    /// # Errors
    ///
    /// [`BundleError::TooLarge`] if no part can hold it, and [`BundleError::Io`] if it cannot be
    /// written.
    pub fn commit(&mut self, commit: &Commit) -> Result<(), BundleError> {
        let what = format!("revision {}", commit.revision);
        let shape =
            CommitShape::new(commit).map_err(|err| BundleError::damaged(&what, err.to_string()))?;
        let line = json(&what, &shape)?;
        let versions = commit.applied.iter().filter(|it| matches!(it, Applied::VersionAdded(_)));
        self.written.versions += versions.count() as u64;
        self.written.commits += 1;
        self.begin(Kind::Commits)?;
        self.line(&what, &line)
    }

    /// Writes outcomes of a subject, from this place in its log on, of which this many from the first
    /// one on were judged. Subjects come in their order, and the outcomes of each one in that of its
    /// log.
    ///
    /// # Errors
    ///
    /// [`BundleError::Io`] if they cannot be written.
    pub fn outcomes(
        &mut self,
        subject: &Subject,
        judged: u64,
        from: u64,
        outcomes: &[Outcome],
    ) -> Result<(), BundleError> {
        self.begin(Kind::Outcomes)?;
        self.written.subjects += u64::from(from == 0);
        self.written.outcomes += outcomes.len() as u64;
        let what = format!("the outcomes of {subject}");
        let (subject, number) = (subject.clone(), outcomes.len() as u64);
        let mut lines = json(&what, &LogShape { subject, judged, from, outcomes: number })?;
        for outcome in outcomes {
            lines.push(b'\n');
            lines.extend(json(&what, &OutcomeShape::new(outcome))?);
        }
        self.line(&what, &lines)
    }

    /// Writes the end, with the signed head if there is one, and gives back what was written to.
    ///
    /// # Errors
    ///
    /// [`BundleError::Io`] if it cannot be written.
    pub fn finish(mut self, signed_head: Option<String>) -> Result<(W, Closing), BundleError> {
        self.end_part()?;
        let closing = Closing { signed_head, ..self.written.clone() };
        let body = json("the head", &closing)?;
        self.entry(Kind::Head, Digest::of(&body), &body)?;
        Ok((self.tar.into_inner()?.finish()?, closing))
    }

    /// Goes on with lines of this kind.
    fn begin(&mut self, kind: Kind) -> Result<(), BundleError> {
        if self.kind != kind {
            self.end_part()?;
            self.kind = kind;
        }
        Ok(())
    }

    fn line(&mut self, what: &str, line: &[u8]) -> Result<(), BundleError> {
        let found = line.len() + 1;
        if found > MAX_PART {
            return Err(BundleError::TooLarge { what: what.into(), found, limit: MAX_PART });
        }
        if self.part.len() + found > PART {
            self.end_part()?;
        }
        self.part.extend_from_slice(line);
        self.part.push(b'\n');
        Ok(())
    }

    fn end_part(&mut self) -> Result<(), BundleError> {
        if self.part.is_empty() {
            return Ok(());
        }
        let part = std::mem::take(&mut self.part);
        self.entry(self.kind, Digest::of(&part), &part)?;
        self.part = part;
        self.part.clear();
        Ok(())
    }

    fn entry(&mut self, kind: Kind, digest: Digest, body: &[u8]) -> Result<(), BundleError> {
        self.written.entries += 1;
        let name = Name { number: self.written.entries, kind, digest };
        let mut header = Header::new_ustar();
        header.set_path(name.to_string())?;
        header.set_entry_type(EntryType::Regular);
        header.set_size(body.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(self.time);
        header.set_cksum();
        // By hand: the builder copies what it appends, a few kilobytes at a time.
        let padding = body.len().next_multiple_of(BLOCK) - body.len();
        let to = self.tar.get_mut();
        to.write_all(header.as_bytes())?;
        to.write_all(body)?;
        to.write_all([0; BLOCK].get(..padding).unwrap_or_default())?;
        Ok(())
    }
}
