//! A version that fails goes back by itself: once for its stay, and not for what comes late.

use sternway::{
    ArtifactHandle, Live, Outcome,
    types::{EnvironmentId, Preset, Record, Subject},
};
use sternway_tests::faults::Told;

use super::{
    feed::record_said,
    tale::{MINUTE, SECOND, Tale},
    words::judgement,
};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.judge_by("namespace", Preset::Immediate).await?;
    published(tale, &greeting).await?;
    let old = fails(tale, &greeting).await?;
    late(tale, &greeting, &old).await?;
    forced(tale, &greeting).await?;
    told_twice(tale, &greeting).await
}

async fn published(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("The first version goes live by itself, the second one waits");
    let first = greeting.publish("Hello, {{name}}!").reason("first version").await;
    tale.hear("alice publishes", &first);
    let second = greeting.publish("Hi {{name}}!").reason("friendlier tone").expect_latest(1).await;
    tale.hear("alice publishes", &second);
    let again = greeting.publish("Hi {{name}}!").reason("did it work?").await;
    tale.hear("alice publishes the same again", &again);
    let promoted = greeting.promote(second?.number).reason("tried it by hand").await;
    tale.hear("alice promotes v2", &promoted);
    Ok(())
}

/// The stay that ended.
async fn fails(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<Live> {
    tale.chapter("Three failures in a row take it back");
    let live = greeting.live().await?;
    tale.run(&live, ".xx.xxx", SECOND).await?;
    tale.hear("what is live", &greeting.check().await);
    latched(tale, &live).await?;
    Ok(live)
}

/// The verdict that was latched for a stay.
async fn latched(tale: &mut Tale, live: &Live) -> Told<()> {
    let subject = Subject {
        artifact: live.version().artifact.clone(),
        environment: EnvironmentId::production(),
        version: live.number(),
        generation: live.generation(),
    };
    let latch = tale.sw.control().latch(&subject).await?.ok_or("a latch")?;
    let said = record_said(&Record::Latch(Box::new(latch)));
    tale.say(format_args!("latched for {subject}: {said}"));
    Ok(())
}

async fn late(tale: &mut Tale, greeting: &ArtifactHandle, old: &Live) -> Told<()> {
    tale.chapter("Runs of the old stay that end late count for it, and take nothing back again");
    tale.run(old, "xxxxx", SECOND).await?;
    latched(tale, old).await?;
    tale.hear("what is live", &greeting.check().await);
    tale.wait(10 * MINUTE);
    let live = greeting.live().await?;
    tale.run(&live, "xx.xx?", SECOND).await?;
    tale.hear("what is live", &greeting.check().await);
    Ok(())
}

async fn forced(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("No automation brings it back, and a person only on purpose");
    let v2 = greeting.version("v2").await?.number;
    let planner = greeting.promote(v2).actor("agent:planner").await;
    tale.hear("a planner promotes v2", &planner);
    tale.hear("a planner forces v2", &greeting.promote(v2).actor("agent:planner").force().await);
    tale.hear("alice promotes v2", &greeting.promote(v2).await);
    let forced = greeting.promote(v2).force().reason("the model was down, not the prompt").await;
    tale.hear("alice forces v2", &forced);
    tale.chapter("A new stay is judged by its own runs, and goes back once more");
    let live = greeting.live().await?;
    tale.run(&live, ".TT", SECOND).await?;
    tale.hear("what is live", &greeting.check().await);
    Ok(())
}

async fn told_twice(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("A run that is told twice counts once");
    let live = greeting.live().await?;
    for name in ["run-1", "run-2", "run-2", "run-1", "run-2"] {
        let judged = live.record(Outcome::failed("no answer").named(name)).await?;
        tale.say(format_args!("{name}: {}", judgement(&judged)));
    }
    tale.hear("what is live", &greeting.check().await);
    Ok(())
}
