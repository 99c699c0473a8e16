//! Which version gets which share of the runs.

mod queue;
mod weight;
mod withdrawal;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use self::{weight::Weight, withdrawal::Withdrawal};
use crate::{ArtifactId, Bucket, DeploymentId, EnvironmentId, Generation, Matched, VersionNumber};

/// Why something is no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// A weight is a share.
    #[error("{0} is not a weight: expected 0 to 10,000 basis points, of which 10,000 are all runs")]
    Weight(u32),
    /// Every run goes somewhere.
    #[error("the weights of the arms come to {0} basis points: expected 10,000")]
    Sum(u32),
    /// There is a limit to how much is compared at once.
    #[error("a route has 1 to {limit} arms: found {found}", limit = Route::MAX_ARMS)]
    Arms {
        /// How many there are.
        found: usize,
    },
    /// A version has one share.
    #[error("{0} has two arms of one route")]
    Twice(VersionNumber),
    /// Only a candidate that answers nothing gets copies of runs.
    #[error("{0} cannot shadow a route: it is no candidate of it, or has runs of its own")]
    Shadow(VersionNumber),
    /// Only a candidate without a share gets runs for what they carry: they would be no random ones of it.
    #[error("{0} cannot have the runs that match: it is no candidate of the route, or has a share")]
    Matched(VersionNumber),
    /// There is a limit to how many wait, and each of them has one place.
    #[error(
        "{0} cannot wait there: a queue has at most {limit} deployments, each of them once",
        limit = Route::MAX_QUEUE
    )]
    Queue(DeploymentId),
}

/// One of the versions that share the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// Which.
    pub version: VersionNumber,
    /// Its share.
    pub weight: Weight,
}

/// The share of a candidate, where there are several of them or one.
pub(crate) fn share_of(
    version: VersionNumber,
    (only, weight): (VersionNumber, Weight),
    arms: &[Arm],
) -> Weight {
    if arms.is_empty() {
        return if version == only { weight } else { Weight::ZERO };
    }
    let arm = arms.iter().find(|arm| arm.version == version);
    arm.map_or(Weight::ZERO, |arm| arm.weight)
}

/// Which version of an artifact gets which share of the runs in an environment.
///
/// A route belongs to one generation of the environment's pointer: every change of the shares is a move
/// of the pointer, if only from a version to itself. So the generation that outcomes name says which
/// shares were in force, whoever drives a router can tell the newer of two routes, and nobody can
/// make a newer one without a commit.
///
/// ```
/// use sternway_types::{Arm, EnvironmentId, Generation, Route, Weight, VersionNumber};
///
/// let live = Arm { version: VersionNumber::FIRST, weight: Weight::new(9_500)? };
/// let candidate = Arm { version: VersionNumber::FIRST.next(), weight: Weight::new(500)? };
/// let (artifact, environment) = ("tools/search".parse()?, EnvironmentId::production());
/// let route = Route::new(artifact, environment, Generation::new(7), vec![live, candidate])?;
/// let arms = (0..10_000).map(|key| route.arm_of(&key.to_string()).version);
/// let share = arms.filter(|version| *version == candidate.version).count();
/// assert!((400..600).contains(&share), "of 10,000 keys, 5 % or so: {share}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawRoute")]
pub struct Route {
    artifact: ArtifactId,
    environment: EnvironmentId,
    generation: Generation,
    // Invariant: 1 to MAX_ARMS, of different versions, with weights that come to all.
    arms: Vec<Arm>,
    // Invariant: a candidate without a share.
    #[serde(skip_serializing_if = "Option::is_none")]
    shadow: Option<Arm>,
    // Invariant: a candidate without a share, and without copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<Matched>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<DeploymentId>,
    // Invariant: at most MAX_QUEUE, each once, and none of them the deployment itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queue: Vec<DeploymentId>,
    // Only a router has it: the store refuses to write one.
    #[serde(skip)]
    withdrawal: Option<Withdrawal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRoute {
    artifact: ArtifactId,
    environment: EnvironmentId,
    generation: Generation,
    arms: Vec<Arm>,
    #[serde(default)]
    shadow: Option<Arm>,
    #[serde(default)]
    matched: Option<Matched>,
    #[serde(default)]
    deployment: Option<DeploymentId>,
    #[serde(default)]
    queue: Vec<DeploymentId>,
}

impl TryFrom<RawRoute> for Route {
    type Error = RouteError;

    fn try_from(raw: RawRoute) -> Result<Self, RouteError> {
        let RawRoute {
            artifact,
            environment,
            generation,
            arms,
            shadow,
            matched,
            deployment,
            queue,
        } = raw;
        let route = Self { deployment, ..Self::new(artifact, environment, generation, arms)? };
        let route = route.queued_by(queue)?;
        let route = match shadow {
            Some(arm) => route.shadowed_by(arm)?,
            None => route,
        };
        match matched {
            Some(matched) => route.matched_by(matched),
            None => Ok(route),
        }
    }
}

impl Route {
    /// The most versions that share the runs.
    pub const MAX_ARMS: usize = 16;

    /// A route of these arms, the live version's first.
    ///
    /// # Errors
    ///
    /// [`RouteError`] if there are none or too many, a version has two, or the weights do not come
    /// to all.
    pub fn new(
        artifact: ArtifactId,
        environment: EnvironmentId,
        generation: Generation,
        arms: Vec<Arm>,
    ) -> Result<Self, RouteError> {
        if !(1..=Self::MAX_ARMS).contains(&arms.len()) {
            return Err(RouteError::Arms { found: arms.len() });
        }
        for (place, arm) in arms.iter().enumerate() {
            let mut before = arms.iter().take(place);
            if before.any(|other| other.version == arm.version) {
                return Err(RouteError::Twice(arm.version));
            }
        }
        let sum: u32 = arms.iter().map(|arm| u32::from(arm.weight)).sum();
        if sum != u32::from(Weight::ALL) {
            return Err(RouteError::Sum(sum));
        }
        Ok(Self {
            artifact,
            environment,
            generation,
            arms,
            shadow: None,
            matched: None,
            deployment: None,
            queue: Vec::new(),
            withdrawal: None,
        })
    }

    /// All runs to the live version.
    #[must_use]
    pub fn whole(
        artifact: ArtifactId,
        environment: EnvironmentId,
        generation: Generation,
        live: VersionNumber,
    ) -> Self {
        let arms = vec![Arm { version: live, weight: Weight::ALL }];
        Self {
            artifact,
            environment,
            generation,
            arms,
            shadow: None,
            matched: None,
            deployment: None,
            queue: Vec::new(),
            withdrawal: None,
        }
    }

    /// The same, with copies of this share of the runs for a candidate: it runs beside whatever answers,
    /// and nobody sees what it says. A share of nothing is none.
    ///
    /// # Errors
    ///
    /// [`RouteError::Shadow`] if it is no candidate of the route, or answers runs itself.
    pub fn shadowed_by(self, arm: Arm) -> Result<Self, RouteError> {
        let mut candidates = self.candidates().iter();
        if !candidates.any(|it| it.version == arm.version && it.weight == Weight::ZERO) {
            return Err(RouteError::Shadow(arm.version));
        }
        Ok(Self { shadow: (arm.weight > Weight::ZERO).then_some(arm), ..self })
    }

    /// The same, where runs that carry an attribute are a candidate's, whatever key they have.
    ///
    /// # Errors
    ///
    /// [`RouteError::Matched`] if it is no candidate of the route, or has a share, or copies.
    pub fn matched_by(self, matched: Matched) -> Result<Self, RouteError> {
        let mut candidates = self.candidates().iter();
        let is_one = candidates.any(|it| it.version == matched.to && it.weight == Weight::ZERO);
        if !is_one || self.shadow.is_some() {
            return Err(RouteError::Matched(matched.to));
        }
        Ok(Self { matched: Some(matched), ..self })
    }

    /// The same, as a step of a deployment.
    #[must_use]
    pub fn of_deployment(self, deployment: DeploymentId) -> Self {
        Self { deployment: Some(deployment), ..self }
    }

    /// Whose versions.
    #[must_use]
    pub const fn artifact(&self) -> &ArtifactId {
        &self.artifact
    }

    /// Where.
    #[must_use]
    pub const fn environment(&self) -> &EnvironmentId {
        &self.environment
    }

    /// The generation of the environment's pointer that it belongs to.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// The versions and their shares, the live one first.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// The deployment whose step it is.
    #[must_use]
    pub const fn deployment(&self) -> Option<DeploymentId> {
        self.deployment
    }

    /// The version that is live, and not on trial.
    #[must_use]
    pub fn live(&self) -> Arm {
        // There is at least one.
        let none = Arm { version: VersionNumber::FIRST, weight: Weight::ALL };
        self.arms.first().copied().unwrap_or(none)
    }

    /// The versions that are on trial.
    #[must_use]
    pub fn candidates(&self) -> &[Arm] {
        self.arms.get(1..).unwrap_or_default()
    }

    /// The candidate that gets copies of runs, and of which share of them.
    #[must_use]
    pub const fn shadow(&self) -> Option<Arm> {
        self.shadow
    }

    /// The candidate that gets the runs that carry something, and what that is.
    #[must_use]
    pub const fn matched(&self) -> Option<&Matched> {
        self.matched.as_ref()
    }

    /// The version of a run with these attributes, if it is given to one for them. That goes before its key.
    #[must_use]
    pub fn match_of(&self, attributes: &[(&str, &str)]) -> Option<VersionNumber> {
        self.matched.as_ref().filter(|matched| matched.by.fits(attributes)).map(|it| it.to)
    }

    /// Whether a version may run: it has a share, or gets copies, or what matches.
    #[must_use]
    pub fn runs(&self, version: VersionNumber) -> bool {
        let mut running = self.arms.iter().chain(&self.shadow);
        running.any(|arm| arm.version == version && arm.weight > Weight::ZERO)
            || self.matched.as_ref().is_some_and(|matched| matched.to == version)
    }

    /// The arm that a key belongs to, such as a user's or a session's name. While a candidate's weight
    /// grows it only gains keys, and none that it has goes back; another deployment draws anew.
    #[must_use]
    pub fn arm_of(&self, key: &str) -> Arm {
        self.arm_at(self.bucket(key))
    }

    /// The arm of a bucket, which was drawn by chance, or belongs to a key.
    #[must_use]
    pub fn arm_at(&self, bucket: Bucket) -> Arm {
        let mut end = 0_u16;
        let mut candidates = self.candidates().iter();
        let found = candidates.find(|arm| {
            end = end.saturating_add(arm.weight.get());
            bucket.get() < end
        });
        found.copied().unwrap_or_else(|| self.live())
    }

    /// The version that gets a copy of the run of a bucket, beside whatever answers it. While the share of
    /// copies grows, a key that is shadowed stays so.
    #[must_use]
    pub fn shadow_at(&self, bucket: Bucket) -> Option<VersionNumber> {
        self.shadow.filter(|arm| bucket.get() < arm.weight.get()).map(|arm| arm.version)
    }

    /// The bucket of a key: the first eight bytes of a SHA-256, seeded by what is deployed.
    #[must_use]
    pub fn bucket(&self, key: &str) -> Bucket {
        let mut hash = Sha256::new();
        if let Some(deployment) = self.deployment {
            hash.update(deployment.as_uuid().as_bytes());
        }
        hash.update(key.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let first = digest.first_chunk().copied().unwrap_or_default();
        Bucket::of(u64::from_be_bytes(first))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(weight: u32) -> Route {
        let weight = Weight::new(weight).unwrap();
        let live = Arm { version: VersionNumber::FIRST, weight: weight.rest() };
        let candidate = Arm { version: VersionNumber::FIRST.next(), weight };
        route(vec![live, candidate]).unwrap().of_deployment(DeploymentId::from_name("d"))
    }

    fn route(arms: Vec<Arm>) -> Result<Route, RouteError> {
        let artifact = "tools/search".parse().unwrap();
        Route::new(artifact, EnvironmentId::production(), Generation::new(3), arms)
    }

    #[test]
    fn a_weight_is_shown_in_percent() {
        let shown = |weight| Weight::new(weight).unwrap().to_string();
        assert_eq!([500, 1250, 1, 10_000].map(shown), ["5 %", "12.5 %", "0.01 %", "100 %"]);
    }

    #[test]
    fn what_is_no_route_is_refused() {
        let first = VersionNumber::FIRST;
        let arm = |version, weight| Arm { version, weight: Weight::new(weight).unwrap() };
        assert_eq!(Weight::new(10_001), Err(RouteError::Weight(10_001)));
        assert_eq!(route(vec![]), Err(RouteError::Arms { found: 0 }));
        assert_eq!(route(vec![arm(first, 9_999)]), Err(RouteError::Sum(9_999)));
        let twice = vec![arm(first, 5_000), arm(first, 5_000)];
        assert_eq!(route(twice), Err(RouteError::Twice(first)));
    }

    #[test]
    fn a_route_is_read_back_as_it_was_written_and_never_otherwise() {
        let written = serde_json::to_string(&split(500)).unwrap();
        assert_eq!(serde_json::from_str::<Route>(&written).unwrap(), split(500));
        let less = written.replace("9500", "9400");
        let error = serde_json::from_str::<Route>(&less).unwrap_err().to_string();
        assert!(error.contains("come to 9900 basis points"), "{error}");
    }

    #[test]
    fn only_a_candidate_that_answers_nothing_gets_copies() {
        let (first, second) = (VersionNumber::FIRST, VersionNumber::FIRST.next());
        let copies = |version| Arm { version, weight: Weight::new(2_500).unwrap() };
        let shadowed = split(0).shadowed_by(copies(second)).unwrap();
        assert!(shadowed.runs(second) && shadowed.arm_at(Bucket::of(0)).version == first);
        let shadows = [2_499, 2_500].map(|at| shadowed.shadow_at(Bucket::of(at)));
        assert_eq!(shadows, [Some(second), None]);
        let written = serde_json::to_string(&shadowed).unwrap();
        assert_eq!(serde_json::from_str::<Route>(&written).unwrap(), shadowed);
        for refused in [split(0).shadowed_by(copies(first)), split(1).shadowed_by(copies(second))] {
            assert!(matches!(refused, Err(RouteError::Shadow(_))), "{refused:?}");
        }
    }

    #[test]
    fn only_a_candidate_without_a_share_gets_what_matches() {
        let (first, second) = (VersionNumber::FIRST, VersionNumber::FIRST.next());
        let by: crate::Match = "x-preview=yes".parse().unwrap();
        let to = |to| Matched { to, by: by.clone() };
        let matched = split(0).matched_by(to(second)).unwrap();
        assert!(matched.runs(second) && !split(0).runs(second));
        assert_eq!(matched.match_of(&[("X-Preview", "yes")]), Some(second));
        assert_eq!(matched.match_of(&[]), None);
        assert_eq!(
            matched.arm_at(Bucket::of(0)).version,
            first,
            "the others stay with what is live"
        );
        let written = serde_json::to_string(&matched).unwrap();
        assert_eq!(serde_json::from_str::<Route>(&written).unwrap(), matched);
        let copies = Arm { version: second, weight: Weight::ALL };
        let shadowed = split(0).shadowed_by(copies).unwrap();
        for refused in [
            split(0).matched_by(to(first)),
            split(1).matched_by(to(second)),
            shadowed.matched_by(to(second)),
        ] {
            assert!(matches!(refused, Err(RouteError::Matched(_))), "{refused:?}");
        }
        let more = written.replace("10000", "9999").replace("\"weight\":0", "\"weight\":1");
        assert!(serde_json::from_str::<Route>(&more).is_err(), "{more}");
    }

    proptest! {
        #[test]
        fn more_weight_never_moves_a_key_back(key in ".{0,20}", less in 0..=10_000_u32, more in 0..=10_000_u32) {
            let (less, more) = (less.min(more), less.max(more));
            let candidate = VersionNumber::FIRST.next();
            let before = split(less).arm_of(&key).version == candidate;
            let after = split(more).arm_of(&key).version == candidate;
            prop_assert!(!before || after);
        }

        #[test]
        fn a_weight_is_the_share_of_the_buckets(weight in 0..=10_000_u32) {
            let (route, candidate) = (split(weight), VersionNumber::FIRST.next());
            let buckets = (0..10_000).filter(|at| route.arm_at(Bucket::of(*at)).version == candidate);
            prop_assert_eq!(u32::try_from(buckets.count()).unwrap(), weight);
        }
    }
}
