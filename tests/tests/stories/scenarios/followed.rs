//! The feed is followed from a cursor to its end, and two who move one pointer do not overwrite each
//! other.

use sternway::{
    Sternway,
    control::watch::Watch,
    types::{
        At, Change, Changeset, ChangesetId, Force, Generation, MoveCause, NewMove, PointerName,
        Precondition, Preset, Revision, Target, VersionNumber,
    },
};
use sternway_tests::faults::Told;

use super::{
    tale::{SECOND, Tale, by},
    words::Said as _,
};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    tale.judge_by("namespace", Preset::Immediate).await?;
    let greeting = tale.sw.artifact("prompts/greeting");
    for text in ["Hello!", "Hi!", "Hey!"] {
        tale.hear("alice publishes", &greeting.publish(text).await);
    }
    let mut watch = followed(tale).await?;
    contested(tale).await?;
    asked_again(tale).await?;
    woken(tale, &mut watch).await
}

/// Tells every commit that there is.
async fn to_the_end(tale: &mut Tale, watch: &mut Watch) -> Told<()> {
    while let Some(commit) = watch.try_next().await? {
        tale.say(format_args!("  {}", commit.said()));
    }
    tale.say(format_args!("  the end, at r{}", watch.position()));
    Ok(())
}

async fn followed(tale: &mut Tale) -> Told<Watch> {
    tale.chapter("From a cursor to the end, and on from there");
    let mut watch = tale.sw.watch(Revision::new(2));
    to_the_end(tale, &mut watch).await?;
    let mut from_the_start = tale.sw.watch(Revision::ZERO);
    let mut seen = Vec::new();
    while let Some(commit) = from_the_start.try_next().await? {
        seen.push(commit.revision);
    }
    tale.say(format_args!("from the start: {}", seen.said()));
    let greeting = tale.sw.artifact("prompts/greeting");
    let promoted = greeting.promote(VersionNumber::new(2).ok_or("a number")?).await;
    tale.hear("alice promotes v2", &promoted);
    let live = greeting.live().await?;
    tale.run(&live, "xxx", SECOND).await?;
    tale.say("runs are not in the feed, and what they led to is:");
    to_the_end(tale, &mut watch).await?;
    Ok(watch)
}

/// What moves the greeting to a version, from where it is believed to be.
fn moving(
    sw: &Sternway,
    to: u64,
    from: Generation,
    (id, actor): (ChangesetId, &str),
) -> Told<Changeset> {
    let (artifact, name) = ("prompts/greeting".parse()?, "production".parse()?);
    let name = PointerName::Environment(name);
    let at = Precondition::PointerAt {
        artifact: "prompts/greeting".parse()?,
        name: name.clone(),
        generation: from,
    };
    let moved = NewMove {
        artifact,
        name,
        to: Target::Version(VersionNumber::new(to).ok_or("a number")?),
        cause: MoveCause::Promoted,
        force: Force::No,
    };
    let (namespace, now) = (sw.control().namespace().clone(), sw.control().now());
    let changeset = Changeset::new(id, namespace, now, actor.parse()?);
    Ok(changeset.when(at).then(Change::MovePointer(Box::new(moved))))
}

async fn contested(tale: &mut Tale) -> Told<()> {
    tale.chapter("Two read the pointer at the same generation, and both move it");
    let (sw, bob) = (tale.sw.clone(), tale.somebody("bob").await?);
    let greeting = sw.artifact("prompts/greeting");
    let name = PointerName::Environment(greeting.environment()?);
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    let read = store.pointer(namespace, &greeting.id()?, &name, At::Head).await;
    tale.hear("both read", &read);
    let from = read?.ok_or("a pointer")?.generation;
    let [one, other] = [sw.control().ids().changeset(), sw.control().ids().changeset()];
    let alices = moving(&sw, 3, from, (one, "alice"))?;
    let bobs = moving(&bob, 3, from, (other, "bob"))?;
    tale.hear("alice moves it", &store.commit(&alices).await);
    tale.hear("bob moves it", &bob.control().store().commit(&bobs).await);
    tale.hear("alice sends hers again", &store.commit(&alices).await);
    let changed = alices.because(sternway::types::Reason::new("changed")?);
    tale.hear("alice sends another one under that id", &store.commit(&changed).await);
    let read = store.pointer(namespace, &greeting.id()?, &name, At::Head).await;
    tale.hear("the pointer", &read);
    tale.hear(
        "bob asks the driver, which looks again",
        &bob.artifact("prompts/greeting").promote(VersionNumber::FIRST).await,
    );
    let late = sw.artifact("prompts/greeting").publish("Moin!").expect_latest(2).await;
    tale.hear("alice publishes after v2", &late);
    Ok(())
}

async fn asked_again(tale: &mut Tale) -> Told<()> {
    tale.chapter("Who had no answer asks again under the same id, and it is done once");
    let sw = tale.sw.clone();
    let greeting = sw.artifact("prompts/greeting");
    let id = ChangesetId::from_name("alice's rollback on friday");
    tale.hear("was it done?", &sw.control().operation(id).await);
    let (artifact, production) = (greeting.id()?, greeting.environment()?);
    let once = by("alice", "once")?.once(id);
    let v3 = greeting.version("v3").await?.number;
    for _ in 0..2 {
        let promoted = sw.control().promote(&artifact, v3, &production, Force::No, &once).await;
        tale.hear("alice promotes v3, once", &promoted);
    }
    let v1 = VersionNumber::FIRST;
    let promoted = sw.control().promote(&artifact, v1, &production, Force::No, &once).await;
    tale.hear("alice promotes v1 under that id", &promoted);
    tale.hear("was it done?", &sw.control().operation(id).await);
    Ok(())
}

async fn woken(tale: &mut Tale, watch: &mut Watch) -> Told<()> {
    tale.chapter("Who follows is told of all of it, and woken by what comes next");
    to_the_end(tale, watch).await?;
    let greeting = tale.sw.artifact("prompts/greeting");
    let publish = async { greeting.publish("Servus!").await };
    let (next, published) = tokio::join!(watch.next(), publish);
    tale.hear("alice publishes", &published);
    tale.hear("it is told", &next);
    Ok(())
}
