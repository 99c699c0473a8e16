//! Compaction: what was let go says so, and rollbacks lose nothing.

use sternway::{
    ArtifactHandle,
    store::Limit,
    types::{At, Force, PointerName, Revision, Timestamp},
};
use sternway_tests::faults::Told;

use super::{
    tale::{Tale, by},
    the_past::lived,
};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    let moments = lived(tale).await?;
    let greeting = tale.sw.artifact("prompts/greeting");
    let early = moments.get(1).copied().ok_or("a moment")?;
    let later = moments.get(3).copied().ok_or("a moment")?;
    let_go(tale, later).await?;
    gone(tale, &greeting, early, later).await?;
    followed(tale).await?;
    kept(tale, &greeting).await
}

async fn let_go(tale: &mut Tale, before: Timestamp) -> Told<()> {
    tale.chapter("What was before a moment is let go");
    let sw = tale.sw.clone();
    tale.hear("the floor", &sw.control().floor().await);
    tale.hear("r99 is to be the oldest", &sw.control().compact(Revision::new(99)).await);
    let oldest = sw.control().oldest_for(At::Time(before)).await;
    tale.hear(&format!("the oldest for {before}"), &oldest);
    tale.hear("it would let go of", &sw.control().rehearsal().compact(oldest?).await);
    tale.hear("alice compacts", &sw.compact(At::Time(before)).await);
    tale.hear("alice compacts again", &sw.compact(At::Time(before)).await);
    tale.hear("the floor", &sw.control().floor().await);
    Ok(())
}

async fn gone(
    tale: &mut Tale,
    greeting: &ArtifactHandle,
    early: Timestamp,
    later: Timestamp,
) -> Told<()> {
    tale.chapter("Whoever asks for it is told, whatever they ask by");
    let sw = tale.sw.clone();
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    tale.hear("the head at r2", &store.head(namespace, At::Revision(Revision::new(2))).await);
    tale.hear(&format!("the head at {early}"), &store.head(namespace, At::Time(early)).await);
    tale.hear(&format!("the head at {later}"), &store.head(namespace, At::Time(later)).await);
    tale.hear("the feed after r1", &store.feed(namespace, Revision::new(1), Limit::MAX).await);
    tale.hear("the commit r3", &sw.control().commit_at(Revision::new(3)).await);
    let live = greeting.version(&early.to_string()).await;
    tale.hear(&format!("what was live at {early}"), &live);
    let live = greeting.version(&later.to_string()).await.map(|version| version.number);
    tale.hear(&format!("what was live at {later}"), &live);
    let label = PointerName::Label("stable".parse()?);
    let moves = store.moves(namespace, &greeting.id()?, &label, None, Limit::MAX).await;
    tale.hear("the moves of stable", &moves);
    let before = Some(Revision::new(6));
    let moves = store.moves(namespace, &greeting.id()?, &label, before, Limit::MAX).await;
    tale.hear("the moves of stable before r6", &moves);
    Ok(())
}

async fn followed(tale: &mut Tale) -> Told<()> {
    tale.chapter("Who follows is told as well, and goes on from the floor");
    let sw = tale.sw.clone();
    let mut watch = sw.watch(Revision::new(2));
    tale.hear("after r2", &watch.try_next().await);
    let floor = sw.control().floor().await?.ok_or("a floor")?;
    watch.resume(floor.revision);
    while let Some(commit) = watch.try_next().await? {
        tale.say(format_args!("then r{}, {}", commit.revision, commit.chain));
    }
    Ok(())
}

async fn kept(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("Versions, stays and rollbacks are as they were");
    for selector in ["live", "previous", "live~2", "live~3", "stable", "latest", "v1"] {
        let version = greeting.version(selector).await.map(|version| version.number);
        tale.hear(selector, &version);
    }
    let sw = tale.sw.clone();
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    let production = PointerName::Environment(greeting.environment()?);
    let moves = store.moves(namespace, &greeting.id()?, &production, None, Limit::MAX).await?;
    for moved in &moves {
        tale.say(format_args!("  {}", super::feed::moved(moved)));
    }
    tale.hear("alice rolls back", &greeting.roll_back().await);
    tale.hear("alice rolls back again", &greeting.roll_back().await);
    let newest = sw.control().operations(None, Limit::new(1)).await?;
    let newest = newest.into_iter().next().ok_or("a rollback")?;
    let undone = sw.control().undo(newest, Force::No, &by("alice", "")?).await;
    tale.hear("alice undoes the newest operation", &undone);
    Ok(())
}
