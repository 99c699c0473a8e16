//! Runs that are said to begin: of what reports nothing it is known that it failed.

use std::time::Duration;

use sternway::{
    Live, Outcome,
    control::{runs::Begun, sweep::Swept},
    types::EnvironmentId,
};
use sternway_tests::faults::Told;

use super::{
    tale::{MINUTE, SECOND, Tale},
    words::{Said, judgement},
};

super::on_every_store!();

impl Said for Begun {
    fn said(&self) -> String {
        let Self { run, opened } = self;
        format!("{opened:?}, {} of {} from {} to {}", run.id, run.subject, run.opened, run.due)
    }
}

impl Said for Swept {
    fn said(&self) -> String {
        format!("{} runs failed, {} stays judged", self.missed, self.judged.len())
    }
}

async fn tell(tale: &mut Tale) -> Told<()> {
    let search = tale.sw.artifact("tools/search");
    let first = search.publish("def search(query): return find(query)").await;
    tale.hear("alice publishes", &first);
    let second = search.publish("def search(query): return find(query, wait=True)").await;
    tale.hear("alice publishes", &second);
    let promoted = search.promote(second?.number).await;
    tale.hear("alice promotes v2", &promoted);
    let live = search.live().await?;
    reported(tale, &live).await?;
    hangs(tale, &live).await?;
    late(tale, &live).await
}

async fn begin(tale: &mut Tale, live: &Live, name: &str, deadline: Option<Duration>) {
    let begun = live.begin(name, deadline).await;
    tale.hear(&format!("{name} begins"), &begun);
}

async fn ends(tale: &mut Tale, live: &Live, name: &str) -> Told<()> {
    let judged = live.record(Outcome::ok().named(name)).await?;
    let new = if judged.is_new() { "new" } else { "known" };
    tale.say(format_args!("{name} succeeds, which is {new}: {}", judgement(&judged)));
    Ok(())
}

async fn reported(tale: &mut Tale, live: &Live) -> Told<()> {
    tale.chapter("What is reported in time counts as it says");
    begin(tale, live, "run 1", None).await;
    begin(tale, live, "run 1", Some(MINUTE)).await;
    begin(tale, live, "run 2", Some(Duration::ZERO)).await;
    ends(tale, live, "run 1").await?;
    begin(tale, live, "run 1", None).await;
    Ok(())
}

async fn hangs(tale: &mut Tale, live: &Live) -> Told<()> {
    tale.chapter("What nobody reports fails at its deadline, once, whoever finds it");
    for name in ["run 3", "run 4", "run 5", "run 6"] {
        begin(tale, live, name, Some(2 * MINUTE)).await;
    }
    tale.wait(MINUTE);
    let swept = tale.sw.control().sweep().await;
    tale.hear("a look", &swept);
    tale.wait(MINUTE - 2 * SECOND);
    let other = tale.somebody("bob").await?;
    let (one, two) = tokio::join!(tale.sw.control().sweep(), other.control().sweep());
    let missed = one?.missed + two?.missed + other.swept().map_err(Clone::clone)?.missed;
    tale.say(format_args!("two look at once, and one before: {missed} runs failed"));
    let check = tale.sw.artifact("tools/search").check().await;
    tale.hear("what is live", &check);
    let control = tale.sw.control();
    let key = "tools/search".parse()?;
    let subject = control.subject(&key, live.number(), &EnvironmentId::production()).await?;
    let explained = control.explain(subject).await?;
    tale.say(format_args!("the verdict again: {:?}", explained.again));
    Ok(())
}

async fn late(tale: &mut Tale, live: &Live) -> Told<()> {
    tale.chapter("What comes too late counts no more");
    ends(tale, live, "run 4").await?;
    begin(tale, live, "run 7", Some(60 * MINUTE)).await;
    Ok(())
}
