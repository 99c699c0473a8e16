//! Blame: which version wrote each line of a text, or each leaf of a JSON document.
//!
//! The walk goes along first parents and reads no further than it must: it ends when everything is
//! settled, at the first version, or where a version is of another kind, since nothing of it can
//! have stayed. A content that the version after it has too is not read again.

use std::{cmp::Reverse, collections::VecDeque, mem, ops::RangeInclusive, sync::Arc};

use serde_json::Value;
use sternway_api::ProblemCode;
use sternway_diff::{
    blame::{LeafBlame, LineBlame},
    json::{Pointer, leaves},
    text::LineNumber,
};
use sternway_store::{Limit, StoreError};
use sternway_types::{
    ArtifactId, At, Content, ContentKind, ContentRef, TreePath, Version, VersionNumber,
};

use crate::{Control, ControlError};

/// How many versions are looked up at once.
const PAGE: Limit = Limit::new(64);

/// Why a version cannot be blamed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlameError {
    /// What is stored could not be read.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The content has neither lines nor leaves.
    #[error("{artifact}@{version} is {kind}: only text and JSON have lines or leaves to blame")]
    Opaque {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// What its content is.
        kind: ContentKind,
    },
    /// Lines were asked for, and the content is blamed by its leaves.
    #[error(
        "{artifact}@{version} is {kind}, which is blamed leaf by leaf: it has no lines to choose"
    )]
    NoLines {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// What its content is.
        kind: ContentKind,
    },
    /// The text ends before the first line that was asked for.
    #[error("there is no line {first}: {artifact}@{version} has {found}")]
    Beyond {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// The first line that was asked for.
        first: LineNumber,
        /// How many lines there are.
        found: usize,
    },
}

impl BlameError {
    /// The code by which programs tell it from others.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Control(err) => err.code(),
            Self::Opaque { .. } | Self::NoLines { .. } | Self::Beyond { .. } => {
                ProblemCode::Invalid
            }
        }
    }
}

/// What of a version is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    Whole,
    /// These lines of a text.
    Lines(RangeInclusive<LineNumber>),
}

/// Which version wrote what.
#[derive(Clone, Debug, PartialEq)]
pub struct Blame {
    /// The version that was asked about.
    pub version: Version,
    /// What each version wrote, in order.
    pub written: Written,
    /// The versions that wrote something, newest first.
    pub versions: Vec<Arc<Version>>,
}

/// What each version wrote.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// Lines of a text.
    Lines(Vec<WrittenLine>),
    /// Leaves of a JSON document.
    Leaves(Vec<WrittenLeaf>),
}

/// A line, and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenLine {
    /// Where it is.
    pub line: LineNumber,
    /// What it says, with its ending.
    pub text: String,
    /// The version that wrote it.
    pub version: VersionNumber,
}

/// A leaf, and who wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenLeaf {
    /// Where it is.
    pub pointer: Pointer,
    /// What it is.
    pub value: Value,
    /// The version that wrote it.
    pub version: VersionNumber,
}

impl Control {
    /// Finds the version that wrote each line or leaf of a version. The leaves of a tree are its
    /// paths.
    ///
    /// # Errors
    ///
    /// [`BlameError::Opaque`] if its content is neither text nor JSON, [`BlameError::NoLines`] or
    /// [`BlameError::Beyond`] if it has no such lines, and [`BlameError::Control`] if what is stored
    /// cannot be read.
    pub async fn blame(&self, version: Version, part: &Part) -> Result<Blame, BlameError> {
        let seen = version.content.clone();
        self.walk(version, &Seen::Whole, seen, part).await
    }

    /// Finds the version that wrote each line of a file in a version that is a tree.
    ///
    /// # Errors
    ///
    /// As [`Control::blame`]; the error of control says so if the version is no tree, or has no such
    /// file.
    pub async fn blame_file(
        &self,
        version: Version,
        path: &TreePath,
        part: &Part,
    ) -> Result<Blame, BlameError> {
        let file = self.file_at(&version, path.as_str()).await?;
        let Some(seen) = file.reference() else {
            return Ok(Blame {
                version,
                written: Written::Lines(Vec::new()),
                versions: Vec::new(),
            });
        };
        self.walk(version, &Seen::File(path), seen, part).await
    }

    async fn walk(
        &self,
        version: Version,
        what: &Seen<'_>,
        mut seen: ContentRef,
        part: &Part,
    ) -> Result<Blame, BlameError> {
        let content = self.open(&version, what, &seen).await?;
        let newest = Arc::new(version.clone());
        let mut walk = Walk::begin(&newest, &content, part)?;
        let (mut lineage, mut reached) = (Lineage::new(self, &version), newest);
        while !walk.is_settled() {
            let Some(parent) = lineage.before(&reached).await? else { break };
            let parent = Arc::new(parent);
            let Some(older) = self.look(&parent, what).await? else { break };
            if older == seen {
                walk.pass_on(&parent);
            } else if !walk.back(&self.open(&parent, what, &older).await?, &parent) {
                break;
            }
            (reached, seen) = (parent, older);
        }
        let (written, versions) = walk.settle(&content);
        Ok(Blame { version, written, versions })
    }

    /// What a version has of what is blamed; nothing if it does not have it.
    async fn look(
        &self,
        version: &Version,
        what: &Seen<'_>,
    ) -> Result<Option<ContentRef>, ControlError> {
        let path = match what {
            Seen::Whole => return Ok(Some(version.content.clone())),
            Seen::File(path) => path,
        };
        match self.file_at(version, path.as_str()).await {
            Ok(file) => Ok(file.reference()),
            Err(ControlError::NotATree { .. } | ControlError::NoFile { .. }) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// What was seen in a version. The bytes of a file are a text if they can be.
    async fn open(
        &self,
        version: &Version,
        what: &Seen<'_>,
        seen: &ContentRef,
    ) -> Result<Content, ControlError> {
        let path = match what {
            Seen::Whole => return self.content(version).await,
            Seen::File(path) => path,
        };
        let content = self.store.content(seen).await?;
        let content = content.ok_or_else(|| StoreError::Corrupt {
            place: format!("the file {path} of {}@{}", version.artifact, version.number),
            detail: format!("{} is missing", seen.digest),
        })?;
        let text = Content::new(ContentKind::Text { language: None }, content.as_bytes());
        Ok(text.unwrap_or(content))
    }
}

/// What is blamed of each version.
enum Seen<'a> {
    /// Its content.
    Whole,
    /// The file at this path of its tree.
    File(&'a TreePath),
}

/// The versions that a version was made from, by first parents.
struct Lineage<'a> {
    control: &'a Control,
    artifact: ArtifactId,
    /// Newest first, none of them passed yet.
    page: VecDeque<Version>,
}

impl<'a> Lineage<'a> {
    fn new(control: &'a Control, of: &Version) -> Self {
        Self { control, artifact: of.artifact.clone(), page: VecDeque::new() }
    }

    /// The first parent of a version; nothing of the first one.
    async fn before(&mut self, version: &Version) -> Result<Option<Version>, ControlError> {
        let Some(parent) = version.parents.first().copied() else { return Ok(None) };
        // Most often the parent is the next one.
        while self.page.pop_front_if(|other| other.number > parent).is_some() {}
        if self.page.is_empty() {
            let (store, namespace) = (self.control.store(), self.control.namespace());
            let page =
                store.history(namespace, &self.artifact, At::Head, Some(parent.next()), PAGE);
            self.page = page.await?.into();
        }
        match self.page.pop_front_if(|other| other.number == parent) {
            Some(found) => Ok(Some(found)),
            None => self.control.version(&self.artifact, parent).await.map(Some),
        }
    }
}

/// A walk back from the version that was asked about.
enum Walk {
    Lines(LineBlame<Arc<Version>>),
    Leaves(LeafBlame<Arc<Version>>),
}

impl Walk {
    fn begin(version: &Arc<Version>, content: &Content, part: &Part) -> Result<Self, BlameError> {
        let (artifact, number) = (version.artifact.clone(), version.number);
        if let Some(document) = as_json(content) {
            return match part {
                Part::Whole => Ok(Self::Leaves(LeafBlame::new(document, Arc::clone(version)))),
                Part::Lines(_) => {
                    let kind = content.kind().clone();
                    Err(BlameError::NoLines { artifact, version: number, kind })
                }
            };
        }
        let Some(text) = as_text(content) else {
            let kind = content.kind().clone();
            return Err(BlameError::Opaque { artifact, version: number, kind });
        };
        let blame = LineBlame::new(text, Arc::clone(version));
        let Part::Lines(lines) = part else { return Ok(Self::Lines(blame)) };
        let (first, found) = (*lines.start(), text.split_inclusive('\n').count());
        if first.value() > found {
            return Err(BlameError::Beyond { artifact, version: number, first, found });
        }
        Ok(Self::Lines(blame.within(lines)))
    }

    fn is_settled(&self) -> bool {
        match self {
            Self::Lines(blame) => blame.is_settled(),
            Self::Leaves(blame) => blame.is_settled(),
        }
    }

    /// Goes back to an older version, if it is of the same kind.
    fn back(&mut self, content: &Content, version: &Arc<Version>) -> bool {
        match self {
            Self::Lines(blame) => {
                as_text(content).map(|text| blame.back(text, Arc::clone(version))).is_some()
            }
            Self::Leaves(blame) => {
                as_json(content).map(|document| blame.back(document, Arc::clone(version))).is_some()
            }
        }
    }

    /// Goes back to an older version with the same content.
    fn pass_on(&mut self, version: &Arc<Version>) {
        match self {
            Self::Lines(blame) => blame.pass_on(Arc::clone(version)),
            Self::Leaves(blame) => blame.pass_on(Arc::clone(version)),
        }
    }

    /// Ends: what each version wrote of the content that was asked about, and those versions.
    fn settle(self, content: &Content) -> (Written, Vec<Arc<Version>>) {
        let mut versions = Vec::new();
        let written = match self {
            Self::Lines(blame) => Written::Lines(lines(blame.settle(), content, &mut versions)),
            Self::Leaves(blame) => Written::Leaves(tips(blame.settle(), content, &mut versions)),
        };
        versions.sort_unstable_by_key(|version| Reverse(version.number));
        versions.dedup_by_key(|version| version.number);
        (written, versions)
    }
}

fn lines(
    settled: Vec<(LineNumber, Arc<Version>)>,
    content: &Content,
    versions: &mut Vec<Arc<Version>>,
) -> Vec<WrittenLine> {
    let mut texts = content.as_text().unwrap_or_default().split_inclusive('\n');
    let mut passed = 0;
    let line = |(line, version): (LineNumber, Arc<Version>)| {
        let between = line.value() - mem::replace(&mut passed, line.value()) - 1;
        let text = texts.nth(between).unwrap_or_default().to_owned();
        let written = WrittenLine { line, text, version: version.number };
        versions.push(version);
        written
    };
    settled.into_iter().map(line).collect()
}

fn tips(
    settled: Vec<(Pointer, Arc<Version>)>,
    content: &Content,
    versions: &mut Vec<Arc<Version>>,
) -> Vec<WrittenLeaf> {
    let document = as_json(content).unwrap_or_default();
    let leaf = |((pointer, value), (_, version)): ((Pointer, &Value), (Pointer, Arc<Version>))| {
        let written = WrittenLeaf { pointer, value: value.clone(), version: version.number };
        versions.push(version);
        written
    };
    leaves(&document).into_iter().zip(settled).map(leaf).collect()
}

/// A content that has lines.
fn as_text(content: &Content) -> Option<&str> {
    match content.kind() {
        ContentKind::Text { .. } | ContentKind::Json => content.as_text(),
        ContentKind::Bytes { .. } | ContentKind::Tree => None,
    }
}

/// A content that has leaves. The writer of a version checked that it can be parsed.
fn as_json(content: &Content) -> Option<Value> {
    match content.kind() {
        ContentKind::Json | ContentKind::Tree => serde_json::from_slice(content.as_bytes()).ok(),
        ContentKind::Text { .. } | ContentKind::Bytes { .. } => None,
    }
}
