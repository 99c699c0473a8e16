//! An environment is taken back as a whole: deployments take points of what ran before them, people take
//! their own, and in an emergency the newest healthy one comes back.

use std::{num::NonZeroUsize, time::Duration};

use sternway::{
    control::{
        deploy::{NewDeployment, OnSupersede},
        point::{
            Held, NewPoint, Pointed, Taken,
            emergency::{Emergency, PassedOver},
        },
        restore_to::{RestoredTo, WentBack},
    },
    deploy::{canary, immediate},
    types::{
        ArtifactId, EnvironmentId, Force, Limits, Plan, PointUsed, RollbackPoint, VersionNumber,
        Wait, Weight,
    },
};
use sternway_tests::faults::Told;

use super::{
    tale::{Tale, by},
    words::{Said, listed},
};

super::on_every_store!();

const WAIT: Wait = Wait { outcomes: 0, length: Duration::ZERO };

async fn tell(tale: &mut Tale) -> Told<()> {
    deployed(tale).await?;
    red(tale).await?;
    beside(tale).await?;
    by_hand(tale).await?;
    let_go(tale).await?;
    hopeless(tale).await
}

fn production() -> EnvironmentId {
    EnvironmentId::production()
}

fn number(number: u64) -> Told<VersionNumber> {
    Ok(VersionNumber::new(number).ok_or("a version")?)
}

fn at_once() -> Told<Plan> {
    Ok(immediate(WAIT, Limits { evidence: false, ..Limits::default() })?)
}

async fn publish(tale: &mut Tale, name: &str, content: &str) {
    let handle = tale.sw.artifact(name);
    tale.hear(&format!("alice publishes {content:?} as {name}"), &handle.publish(content).await);
}

/// A version is deployed, and driven as far as it goes now.
async fn deploy(tale: &mut Tale, name: &str, version: u64, plan: Plan) -> Told<()> {
    let artifact: ArtifactId = name.parse()?;
    let new = NewDeployment {
        members: vec![(artifact, number(version)?)],
        environment: production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let begun = tale.sw.control().start_deployment(&new, &by("alice", "better")?).await;
    tale.hear(&format!("alice deploys {name}@v{version}"), &begun);
    let driven = tale.sw.control().drive_one(&production(), begun?.deployment.id).await;
    tale.hear("it is driven", &driven);
    Ok(())
}

async fn points(tale: &mut Tale) {
    let points = tale.sw.control().newest_points(&production()).await;
    tale.hear("the points, the newest first", &points);
}

async fn cry(tale: &mut Tale, who: &str) -> Told<()> {
    let done = tale.sw.control().emergency(&production(), &by(who, "all is red")?).await;
    tale.hear(&format!("{who} calls an emergency"), &done);
    Ok(())
}

async fn live(tale: &mut Tale) {
    for name in ["prompts/greeting", "tools/search"] {
        tale.hear(&format!("what is live of {name}"), &tale.sw.artifact(name).check().await);
    }
}

async fn condemn(tale: &mut Tale, version: u64) -> Told<()> {
    let (artifact, number): (ArtifactId, _) = ("prompts/greeting".parse()?, number(version)?);
    let intent = by("bob", "it is rude")?;
    let condemned = tale.sw.control().condemn(&artifact, number, &production(), &intent).await;
    tale.hear(&format!("bob condemns v{version}"), &condemned);
    Ok(())
}

async fn deployed(tale: &mut Tale) -> Told<()> {
    tale.chapter("A deployment takes a point of what runs until then");
    publish(tale, "prompts/greeting", "one").await;
    publish(tale, "tools/search", "one").await;
    cry(tale, "alice").await?;
    publish(tale, "prompts/greeting", "two").await;
    deploy(tale, "prompts/greeting", 2, at_once()?).await?;
    points(tale).await;
    Ok(())
}

async fn red(tale: &mut Tale) -> Told<()> {
    tale.chapter("After the second deployment all is red, and what ran before it comes back");
    publish(tale, "prompts/greeting", "three").await;
    deploy(tale, "prompts/greeting", 3, at_once()?).await?;
    cry(tale, "alice").await?;
    cry(tale, "bob").await?;
    live(tale).await;
    points(tale).await;
    Ok(())
}

async fn beside(tale: &mut Tale) -> Told<()> {
    tale.chapter("A candidate loses its share at once, and what else moved goes back with it");
    publish(tale, "tools/search", "two").await;
    let some = Wait { outcomes: 5, ..WAIT };
    let plan = canary(&[Weight::new(5_000)?], some, some, Limits::default())?;
    let before = by("alice", "before search")?;
    let taken = tale.sw.control().take_point(&NewPoint::of(production()), &before).await;
    tale.hear("alice takes a point", &taken);
    deploy(tale, "tools/search", 2, plan).await?;
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.hear("alice promotes v3", &greeting.promote(number(3)?).await);
    cry(tale, "alice").await?;
    let search = "tools/search".parse()?;
    let route = tale.sw.control().wanted_route(&search, &production()).await;
    tale.hear("the route", &route);
    cry(tale, "alice").await?;
    live(tale).await;
    Ok(())
}

async fn by_hand(tale: &mut Tale) -> Told<()> {
    tale.chapter("Further back, by hand, and back from there");
    let points = tale.sw.control().newest_points(&production()).await?;
    let oldest = points.last().ok_or("a point")?.point.clone();
    tale.hear("what the oldest holds", &tale.sw.control().held_by(&oldest).await);
    let intent = by("bob", "the day before")?;
    let control = tale.sw.clone();
    let restored =
        control.control().restore_point(&production(), oldest.id, Force::No, &intent).await;
    tale.hear("bob restores it", &restored);
    live(tale).await;
    let revision = restored?.revision.ok_or("something moved")?;
    let commit = tale.sw.control().commit_at(revision).await?.ok_or("a commit")?;
    let undone = tale.sw.control().undo(commit, Force::No, &intent).await;
    tale.hear("bob undoes that", &undone);
    Ok(())
}

async fn let_go(tale: &mut Tale) -> Told<()> {
    tale.chapter("The newest are kept, and outlive the past that they name");
    let three = NewPoint::of(production()).keeping(NonZeroUsize::new(3).ok_or("three")?);
    let intent = by("alice", "kept")?;
    tale.hear("alice keeps three", &tale.sw.control().take_point(&three, &intent).await);
    points(tale).await;
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.hear("alice promotes v1", &greeting.promote(number(1)?).await);
    let head =
        tale.sw.control().store().head(tale.sw.control().namespace(), sternway::types::At::Head);
    let head = head.await?.ok_or("a head")?.revision;
    tale.hear("all before now is let go", &tale.sw.control().compact(head).await);
    let points = tale.sw.control().newest_points(&production()).await?;
    let newest = points.first().ok_or("a point")?.point.clone();
    tale.hear("what the newest holds", &tale.sw.control().held_by(&newest).await);
    cry(tale, "alice").await?;
    live(tale).await;
    Ok(())
}

async fn hopeless(tale: &mut Tale) -> Told<()> {
    tale.chapter("No point is healthy, and each says why");
    for version in [1, 2] {
        condemn(tale, version).await?;
    }
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.hear("alice promotes v3", &greeting.promote(number(3)?).await);
    cry(tale, "alice").await?;
    let nowhere: EnvironmentId = "qa".parse()?;
    let done = tale.sw.control().emergency(&nowhere, &by("alice", "all is red")?).await;
    tale.hear("alice calls an emergency in qa", &done);
    Ok(())
}

impl Said for RollbackPoint {
    fn said(&self) -> String {
        let Self { id, environment, revision, by, at, description, cause, used } = self;
        let used = used.as_ref().map_or("not used".into(), PointUsed::said);
        format!(
            "{id} of {environment} at r{revision} by {by} at {at}, {description:?}, {cause:?}, {used}"
        )
    }
}

impl Said for PointUsed {
    fn said(&self) -> String {
        format!("{:?} by {} at {}", self.how, self.by, self.at)
    }
}

impl Said for Pointed {
    fn said(&self) -> String {
        let (point, generation) = (self.point.said(), self.generation);
        format!("{point} (generation {generation}, r{})", self.written)
    }
}

impl Said for Taken {
    fn said(&self) -> String {
        let gone = listed(self.let_go.iter().map(ToString::to_string));
        format!("{}, let go {gone}, r{}", self.point.said(), self.revision)
    }
}

impl Said for WentBack {
    fn said(&self) -> String {
        let (from, to) = (self.from.said(), self.to.said());
        format!("{} of {} from {from} to {to}", self.name, self.artifact)
    }
}

impl Said for RestoredTo {
    fn said(&self) -> String {
        let (moved, stays) = (self.moved.said(), self.stays.said());
        format!("to r{}: {moved}; stays: {stays}; {}", self.to, self.revision.said())
    }
}

impl Said for Held {
    fn said(&self) -> String {
        let live = self.live.iter().map(|(artifact, version)| format!("{artifact}@{version}"));
        let policies = self.policies.as_ref().map(|all| {
            all.iter().map(|it| format!("{} {}", it.key, it.generation)).collect::<Vec<_>>()
        });
        format!(
            "{}; labels {}; policies {policies:?}; restoring it {}",
            listed(live),
            self.labels.said(),
            self.restoring.said()
        )
    }
}

impl Said for PassedOver {
    fn said(&self) -> String {
        self.to_string()
    }
}

impl Said for Emergency {
    fn said(&self) -> String {
        let facts = [
            format!("back at {}", self.point.said()),
            format!("moved {}", self.moved.said()),
            format!("stays {}", self.stays.said()),
            format!("unfit {:?}", self.unfit),
            format!("aborted {}", self.aborted.said()),
            format!("passed over {}", self.passed_over.said()),
            format!("unrouted {:?}", self.unrouted),
            self.revision.said(),
        ];
        facts.join("; ")
    }
}
