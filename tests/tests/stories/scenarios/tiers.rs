//! Three tiers: fast where it is plain, slow where it takes numbers, and always against the last good
//! version.

use std::time::Duration;

use sternway::{
    ArtifactHandle, Outcome,
    types::{Policy, Preset},
};
use sternway_tests::faults::Told;

use super::tale::{MINUTE, SECOND, Tale};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    let greeting = tale.sw.artifact("prompts/greeting");
    // More rollbacks than a day has by default.
    let tiers = Policy::preset(Preset::Tiers).with_rollbacks_per_day(100)?;
    tale.set_policy("namespace", "the policy tiers", tiers).await?;
    tale.judge_by("collection:tools", Preset::Artifact).await?;
    good(tale, &greeting).await?;
    each_tier(tale, &greeting).await?;
    never_condemned(tale, &greeting).await?;
    measured(tale).await?;
    halted(tale).await
}

/// Publishes a version, makes it live, and runs it.
async fn next(
    tale: &mut Tale,
    artifact: &ArtifactHandle,
    text: &str,
    (signs, apart): (&str, Duration),
) -> Told<()> {
    tale.hear(&format!("alice promotes {text:?}"), &artifact.publish(text).promote().await);
    let live = artifact.live().await?;
    tale.run(&live, signs, apart).await?;
    tale.hear("what is live", &artifact.check().await);
    Ok(())
}

async fn good(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("A good version, which others are compared with");
    tale.hear("alice promotes \"Hello!\"", &greeting.publish("Hello!").promote().await);
    let live = greeting.live().await?;
    tale.run_at_once(&live, "...................x", |run| run).await?;
    tale.hear("what is live", &greeting.check().await);
    Ok(())
}

async fn each_tier(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("The immediate tier: two runs tell that it does not even start");
    next(tale, greeting, "Hello, {{nam}}!", (".T.T", SECOND)).await?;
    tale.chapter("The fast tier: nearly all fail, too far apart for a row");
    next(tale, greeting, "Hello?", (".xxxxxx", 3 * MINUTE)).await?;
    tale.chapter("The standard tier: fewer succeed than of the last good version");
    next(tale, greeting, "Hm!", (".x..x..x...", MINUTE)).await
}

async fn never_condemned(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter(
        "What is better than a condemned version is compared with the good one all the same",
    );
    next(tale, greeting, "Hey", ("..x..x..x.", MINUTE)).await?;
    tale.chapter("And what is as good stays, and is what the next one is compared with");
    next(tale, greeting, "Hey!", ("..........", MINUTE)).await?;
    next(tale, greeting, "Hey you!", (".....x....x", MINUTE)).await
}

/// A run that took so long, and found so much of what it was to find.
fn measured_run(millis: u64, accuracy: f64) -> impl Fn(Outcome) -> Outcome {
    move |run| run.took(Duration::from_millis(millis)).score("accuracy", accuracy).cost(0.002)
}

async fn measured(tale: &mut Tale) -> Told<()> {
    tale.chapter("Where every run succeeds, what is measured tells");
    let search = tale.sw.artifact("tools/search");
    for (text, millis, accuracy) in [
        ("search 1", 100, 0.9),
        ("search 2", 105, 0.7),
        ("search 3", 112, 0.88),
        ("search 4", 140, 0.9),
    ] {
        tale.hear(&format!("alice promotes {text:?}"), &search.publish(text).promote().await);
        let live = search.live().await?;
        let with = measured_run(millis, accuracy);
        tale.say(format_args!("each run takes {millis} ms, accuracy {accuracy}"));
        tale.run_at_once(&live, "............", with).await?;
        tale.hear("what is live", &search.check().await);
    }
    Ok(())
}

async fn halted(tale: &mut Tale) -> Told<()> {
    tale.chapter("Where there is no good version, it stays live, and a person must act");
    let farewell = tale.sw.artifact("prompts/farewell");
    next(tale, &farewell, "...", ("xxxx", SECOND)).await?;
    tale.hear("alice rolls back", &farewell.roll_back().await);
    next(tale, &farewell, "Bye!", ("..", SECOND)).await
}
