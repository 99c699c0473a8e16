//! Why a write is refused: which invariant it would break.

use sternway_types::{
    Actor, ArtifactId, ChangesetError, ChannelId, ContentRef, DeploymentId, Digest, EnvironmentId,
    Freeze, Generation, NamespaceId, OutcomeError, OutcomeId, PointId, PointerName, Reason,
    RecordKey, Revision, TreePath, VersionNumber,
};

/// Which invariant a write would break.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The changeset is not well formed.
    #[error(transparent)]
    Changeset(#[from] ChangesetError),
    /// The namespace exists.
    #[error("namespace {0} exists already")]
    NamespaceExists(NamespaceId),
    /// There is no such environment.
    #[error("there is no environment {0}: create it first, or mend the name")]
    NoEnvironment(EnvironmentId),
    /// There is no such artifact.
    #[error("there is no artifact {0}")]
    NoArtifact(ArtifactId),
    /// There is no such version.
    #[error("{artifact} has no {version}: its newest is {latest}")]
    NoVersion {
        /// Whose version.
        artifact: ArtifactId,
        /// Which was asked for.
        version: VersionNumber,
        /// Its newest version.
        latest: VersionNumber,
    },
    /// The content was not written before the commit that names it.
    #[error("the store does not hold the content {0}: write contents first")]
    NoContent(Digest),
    /// A file of a tree was not written before the commit that names the tree.
    #[error(
        "the store does not hold {path} of the tree {tree} ({digest}, {size} bytes): write the \
         files of a tree first"
    )]
    NoFile {
        /// The content that is the tree.
        tree: Digest,
        /// Where the file is in it.
        path: TreePath,
        /// The digest of the file.
        digest: Digest,
        /// How many bytes it has.
        size: u64,
    },
    /// The content was written before, as something else: with another length, or as bytes where a
    /// version says that it is text or JSON.
    #[error(
        "the content {} was not written as {} with {} bytes: write it as what it is named",
        .0.digest, .0.kind, .0.len
    )]
    OtherContent(Box<ContentRef>),
    /// A move to the version that the changeset adds, where it adds none.
    #[error("the {name} of {artifact} is to move to an added version, and none is added")]
    NothingAdded {
        /// Whose pointer.
        artifact: ArtifactId,
        /// Which.
        name: PointerName,
    },
    /// The pointer names that version already.
    #[error("the {name} of {artifact} is at {version} already")]
    AlreadyThere {
        /// Whose pointer.
        artifact: ArtifactId,
        /// Which.
        name: PointerName,
        /// Where it is.
        version: VersionNumber,
    },
    /// The pointer that is to be taken away is not there.
    #[error("{artifact} has no {name}")]
    NoPointer {
        /// Whose pointer.
        artifact: ArtifactId,
        /// Which.
        name: PointerName,
    },
    /// What is live in an environment can be replaced, not taken away.
    #[error("the {name} of {artifact} cannot be taken away: move it to another version")]
    NotALabel {
        /// Whose pointer.
        artifact: ArtifactId,
        /// Which.
        name: PointerName,
    },
    /// The content is unfit for the environment.
    #[error("{artifact}@{version} is condemned in {environment}{}", because(.reason))]
    Condemned {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// Where it is unfit.
        environment: EnvironmentId,
        /// Why.
        reason: Reason,
    },
    /// A condemnation names another content than that of its version.
    #[error("{artifact}@{version} has the digest {found}, not {given}")]
    OtherDigest {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// The digest that was named.
        given: Digest,
        /// The digest that it has.
        found: Digest,
    },
    /// A deployment's step gives a candidate another share, and what is live stays.
    #[error("{name} of {artifact} does not name {version}: a change of shares moves nothing else")]
    NotAShift {
        /// Whose pointer.
        artifact: ArtifactId,
        /// Which.
        name: PointerName,
        /// Where it was to go.
        version: VersionNumber,
    },
    /// A deployment cannot become that.
    #[error("deployment {id} {problem}")]
    Deployment {
        /// Which.
        id: DeploymentId,
        /// Why not.
        problem: &'static str,
    },
    /// A rollback point cannot be that.
    #[error("rollback point {id} {problem}")]
    Point {
        /// Which.
        id: PointId,
        /// Why not.
        problem: &'static str,
    },
    /// Another deployment is on its way there.
    #[error(
        "{artifact} is being deployed in {environment} by {by}: abort that, or wait for its end"
    )]
    BeingDeployed {
        /// Which artifact.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// By which.
        by: DeploymentId,
    },
    /// A deployment waits for its turn there, and nobody overtakes it.
    #[error(
        "{artifact} in {environment} is to go on with deployment {next}, which came before: abort \
         that, or queue behind it"
    )]
    OutOfTurn {
        /// Which artifact.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// Whose turn it is.
        next: DeploymentId,
    },
    /// Nothing goes forward there for now.
    #[error("{environment} is {freeze}: nothing goes forward there until that is over")]
    Frozen {
        /// Where.
        environment: EnvironmentId,
        /// Who said so, why, and for how long.
        freeze: Box<Freeze>,
    },
    /// Others must agree before a version goes forward there.
    #[error(
        "{environment} asks others to agree ({approvals}) before a version goes forward: start a \
         deployment, which asks them"
    )]
    NeedsApproval {
        /// Where.
        environment: EnvironmentId,
        /// How many must agree.
        approvals: u8,
    },
    /// A route is of no deployment that is on its way, or of another generation of the pointer.
    #[error("no deployment splits {artifact} in {environment} at generation {generation}")]
    RouteOfNothing {
        /// Whose route.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// The generation that it names.
        generation: Generation,
    },
    /// There is no such channel.
    #[error("there is no channel {0}")]
    NoChannel(ChannelId),
    /// How far a channel was told cannot become that.
    #[error("the outbox of {channel} {problem}")]
    Outbox {
        /// Whose.
        channel: ChannelId,
        /// Why not.
        problem: &'static str,
    },
    /// Automation tried to overrule what people decide: a condemnation, or what protects an environment.
    #[error(
        "only a person may force a condemned version live, pardon it, or overrule what protects an \
         environment, and {0} is not one"
    )]
    AutomationForces(Actor),
    /// A commit to be replayed has another history before it, or comes to something else here.
    #[error("revision {revision} of {namespace} is another one here: the histories differ")]
    OtherHistory {
        /// Which namespace.
        namespace: NamespaceId,
        /// The first revision that differs.
        revision: Revision,
    },
    /// A commit to be replayed does not follow what is there.
    #[error("revision {found} of {namespace} cannot be replayed: the next one here is {next}")]
    NotNext {
        /// Which namespace.
        namespace: NamespaceId,
        /// The revision that was given.
        found: Revision,
        /// The revision that would be next.
        next: Revision,
    },
    /// There is nothing to take away.
    #[error("there is no {0}")]
    NoRecord(RecordKey),
    /// The record belongs to history and cannot be changed or taken away.
    #[error("{0} cannot be changed any more")]
    RecordStays(RecordKey),
    /// Too many outcomes at once.
    #[error("{found} outcomes at once: the limit is {limit}")]
    TooManyOutcomes {
        /// How many were given.
        found: usize,
        /// How many are taken.
        limit: usize,
    },
    /// One outcome of an append is not well formed, so that none was taken.
    #[error("outcome {id} (number {index} of the batch) was refused")]
    Outcome {
        /// Its place in the batch, from 1.
        index: usize,
        /// Its id.
        id: OutcomeId,
        /// What is wrong.
        #[source]
        source: OutcomeError,
    },
    /// One outcome of an append names a stay that never was, so that none was taken.
    #[error(
        "outcome {id} (number {index} of the batch) ran {version} of {artifact} under generation \
         {generation} in {environment}, which never was"
    )]
    NeverLive {
        /// Its place in the batch, from 1.
        index: usize,
        /// Its id.
        id: OutcomeId,
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// Where.
        environment: EnvironmentId,
        /// The generation that was named.
        generation: Generation,
    },
}

/// A reason after a sentence, if there is one.
fn because(reason: &Reason) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}
