//! By hand: a rollback condemns, a pardon ends that, and an operation is undone and done again unless
//! somebody changed what it did.

use sternway::{
    ArtifactHandle, Sternway,
    store::Limit,
    types::{Force, Preset, Revision},
};
use sternway_tests::faults::Told;

use super::{
    tale::{MINUTE, SECOND, Tale, by},
    words::listed,
};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.judge_by("namespace", Preset::Immediate).await?;
    tale.chapter("Three versions, each of them live for a while");
    for text in ["Hello!", "Hi!", "Hey!"] {
        let published = greeting.publish(text).promote().await;
        tale.hear("alice publishes and promotes", &published);
        tale.wait(MINUTE);
    }
    rolled_back(tale, &greeting).await?;
    condemned(tale, &greeting).await?;
    undone(tale, &greeting).await?;
    changed_since(tale, &greeting).await
}

async fn rolled_back(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("Somebody else takes the newest one back");
    let bob = tale.somebody("bob").await?;
    let back = bob.artifact("prompts/greeting").roll_back().reason("too friendly").await;
    tale.hear("bob rolls back", &back);
    let (id, production) = (greeting.id()?, greeting.environment()?);
    let condemned = tale.sw.control().condemnations(&id, &production).await?;
    let condemned = condemned.iter().map(|it| format!("{} {:?}", it.version, it.reason.as_str()));
    tale.say(format_args!("condemned: {}", listed(condemned)));
    let v3 = greeting.version("v3").await?.number;
    tale.hear("alice promotes v3", &greeting.promote(v3).await);
    tale.hear("alice rolls back to v3", &greeting.roll_back().to(v3).await);
    let v2 = greeting.version("v2").await?.number;
    tale.hear("alice rolls back to v2", &greeting.roll_back().to(v2).await);
    Ok(())
}

async fn condemned(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("What is condemned can be pardoned, and what is live condemned");
    let sw = tale.sw.clone();
    let (control, id, production) = (sw.control(), greeting.id()?, greeting.environment()?);
    let [v1, v3] = [greeting.version("v1").await?.number, greeting.version("v3").await?.number];
    let (alice, bob) = (by("alice", "it was the model")?, by("bob", "not in my name")?);
    let robot = by("agent:planner", "it seems fine")?;
    tale.hear("a planner pardons v3", &control.pardon(&id, v3, &production, &robot).await);
    tale.hear("alice pardons v3", &control.pardon(&id, v3, &production, &alice).await);
    tale.hear("alice pardons v3 again", &control.pardon(&id, v3, &production, &alice).await);
    tale.hear("bob condemns v1", &control.condemn(&id, v1, &production, &bob).await);
    tale.hear("alice rolls back", &greeting.roll_back().await);
    tale.hear("alice promotes v3", &greeting.promote(v3).await);
    tale.hear("alice rolls back", &greeting.roll_back().reason("no, too friendly").await);
    let live = greeting.live().await?;
    tale.run(&live, "xx", SECOND).await?;
    Ok(())
}

/// Undoes the newest operation, if it may.
async fn undo_newest(tale: &mut Tale, sw: &Sternway, actor: &str) -> Told<()> {
    let newest = sw.control().operations(None, Limit::new(1)).await?;
    let newest = newest.into_iter().next().ok_or("nothing was done")?;
    let undone = sw.control().undo(newest, Force::No, &by(actor, "")?).await;
    tale.hear(&format!("{actor} undoes the newest operation"), &undone);
    Ok(())
}

/// Does again what alice undid last.
async fn redo(tale: &mut Tale, sw: &Sternway) -> Told<()> {
    let alice = by("alice", "")?;
    match sw.control().newest_undo(&alice.actor).await? {
        Some(undo) => {
            let redone = sw.control().undo(undo, Force::No, &alice).await;
            tale.hear("alice does again what she undid", &redone);
        }
        None => tale.say("alice has nothing to do again"),
    }
    Ok(())
}

async fn undone(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("A rollback is undone with its condemnation, and done again");
    let sw = tale.sw.clone();
    undo_newest(tale, &sw, "agent:planner").await?;
    undo_newest(tale, &sw, "alice").await?;
    tale.hear("what is live", &greeting.check().await);
    redo(tale, &sw).await?;
    tale.hear("what is live", &greeting.check().await);
    redo(tale, &sw).await?;
    let first = sw.control().commit_at(Revision::new(1)).await?.ok_or("it is there")?;
    let undone = sw.control().undo(first, Force::No, &by("alice", "")?).await;
    tale.hear("alice undoes the beginning", &undone);
    Ok(())
}

async fn changed_since(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("What was changed since is left alone, and listed");
    let (sw, bob) = (tale.sw.clone(), tale.somebody("bob").await?);
    let (id, production) = (greeting.id()?, greeting.environment()?);
    let rollback = sw.control().operations(None, Limit::new(1)).await?;
    let rollback = rollback.into_iter().next().ok_or("a rollback")?;
    let v2 = greeting.version("v2").await?.number;
    let pardoned = bob.control().pardon(&id, v2, &production, &by("bob", "enough")?).await;
    tale.hear("bob pardons v2", &pardoned);
    tale.hear("bob promotes v2", &bob.artifact("prompts/greeting").promote(v2).await);
    let undone = sw.control().undo(rollback.clone(), Force::No, &by("alice", "")?).await;
    tale.hear("alice undoes the rollback", &undone);
    let undone = sw.control().undo(rollback, Force::Yes, &by("alice", "")?).await;
    tale.hear("alice forces that", &undone);
    Ok(())
}
