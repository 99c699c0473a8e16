//! G16: a version goes live, is looked at, and exactly that change is taken back if it fails.

use sternway::{
    ArtifactHandle,
    control::publish::Published,
    types::{Preset, Reason, VersionNumber},
};
use sternway_tests::faults::Told;

use super::tale::{Tale, by};

super::on_every_store!();

async fn passes(_: Published) -> Result<(), String> {
    Ok(())
}

async fn fails(published: Published) -> Result<(), String> {
    Err(format!("{} does not greet", published.number))
}

async fn tell(tale: &mut Tale) -> Told<()> {
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.judge_by("namespace", Preset::Immediate).await?;
    ended(tale, &greeting).await?;
    overtaken(tale, &greeting).await?;
    first(tale).await?;
    let taken_back = taken_back_by_others(tale, &greeting).await;
    tale.hear("what is live", &greeting.check().await);
    taken_back
}

async fn ended(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("What passes stays, what fails goes back and is condemned");
    tale.hear("alice publishes", &greeting.publish("Hello!").await);
    tale.hear("one that passes", &greeting.publish("Hi!").guarded(passes).await);
    tale.hear("the same again", &greeting.publish("Hi!").guarded(fails).await);
    tale.hear("one that fails", &greeting.publish("...").reason("short").guarded(fails).await);
    tale.hear("what failed again", &greeting.publish("...").guarded(passes).await);
    tale.hear("alice publishes", &greeting.publish("Hey!").await);
    tale.hear("what was staged", &greeting.publish("Hey!").guarded(fails).await);
    Ok(())
}

async fn overtaken(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("Who moves the pointer while it is looked at has decided");
    let bob = tale.somebody("bob").await?.artifact("prompts/greeting");
    let guarded = greeting.publish("Moin!").guarded(async |published: Published| {
        let first = bob.promote(VersionNumber::FIRST).reason("wait").await;
        first.map_err(|err| err.to_string())?;
        Err(format!("{} does not greet", published.number))
    });
    tale.hear("bob promotes v1 meanwhile", &guarded.await);
    let guarded = greeting.publish("Servus!").guarded(async |published: Published| {
        let first = bob.promote(VersionNumber::FIRST).reason("wait").await;
        first.map_err(|err| err.to_string())?;
        let again = bob.promote(published.number).reason("go on").await;
        again.map_err(|err| err.to_string())?;
        Err(format!("{} does not greet", published.number))
    });
    tale.hear("bob promotes v1, and this one again", &guarded.await);
    Ok(())
}

async fn first(tale: &mut Tale) -> Told<()> {
    tale.chapter("A first version has nothing to go back to");
    let farewell = tale.sw.artifact("prompts/farewell");
    tale.hear("a first one that fails", &farewell.publish("...").guarded(fails).await);
    tale.hear("what is live", &farewell.check().await);
    tale.hear("the next one that fails", &farewell.publish("??").guarded(fails).await);
    tale.hear("the next one that passes", &farewell.publish("Bye!").guarded(passes).await);
    Ok(())
}

async fn taken_back_by_others(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("Only one of two takes a change back");
    let published = greeting.publish("Ahoy!").promote().await?;
    let subject = published.subject().ok_or("it is live")?;
    let (sw, reason) = (tale.sw.clone(), Reason::new("no sailors here")?);
    for actor in ["bob", "carol"] {
        let taken_back = sw.control().take_back(&subject, &reason, &by(actor, "")?).await;
        tale.hear(&format!("{actor} takes it back"), &taken_back);
    }
    Ok(())
}
