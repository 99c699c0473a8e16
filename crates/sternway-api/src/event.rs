//! What a commit has to tell, as channels are told it.
//!
//! Events are computed from a commit and nothing else, so that the same commit tells the same ones, under
//! the same ids, however often and by whomever it is read.

use serde::Serialize;
use sternway_types::{
    Actor, Applied, ArtifactId, Commit, DeploymentId, Environment, EnvironmentId, Event,
    EventPlace, Freeze, LatchAction, MoveCause, NamespaceId, PointUse, PointUsed, PointerMove,
    PointerName, Record, RecordChange, Revision, RollbackTrigger, Timestamp, VersionNumber,
};

mod calendar;
mod deployed;

/// The most artifacts that one event names.
const MOST_MEMBERS: usize = 32;
/// The longest reason and the longest detail that are told, in characters.
const MOST_WORDS: usize = 500;

/// One of the artifacts that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventMemberView {
    /// Which artifact.
    pub artifact: ArtifactId,
    /// The version that was live before, if there was one.
    pub from: Option<VersionNumber>,
    /// The version that the event is about.
    pub version: VersionNumber,
}

/// What happened: ids, and never contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventView {
    /// Its name, such as `deployment.started`.
    pub event: Event,
    /// What happened, without what it is about: `started`.
    pub status: &'static str,
    /// In one line, for people.
    pub summary: String,
    /// Which namespace.
    pub namespace: NamespaceId,
    /// The commit that it is part of.
    pub revision: Revision,
    /// When that was committed.
    pub at: Timestamp,
    /// Who asked.
    pub actor: Actor,
    /// Why, in their words, cut to 500 characters.
    pub reason: String,
    /// Where, if it is in an environment.
    pub environment: Option<EnvironmentId>,
    /// Which artifact; several stand in one text, with `, ` between them.
    pub artifact: String,
    /// Which version of it; several stand in one text.
    pub version: String,
    /// The artifacts that it is about, the first 32.
    pub artifacts: Vec<EventMemberView>,
    /// The deployment, if it is about one.
    pub deployment: Option<DeploymentId>,
    /// More about it, if there is more: why a deployment went back, or which share its candidates have.
    pub detail: Option<String>,
}

/// An event as it is sent to programs: `CloudEvents` 1.0, in structured mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CloudEventView {
    /// `1.0`.
    pub specversion: &'static str,
    /// The same for the same event, however often it is sent, and for no other one.
    pub id: String,
    /// Whose namespace.
    pub source: String,
    /// `dev.sternway.deployment.started.v1`.
    pub r#type: String,
    /// What it is about: `artifact/prompts/greeting`, or `deployment/production/` and its id.
    pub subject: String,
    /// When it happened.
    pub time: Timestamp,
    /// What is in `data`: `application/json`.
    pub datacontenttype: &'static str,
    /// Grows with each event of the namespace, as a text.
    pub sequence: String,
    /// What happened.
    pub data: EventView,
}

/// Where an event is in the feed, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where.
    pub place: EventPlace,
    /// What.
    pub cloud: CloudEventView,
}

impl Told {
    /// Which event.
    #[must_use]
    pub const fn event(&self) -> Event {
        self.cloud.data.event
    }

    /// A test of a channel, which is in no feed.
    #[must_use]
    pub fn test(namespace: &NamespaceId, id: &str, (actor, at): (&Actor, Timestamp)) -> Self {
        let place = EventPlace::first_of(Revision::ZERO);
        let data = EventView {
            event: Event::ChannelTest,
            status: Event::ChannelTest.verb(),
            summary: "this is a test: the channel works".into(),
            namespace: namespace.clone(),
            revision: place.revision,
            at,
            actor: actor.clone(),
            reason: String::new(),
            environment: None,
            artifact: String::new(),
            version: String::new(),
            artifacts: Vec::new(),
            deployment: None,
            detail: None,
        };
        Self { place, cloud: cloud(data, format!("evt-test-{id}"), place) }
    }
}

/// What a commit has to tell, in the order in which it was applied. Most commits have nothing.
#[must_use]
pub fn told(commit: &Commit) -> Vec<Told> {
    let events = commit.applied.iter().flat_map(|applied| match applied {
        Applied::NamespaceCreated => Vec::new(),
        Applied::VersionAdded(added) => {
            let version = (&added.artifact, None, added.number);
            vec![Happened::of(Event::VersionPublished, version)]
        }
        Applied::PointerMoved(moved) => moved_to(moved).into_iter().collect(),
        Applied::RecordChanged(change) => changed(change, commit.at),
    });
    let numbered = events.zip(0_u16..);
    numbered.map(|(happened, index)| happened.told(commit, index)).collect()
}

/// Something that happened, without the commit around it.
struct Happened {
    event: Event,
    environment: Option<EnvironmentId>,
    members: Vec<EventMemberView>,
    deployment: Option<DeploymentId>,
    detail: Option<String>,
}

impl Happened {
    fn of(
        event: Event,
        (artifact, from, version): (&ArtifactId, Option<VersionNumber>, VersionNumber),
    ) -> Self {
        let members = vec![EventMemberView { artifact: artifact.clone(), from, version }];
        Self { event, environment: None, members, deployment: None, detail: None }
    }

    /// Something that happened to an environment as a whole.
    fn to_all_of(event: Event, environment: &EnvironmentId) -> Self {
        let environment = Some(environment.clone());
        Self { event, environment, members: Vec::new(), deployment: None, detail: None }
    }

    fn within(mut self, environment: &EnvironmentId) -> Self {
        self.environment = Some(environment.clone());
        self
    }

    fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail| !detail.is_empty());
        self
    }

    fn told(self, commit: &Commit, index: u16) -> Told {
        let place = EventPlace { revision: commit.revision, index };
        let joined = |part: fn(&EventMemberView) -> String| {
            let parts: Vec<_> = self.members.iter().take(MOST_MEMBERS).map(part).collect();
            parts.join(", ")
        };
        let data = EventView {
            event: self.event,
            status: self.event.verb(),
            summary: self.summary(),
            namespace: commit.namespace.clone(),
            revision: commit.revision,
            at: commit.at,
            actor: commit.actor.clone(),
            reason: cut(commit.reason.as_str()),
            artifact: joined(|member| member.artifact.to_string()),
            version: joined(|member| member.version.to_string()),
            artifacts: self.members.into_iter().take(MOST_MEMBERS).collect(),
            environment: self.environment,
            deployment: self.deployment,
            detail: self.detail.as_deref().map(cut),
        };
        // The chain is over all that happened before, so that another store has another id, also for a
        // namespace of the same name.
        let chain = commit.chain.to_hex();
        let id = format!("evt-{}-{index}-{}", commit.revision, chain.get(..16).unwrap_or_default());
        Told { place, cloud: cloud(data, id, place) }
    }

    fn summary(&self) -> String {
        let goes_back = matches!(self.event, Event::ArtifactRolledBack | Event::ArtifactRestored);
        let named = |member: &EventMemberView| match member.from {
            Some(from) if goes_back => format!("{} {from}", member.artifact),
            _ => format!("{} {}", member.artifact, member.version),
        };
        let mut names: Vec<_> = self.members.iter().take(3).map(named).collect();
        if let Some(more) = self.members.len().checked_sub(3).filter(|more| *more > 0) {
            names.push(format!("{more} more"));
        }
        let place = self.environment.as_ref().map(|id| format!(" in {id}")).unwrap_or_default();
        let (kind, verb) =
            calendar::words(self.event).unwrap_or((self.event.kind(), self.event.verb()));
        let what = match kind {
            "deployment" => "deployment of ",
            "environment" => "everything",
            calendar::WINDOW => "a freeze window",
            _ => "",
        };
        let to = self.members.first().filter(|_| goes_back);
        let to = to.map(|member| format!(" to {}", member.version)).unwrap_or_default();
        let verb = format!("{}{to}", verb.replace('_', " "));
        let detail = self.detail.as_ref().map(|it| format!(": {}", cut(it))).unwrap_or_default();
        format!("{what}{}{place} {verb}{detail}", names.join(", "))
    }
}

fn cloud(data: EventView, id: String, place: EventPlace) -> CloudEventView {
    let subject = match (&data.deployment, &data.environment, data.artifacts.first()) {
        (Some(id), Some(environment), _) => format!("deployment/{environment}/{id}"),
        (_, _, Some(member)) => format!("artifact/{}", member.artifact),
        (_, Some(environment), None) => format!("environment/{environment}"),
        (_, _, None) => data.event.kind().to_owned(),
    };
    CloudEventView {
        specversion: "1.0",
        id,
        source: format!("/sternway/namespaces/{}", data.namespace),
        r#type: format!("dev.sternway.{}.v1", data.event),
        subject,
        time: data.at,
        datacontenttype: "application/json",
        sequence: format!("{:020}.{:05}", place.revision.get(), place.index),
        data,
    }
}

/// A move of what is live. Those of a deployment are told with it; a shift of shares moves nothing.
fn moved_to(moved: &PointerMove) -> Option<Happened> {
    let PointerName::Environment(environment) = &moved.name else { return None };
    let happened = |event| {
        let version = (&moved.artifact, moved.from, moved.to?);
        Some(Happened::of(event, version).within(environment))
    };
    match &moved.cause {
        MoveCause::Published | MoveCause::Promoted => happened(Event::ArtifactPromoted),
        MoveCause::RolledBack(RollbackTrigger::Manual) => {
            Some(happened(Event::ArtifactRolledBack)?.because("by hand"))
        }
        MoveCause::RolledBack(RollbackTrigger::Policy(regression)) => {
            Some(happened(Event::ArtifactRolledBack)?.because(regression.to_string()))
        }
        MoveCause::Undone(revision) => {
            Some(happened(Event::ArtifactRestored)?.because(format!("r{revision} was undone")))
        }
        MoveCause::Restored(revision) => {
            Some(happened(Event::ArtifactRestored)?.because(format!("as it was at r{revision}")))
        }
        MoveCause::Labelled
        | MoveCause::Unlabelled
        | MoveCause::Shifted(_)
        | MoveCause::Deployed(_) => None,
    }
}

fn changed(change: &RecordChange, at: Timestamp) -> Vec<Happened> {
    match (&change.before, &change.after) {
        (before, Some(Record::Deployment(after))) => {
            let before = match before {
                Some(Record::Deployment(before)) => Some(before.as_ref()),
                _ => None,
            };
            deployed::happened(before, after)
        }
        (None, Some(Record::Condemnation(it))) => {
            let condemned = Happened::of(Event::VersionCondemned, (&it.artifact, None, it.version));
            vec![condemned.within(&it.environment).because(it.reason.as_str())]
        }
        (Some(Record::Condemnation(it)), None) => {
            let pardoned = Happened::of(Event::VersionPardoned, (&it.artifact, None, it.version));
            vec![pardoned.within(&it.environment)]
        }
        (None, Some(Record::Latch(it))) => match it.action {
            LatchAction::Paused { .. }
            | LatchAction::Notified
            | LatchAction::Halted
            | LatchAction::OverBudget => {
                let version = (&it.artifact, None, it.version);
                let regressed = Happened::of(Event::ArtifactRegressed, version);
                vec![regressed.within(&it.environment).because(it.regression.to_string())]
            }
            // The first two are told as what was done; what is on trial is nobody's business.
            LatchAction::RolledBack { .. }
            | LatchAction::Withdrawn { .. }
            | LatchAction::Shadowed => Vec::new(),
        },
        (before, Some(Record::Environment(after))) => {
            let before = match before {
                Some(Record::Environment(before)) => Some(before),
                _ => None,
            };
            let frozen = freezes(before.and_then(|before| before.frozen.as_ref()), after);
            let edges = before.map(|before| calendar::edges(before, after, at));
            frozen.into_iter().chain(edges.into_iter().flatten()).collect()
        }
        (Some(Record::Point(before)), Some(Record::Point(after))) if before.used != after.used => {
            let emergency = |it: &&PointUsed| it.how == PointUse::Emergency;
            let went = after.used.as_ref().filter(emergency);
            let happened = Happened::to_all_of(Event::EnvironmentEmergency, &after.environment);
            let detail = format!("back to what was live at r{}", after.revision);
            went.map(|_| happened.because(detail)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn freezes(was: Option<&Freeze>, after: &Environment) -> Option<Happened> {
    let tell = |event| Happened::to_all_of(event, &after.id);
    match (was, &after.frozen) {
        (was, Some(freeze)) if was != Some(freeze) => {
            Some(tell(Event::EnvironmentFrozen).because(freeze.to_string()))
        }
        (Some(_), None) => Some(tell(Event::EnvironmentUnfrozen)),
        (None | Some(_), _) => None,
    }
}

fn cut(text: &str) -> String {
    let cut: String = text.chars().take(MOST_WORDS).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}
