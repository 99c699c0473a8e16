//! A release: several artifacts become what is wanted in one commit, or none of them does.

use sternway::{
    control::apply::{Wanted, WantedVersion},
    store::Limit,
    types::{At, Content, Environment, Force, Preset, VersionNumber},
};
use sternway_tests::faults::Told;

use super::tale::{SECOND, Tale, by};

super::on_every_store!();

fn text(artifact: &str, text: &str, labels: &[&str]) -> Told<Wanted> {
    let labels = labels.iter().map(|label| label.parse()).collect::<Result<_, _>>()?;
    let version = WantedVersion::Content(Content::text(text, None)?);
    Ok(Wanted { artifact: artifact.parse()?, version, live: true, labels })
}

fn number(artifact: &str, number: u64) -> Told<Wanted> {
    let number = VersionNumber::new(number).ok_or("a number")?;
    let version = WantedVersion::Number(number);
    Ok(Wanted { artifact: artifact.parse()?, version, live: true, labels: Vec::new() })
}

/// Applies, and tells whether the head moved.
async fn apply(
    tale: &mut Tale,
    name: &str,
    (wanted, environment): (&[Wanted], &str),
    (actor, force): (&str, Force),
) -> Told<()> {
    let sw = tale.sw.clone();
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    let before = store.head(namespace, At::Head).await?;
    let intent = by(actor, name)?;
    let applied = sw.control().apply(wanted, &environment.parse()?, force, &intent).await;
    tale.hear(&format!("{actor} applies {name}"), &applied);
    if before == store.head(namespace, At::Head).await? {
        tale.say("  nothing was written");
    }
    Ok(())
}

async fn tell(tale: &mut Tale) -> Told<()> {
    tale.judge_by("namespace", Preset::Immediate).await?;
    let staging =
        Environment { description: "tried first".into(), ..Environment::new("staging".parse()?) };
    let made = tale.sw.control().create_environment(staging.clone(), &by("alice", "")?).await;
    tale.hear("alice makes the environment staging", &made);
    let made = tale.sw.control().create_environment(staging, &by("alice", "")?).await;
    tale.hear("alice makes it again", &made);
    released(tale).await?;
    refused(tale).await?;
    forced(tale).await
}

async fn released(tale: &mut Tale) -> Told<()> {
    tale.chapter("Three artifacts go live in one commit");
    let monday = [
        text("prompts/greeting", "Hello!", &["monday"])?,
        text("prompts/farewell", "Goodbye!", &["monday"])?,
        text("tools/search", "print('search')", &[])?,
    ];
    apply(tale, "monday's release", (&monday, "staging"), ("alice", Force::No)).await?;
    apply(tale, "monday's release", (&monday, "production"), ("alice", Force::No)).await?;
    apply(tale, "it once more", (&monday, "production"), ("alice", Force::No)).await?;
    let tuesday = [
        text("prompts/greeting", "Hi!", &["tuesday"])?,
        number("prompts/farewell", 1)?,
        text("tools/search", "print('find')", &["tuesday", "fast"])?,
    ];
    apply(tale, "tuesday's release", (&tuesday, "production"), ("alice", Force::No)).await?;
    for name in ["prompts/greeting", "prompts/farewell", "tools/search"] {
        let [production, staging] = ["production", "staging"];
        let artifact = tale.sw.artifact(name);
        let live = artifact.clone().in_environment(production).version("live").await;
        tale.hear(&format!("{name} in {production}"), &live.map(|it| it.number));
        let live = artifact.in_environment(staging).version("live").await;
        tale.hear(&format!("{name} in {staging}"), &live.map(|it| it.number));
    }
    Ok(())
}

async fn refused(tale: &mut Tale) -> Told<()> {
    tale.chapter("What cannot be done as a whole is not done in part");
    let greeting = tale.sw.artifact("prompts/greeting");
    let live = greeting.live().await?;
    tale.run(&live, "xxx", SECOND).await?;
    let with_condemned = [number("prompts/greeting", 2)?, text("prompts/farewell", "Bye!", &[])?];
    apply(tale, "a condemned one", (&with_condemned, "production"), ("alice", Force::No)).await?;
    let with_missing = [text("prompts/farewell", "Bye!", &[])?, number("tools/search", 7)?];
    apply(tale, "a missing one", (&with_missing, "production"), ("alice", Force::No)).await?;
    let unknown = [text("prompts/farewell", "Bye!", &[])?, number("tools/fetch", 1)?];
    apply(tale, "an unknown one", (&unknown, "production"), ("alice", Force::No)).await?;
    let twice = [text("prompts/farewell", "Bye!", &[])?, number("prompts/farewell", 1)?];
    apply(tale, "one twice", (&twice, "production"), ("alice", Force::No)).await?;
    apply(tale, "it nowhere", (&with_missing, "canary"), ("alice", Force::No)).await?;
    Ok(())
}

async fn forced(tale: &mut Tale) -> Told<()> {
    tale.chapter("A person may force a release, a planner may not");
    let wanted = [number("prompts/greeting", 2)?, text("prompts/farewell", "Bye!", &[])?];
    apply(tale, "it by force", (&wanted, "production"), ("agent:planner", Force::Yes)).await?;
    apply(tale, "it by force", (&wanted, "production"), ("alice", Force::Yes)).await?;
    tale.chapter("A release is undone as a whole");
    let sw = tale.sw.clone();
    let newest = sw.control().operations(None, Limit::new(1)).await?;
    let newest = newest.into_iter().next().ok_or("a release")?;
    let undone = sw.control().undo(newest, Force::No, &by("alice", "it was late")?).await;
    tale.hear("alice undoes it", &undone);
    Ok(())
}
