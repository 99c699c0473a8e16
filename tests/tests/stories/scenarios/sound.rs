//! The default policy: what it takes, what it is held against, and what comes of it.

use std::time::Duration;

use sternway::types::{Action, Policy, PolicyScope, Preset};
use sternway_tests::faults::Told;

use super::tale::{MINUTE, SECOND, Tale};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    thin(tale).await?;
    measured(tale).await?;
    new_errors(tale).await?;
    on_trial(tale).await?;
    budget(tale).await
}

async fn thin(tale: &mut Tale) -> Told<()> {
    tale.chapter("Of what hardly ran, the policy says what it expects");
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.hear("alice promotes \"Hello!\"", &greeting.publish("Hello!").promote().await);
    tale.run(&greeting.live().await?, "......x...", SECOND).await?;
    tale.hear("alice promotes \"Hi!\"", &greeting.publish("Hi!").promote().await);
    tale.run(&greeting.live().await?, "xxx", MINUTE).await?;
    tale.hear("what is live", &greeting.check().await);
    Ok(())
}

async fn measured(tale: &mut Tale) -> Told<()> {
    tale.chapter("Of what ran often, it counts what was measured until the next one was judged");
    let search = tale.sw.artifact("tools/search");
    tale.hear("alice promotes \"one\"", &search.publish("one").promote().await);
    let first = search.live().await?;
    tale.run_at_once(&first, &"................x...".repeat(20), |run| run).await?;
    tale.hear("alice promotes \"two\"", &search.publish("two").promote().await);
    let second = search.live().await?;
    tale.run_at_once(&second, &".......x".repeat(8), |run| run).await?;
    tale.run_at_once(&first, &"x".repeat(40), |run| run).await?;
    tale.hear("what is live, after late runs of the first", &search.check().await);
    tale.run(&second, "x.xx.xxx.xxxxxxxx", SECOND).await?;
    tale.hear("what is live", &search.check().await);
    Ok(())
}

async fn new_errors(tale: &mut Tale) -> Told<()> {
    tale.chapter("Errors that the last good version never had count by themselves");
    let report = tale.sw.artifact("tools/report");
    tale.hear("alice promotes \"one\"", &report.publish("one").promote().await);
    tale.run_at_once(&report.live().await?, &"................x...".repeat(100), |run| run).await?;
    tale.hear("alice promotes \"two\"", &report.publish("two").promote().await);
    // Too far apart for the rule of thumb on such errors.
    tale.run(&report.live().await?, "T", 10 * MINUTE).await?;
    tale.run(&report.live().await?, "T", 10 * MINUTE).await?;
    tale.hear("what is live", &report.check().await);
    Ok(())
}

async fn on_trial(tale: &mut Tale) -> Told<()> {
    tale.chapter("A policy on trial says what it would do, and does it once it may");
    let plan = tale.sw.artifact("plans/week");
    let trial = Policy::default().with_action(Action::Shadow);
    tale.set_policy("collection:plans", "the same on trial", trial).await?;
    tale.hear("alice promotes \"one\"", &plan.publish("one").promote().await);
    tale.hear("alice promotes \"two\"", &plan.publish("two").promote().await);
    tale.run(&plan.live().await?, "xxxx", SECOND).await?;
    tale.judge_by("collection:plans", Preset::Sound).await?;
    tale.run(&plan.live().await?, "x", SECOND).await?;
    tale.hear("what is live", &plan.check().await);
    let notify = PolicyScope::Collection("plans".parse()?).to_string();
    tale.judge_by(&notify, Preset::NotifyOnly).await?;
    tale.hear("alice promotes \"three\"", &plan.publish("three").promote().await);
    tale.run(&plan.live().await?, "xxxx", SECOND).await
}

async fn budget(tale: &mut Tale) -> Told<()> {
    tale.chapter("The third rollback of a day is for a person, and a day later there is another");
    let prompt = tale.sw.artifact("prompts/summary");
    for text in ["one", "two", "three", "four"] {
        tale.hear(&format!("alice promotes {text:?}"), &prompt.publish(text).promote().await);
    }
    for _ in 0..3 {
        tale.run(&prompt.live().await?, "xxx", MINUTE).await?;
    }
    tale.hear("what is live", &prompt.check().await);
    tale.hear("alice rolls back", &prompt.roll_back().await);
    tale.wait(Duration::from_secs(24 * 60 * 60));
    tale.hear("alice promotes \"five\"", &prompt.publish("five").promote().await);
    tale.run(&prompt.live().await?, "xxx", MINUTE).await
}
