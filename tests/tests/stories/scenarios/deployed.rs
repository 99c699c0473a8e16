//! Versions reach an environment step by step: a good one goes live, a bad one goes back by itself, and
//! people have their say.

use std::time::Duration;

use sternway::{
    control::deploy::{Deployed, NewDeployment, OnSupersede, Targeting},
    deploy::{Ask, blue_green, canary, immediate},
    store::Limit,
    types::{
        ArtifactId, DeploymentId, EnvironmentId, Force, Limits, Outcome, OutcomeStatus, Plan, Step,
        Strategy, VersionNumber, Wait, Weight,
    },
};
use sternway_tests::faults::Told;

use super::tale::{SECOND, Tale, by};

super::on_every_store!();

const WAIT: Wait = Wait { outcomes: 5, length: Duration::ZERO };

async fn tell(tale: &mut Tale) -> Told<()> {
    good(tale).await?;
    bad(tale).await?;
    asked(tale).await?;
    agreed(tale).await?;
    together(tale).await
}

fn shares(percents: &[u32]) -> Told<Plan> {
    let weights: Result<Vec<_>, _> = percents.iter().map(|it| Weight::new(it * 100)).collect();
    Ok(canary(&weights?, WAIT, WAIT, Limits::default())?)
}

async fn shop(tale: &mut Tale, name: &str) -> Told<ArtifactId> {
    let artifact: ArtifactId = name.parse()?;
    let handle = tale.sw.artifact(name);
    tale.hear("alice publishes \"one\"", &handle.publish("one").await);
    tale.run_at_once(&handle.live().await?, &".".repeat(300), |run| run).await?;
    tale.hear("alice publishes \"two\"", &handle.publish("two").await);
    Ok(artifact)
}

async fn start(
    tale: &mut Tale,
    artifacts: &[&ArtifactId],
    plan: Plan,
) -> Told<Option<DeploymentId>> {
    let second = VersionNumber::FIRST.next();
    let new = NewDeployment {
        members: artifacts.iter().map(|it| ((*it).clone(), second)).collect(),
        environment: EnvironmentId::production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let begun = tale.sw.control().start_deployment(&new, &by("alice", "better")?).await;
    tale.hear("alice deploys v2", &begun);
    Ok(begun.ok().map(|Deployed { deployment, .. }| deployment.id))
}

async fn drive(tale: &mut Tale, id: DeploymentId) {
    let driven = tale.sw.control().drive_one(&EnvironmentId::production(), id).await;
    tale.hear("it is driven", &driven);
}

async fn ask(tale: &mut Tale, id: DeploymentId, who: &str, ask: Ask, why: &str) -> Told<()> {
    let intent = by(who, why)?;
    let asked = tale.sw.control().ask(&EnvironmentId::production(), id, ask, &intent).await;
    tale.hear(&format!("{who} asks to {}", ask.as_str()), &asked);
    Ok(())
}

/// Runs of a version under the shares that are in force, one second apart.
async fn run(tale: &mut Tale, artifact: &ArtifactId, version: u64, signs: &str) -> Told<()> {
    let production = EnvironmentId::production();
    let sw = tale.sw.clone();
    let mut resolved =
        sw.control().resolve_run(artifact, &production, &Targeting::by_key("x")).await?;
    resolved.version = VersionNumber::new(version).ok_or("a version")?;
    for sign in signs.chars() {
        tale.wait(SECOND);
        let status = match sign {
            '.' => OutcomeStatus::Succeeded,
            _ => OutcomeStatus::Failed(sternway::types::Failure::default()),
        };
        let subject = resolved.subject(artifact.clone(), production.clone());
        let id = sw.control().ids().outcome();
        let outcome = Outcome::new(id, subject, sw.control().now(), status);
        let recorded = sw.control().record(vec![outcome]).await;
        tale.hear(&format!("v{version} runs: {sign}"), &recorded);
    }
    Ok(())
}

async fn good(tale: &mut Tale) -> Told<()> {
    tale.chapter("A good one goes live by shares, and ends once it is proven");
    let search = shop(tale, "tools/search").await?;
    let Some(id) = start(tale, &[&search], shares(&[10, 50])?).await? else { return Ok(()) };
    drive(tale, id).await;
    for key in ["ann", "ben", "cid", "dot", "eve", "fay"] {
        let production = EnvironmentId::production();
        let run = Targeting::by_key(key);
        let resolved = tale.sw.control().resolve_run(&search, &production, &run).await;
        tale.hear(&format!("what {key} gets"), &resolved);
    }
    run(tale, &search, 2, ".....").await?;
    drive(tale, id).await;
    run(tale, &search, 2, ".....").await?;
    drive(tale, id).await;
    tale.hear("what is live", &tale.sw.artifact("tools/search").check().await);
    tale.run_at_once(&tale.sw.artifact("tools/search").live().await?, &".".repeat(300), |run| run)
        .await?;
    drive(tale, id).await;
    Ok(())
}

async fn bad(tale: &mut Tale) -> Told<()> {
    tale.chapter("A bad one goes back at the run that decides, and is condemned");
    let fetch = shop(tale, "tools/fetch").await?;
    let Some(id) = start(tale, &[&fetch], shares(&[10, 50])?).await? else { return Ok(()) };
    drive(tale, id).await;
    run(tale, &fetch, 1, "..").await?;
    run(tale, &fetch, 2, "xxxx").await?;
    let production = EnvironmentId::production();
    tale.hear("the route", &tale.sw.control().wanted_route(&fetch, &production).await);
    drive(tale, id).await;
    start(tale, &[&fetch], shares(&[10])?).await?;
    Ok(())
}

async fn asked(tale: &mut Tale) -> Told<()> {
    tale.chapter("People pause it, resume it, send it on, and send it back");
    let report = shop(tale, "tools/report").await?;
    let plan = blue_green(None, WAIT, Limits::default())?;
    let Some(id) = start(tale, &[&report], plan).await? else { return Ok(()) };
    drive(tale, id).await;
    start(tale, &[&report], shares(&[10])?).await?;
    ask(tale, id, "bob", Ask::Pause, "").await?;
    ask(tale, id, "bob", Ask::Resume, "").await?;
    ask(tale, id, "bob", Ask::Halt, "").await?;
    ask(tale, id, "bob", Ask::Promote, "looks good").await?;
    drive(tale, id).await;
    ask(tale, id, "bob", Ask::Waive, "").await?;
    ask(tale, id, "bob", Ask::Abort, "it does not").await?;
    drive(tale, id).await;
    ask(tale, id, "bob", Ask::Resume, "").await?;
    tale.hear("what is live", &tale.sw.artifact("tools/report").check().await);
    Ok(())
}

async fn agreed(tale: &mut Tale) -> Told<()> {
    tale.chapter("Two others must agree");
    let plan = shop(tale, "plans/week").await?;
    let steps = vec![Step::Approve(sternway::types::Consent::of(2)), Step::GoLive];
    let limits = Limits { evidence: false, ..Limits::default() };
    let steps = Plan::new(Strategy::Steps, steps, limits)?;
    let Some(id) = start(tale, &[&plan], steps).await? else { return Ok(()) };
    ask(tale, id, "alice", Ask::Approve, "mine").await?;
    ask(tale, id, "agent:planner", Ask::Approve, "fine").await?;
    ask(tale, id, "bob", Ask::Approve, "fine").await?;
    ask(tale, id, "bob", Ask::Approve, "fine").await?;
    drive(tale, id).await;
    ask(tale, id, "carol", Ask::Approve, "fine").await?;
    drive(tale, id).await;
    Ok(())
}

async fn together(tale: &mut Tale) -> Told<()> {
    tale.chapter("Two go live in one commit, and go back together");
    let (first, second) = (shop(tale, "prompts/a").await?, shop(tale, "prompts/b").await?);
    let plan = immediate(WAIT, Limits::default())?;
    let Some(id) = start(tale, &[&second, &first], plan).await? else { return Ok(()) };
    drive(tale, id).await;
    run(tale, &second, 2, "xxx").await?;
    drive(tale, id).await;
    for name in ["prompts/a", "prompts/b"] {
        tale.hear(name, &tale.sw.artifact(name).check().await);
    }
    let all = tale.sw.control().deployments(&EnvironmentId::production(), None, Limit::MAX).await;
    tale.hear("all deployments", &all);
    Ok(())
}
