//! Problems, by RFC 9457, and the codes by which programs tell them apart.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// What went wrong, for a program. The codes are stable; the texts beside them are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProblemCode {
    /// The input makes no sense.
    Invalid,
    /// There is no such namespace.
    NamespaceNotFound,
    /// There is no such artifact.
    ArtifactNotFound,
    /// There is no such version.
    VersionNotFound,
    /// The version has no such file.
    FileNotFound,
    /// There is no such environment.
    EnvironmentNotFound,
    /// There is no such label.
    LabelNotFound,
    /// No policy was set there.
    PolicyNotFound,
    /// The reference fits several versions.
    AmbiguousReference,
    /// The state that was asked for does not exist yet.
    NotYet,
    /// What was asked for was let go by a compaction.
    Compacted,
    /// Nothing is live.
    NotLive,
    /// The version is live already.
    AlreadyLive,
    /// There is no such deployment.
    DeploymentNotFound,
    /// The deployment is not where that could be done.
    DeploymentState,
    /// There is no such rollback point.
    PointNotFound,
    /// No rollback point is healthy.
    NoHealthyPoint,
    /// Another deployment is on its way.
    BeingDeployed,
    /// A router cannot do what was asked for.
    Unroutable,
    /// A router did not follow.
    RouterUnavailable,
    /// There is no such channel.
    ChannelNotFound,
    /// There is a channel of this name already.
    ChannelExists,
    /// A channel did not take what it was told.
    NotDelivered,
    /// There is an environment of this name already.
    EnvironmentExists,
    /// Somebody else wrote first.
    VersionConflict,
    /// The id was used for something else.
    IdempotencyKeyReused,
    /// The content is condemned there.
    PolicyCondemned,
    /// Nothing goes forward in the environment.
    PolicyFrozen,
    /// Others must agree first.
    ApprovalRequired,
    /// The content fails a check of the policy.
    PolicyCheckFailed,
    /// A check of the policy came to no answer.
    PolicyCheckNotRun,
    /// No good version is left to go back to.
    NoGoodVersion,
    /// The version regressed.
    Regressed,
    /// A stored value is not what was written.
    IntegrityMismatch,
    /// A bundle is not what was written.
    BundleDamaged,
    /// The namespace has another history than the bundle.
    OtherHistory,
    /// The store or the bundle was written by a newer Sternway.
    NewerFormat,
    /// The store was written by an older Sternway, and is to be upgraded.
    UpgradeNeeded,
    /// What was opened is not a store.
    NotAStore,
    /// There is no store.
    StoreNotFound,
    /// Another process holds the store.
    StoreBusy,
    /// There is no room left.
    StoreFull,
    /// The store cannot be reached now.
    StoreUnavailable,
    /// Anything else.
    Internal,
}

/// What belongs to a code: its name, the status of HTTP, the exit status of a command.
struct Row(&'static str, &'static str, u16, u8);

impl ProblemCode {
    const fn row(self) -> Row {
        match self {
            Self::Invalid => Row("invalid", "The input makes no sense", 422, 2),
            Self::NamespaceNotFound => Row("namespace-not-found", "No such namespace", 404, 3),
            Self::ArtifactNotFound => Row("artifact-not-found", "No such artifact", 404, 3),
            Self::VersionNotFound => Row("version-not-found", "No such version", 404, 3),
            Self::FileNotFound => Row("file-not-found", "No such file", 404, 3),
            Self::EnvironmentNotFound => {
                Row("environment-not-found", "No such environment", 404, 3)
            }
            Self::LabelNotFound => Row("label-not-found", "No such label", 404, 3),
            Self::PolicyNotFound => Row("policy-not-found", "No such policy", 404, 3),
            Self::AmbiguousReference => Row("ambiguous-reference", "Several fit", 422, 2),
            Self::NotYet => Row("not-yet", "Not there yet", 404, 3),
            Self::Compacted => Row("compacted", "It was let go by a compaction", 410, 3),
            Self::NotLive => Row("not-live", "Nothing is live", 404, 3),
            Self::AlreadyLive => Row("already-live", "It is live already", 409, 5),
            Self::DeploymentNotFound => Row("deployment-not-found", "No such deployment", 404, 3),
            Self::DeploymentState => Row("deployment-state", "Not possible where it is", 409, 5),
            Self::PointNotFound => {
                Row("rollback-point-not-found", "No such rollback point", 404, 3)
            }
            Self::NoHealthyPoint => Row("no-healthy-point", "No rollback point is healthy", 409, 6),
            Self::BeingDeployed => {
                Row("being-deployed", "Another deployment is on its way", 409, 5)
            }
            Self::Unroutable => Row("unroutable", "The router cannot do that", 422, 2),
            Self::RouterUnavailable => {
                Row("router-unavailable", "The router does not follow", 503, 10)
            }
            Self::ChannelNotFound => Row("channel-not-found", "No such channel", 404, 3),
            Self::ChannelExists => Row("channel-exists", "It exists already", 409, 5),
            Self::NotDelivered => Row("not-delivered", "It was not taken", 502, 10),
            Self::EnvironmentExists => Row("environment-exists", "It exists already", 409, 5),
            Self::VersionConflict => Row("version-conflict", "Somebody else was first", 412, 5),
            Self::IdempotencyKeyReused => {
                Row("idempotency-key-reused", "The id was used for something else", 422, 5)
            }
            Self::PolicyCondemned => Row("policy-condemned", "The content is condemned", 403, 6),
            Self::PolicyFrozen => Row("policy-frozen", "Nothing goes forward there", 403, 6),
            Self::ApprovalRequired => Row("approval-required", "Others must agree first", 403, 6),
            Self::PolicyCheckFailed => Row("policy-check-failed", "A check failed", 403, 6),
            Self::PolicyCheckNotRun => {
                Row("policy-check-not-run", "A check came to no answer", 403, 6)
            }
            Self::NoGoodVersion => Row("no-good-version", "No good version is left", 409, 6),
            Self::Regressed => Row("regressed", "The version regressed", 409, 8),
            Self::IntegrityMismatch => Row("integrity-mismatch", "The store is damaged", 409, 9),
            Self::BundleDamaged => Row("bundle-damaged", "The bundle is damaged", 422, 9),
            Self::OtherHistory => Row("other-history", "The histories differ", 409, 5),
            Self::NewerFormat => Row("newer-format", "Written by a newer Sternway", 409, 1),
            Self::UpgradeNeeded => Row("upgrade-needed", "The store is to be upgraded", 409, 1),
            Self::NotAStore => Row("not-a-store", "Not a Sternway store", 422, 2),
            Self::StoreNotFound => Row("store-not-found", "There is no store", 404, 3),
            Self::StoreBusy => Row("store-busy", "Another process holds the store", 503, 10),
            Self::StoreFull => Row("store-full", "No room left", 507, 10),
            Self::StoreUnavailable => {
                Row("store-unavailable", "The store cannot be reached", 503, 10)
            }
            Self::Internal => Row("internal", "Something went wrong", 500, 1),
        }
    }

    /// The name of the code, such as `version-conflict`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The code in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().1
    }

    /// The status of HTTP that it goes with.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().2
    }

    /// The exit status of a command that ends with it.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        self.row().3
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::VersionConflict
                | Self::NotDelivered
                | Self::StoreBusy
                | Self::StoreFull
                | Self::StoreUnavailable
        )
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ProblemCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// A problem as programs get it: RFC 9457 with a code, and members that depend on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// `urn:sternway:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in a few words.
    pub title: &'static str,
    /// The status of HTTP.
    pub status: u16,
    /// The code.
    pub code: ProblemCode,
    /// What happened, and why, in full.
    pub detail: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The next command to type, if one helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What depends on the code, such as `expected` and `found` of a conflict.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

impl Problem {
    /// A problem of a code, with what happened.
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:sternway:problem:{code}"),
            title: code.title(),
            status: code.status(),
            code,
            detail: detail.into(),
            retryable: code.is_retryable(),
            help: None,
            members: Map::new(),
        }
    }

    /// Says which command to type next.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }
}
