//! Lineage: what was made from what, under which names and numbers, and who needs whom.

use sternway::{
    ArtifactHandle,
    store::Limit,
    types::{
        Actor, At, Change, Changeset, Content, LabelId, NewVersion, Parents, Precondition, Preset,
        Reason, VersionNumber,
    },
};
use sternway_tests::faults::Told;

use super::{
    tale::{MINUTE, Tale, by},
    words::{Said as _, listed},
};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.judge_by("namespace", Preset::Immediate).await?;
    published(tale, &greeting).await?;
    labelled(tale, &greeting).await?;
    branched(tale, &greeting).await?;
    restored(tale, &greeting).await?;
    needed(tale).await?;
    tale.chapter("Every version, the newest first");
    for version in greeting.history(None, Limit::MAX).await? {
        tale.say(version.said());
    }
    Ok(())
}

async fn published(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("Versions with a semantic version, an author, a changelog and facts of one's own");
    let first = greeting.publish("Hello!").semver(semver::Version::new(1, 0, 0)).label("stable");
    tale.hear("alice publishes", &first.metadata("model", "small").await);
    let second = greeting
        .publish("Hello, {{name}}!")
        .author("agent:writer")
        .changelog("Says the name.")
        .semver("1.1.0-beta.1+build.7".parse()?)
        .metadata("model", "large")
        .metadata("seeds", 3)
        .label("beta")
        .promote();
    tale.hear("alice publishes what an agent wrote", &second.await);
    tale.hear("with an old expectation", &greeting.publish("Hey!").expect_latest(1).await);
    tale.hear("as the first one", &greeting.publish("Hey!").expect_latest(0).await);
    tale.hear("as nobody", &greeting.publish("Hey!").author("").await);
    Ok(())
}

async fn labelled(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("Labels are set, moved and taken away");
    let (sw, id, alice) = (tale.sw.clone(), greeting.id()?, by("alice", "it held for a week")?);
    let [stable, beta]: [LabelId; 2] = ["stable".parse()?, "beta".parse()?];
    let [v1, v2] = [VersionNumber::FIRST, greeting.version("v2").await?.number];
    let control = sw.control();
    tale.hear("alice labels v2 stable", &control.label(&id, v2, &stable, &alice).await);
    tale.hear("alice labels v2 stable again", &control.label(&id, v2, &stable, &alice).await);
    tale.hear("alice takes beta away", &control.unlabel(&id, &beta, &alice).await);
    tale.hear("alice takes beta away again", &control.unlabel(&id, &beta, &alice).await);
    tale.hear("alice labels v1 beta", &control.label(&id, v1, &beta, &alice).await);
    let v9 = VersionNumber::new(9).ok_or("a number")?;
    tale.hear("alice labels v9 beta", &control.label(&id, v9, &beta, &alice).await);
    for name in ["stable", "beta", "live"] {
        tale.hear(name, &greeting.version(name).await.map(|version| version.number));
    }
    Ok(())
}

/// A version that was made from these.
async fn made_from(
    tale: &mut Tale,
    greeting: &ArtifactHandle,
    (text, parents): (&str, &[u64]),
    latest: Option<u64>,
) -> Told<()> {
    let sw = tale.sw.clone();
    let (control, content) = (sw.control(), Content::text(text, None)?);
    control.store().put(&content, None).await?;
    let mut new = NewVersion::new(greeting.id()?, content.reference());
    new.parents =
        Parents::Exactly(parents.iter().filter_map(|it| VersionNumber::new(*it)).collect());
    let latest = Precondition::LatestIs {
        artifact: greeting.id()?,
        version: latest.and_then(VersionNumber::new),
    };
    let (id, at) = (control.ids().changeset(), control.now());
    let changeset = Changeset::new(id, control.namespace().clone(), at, Actor::sternway())
        .because(Reason::new("a branch")?)
        .when(latest)
        .then(Change::AddVersion(Box::new(new)));
    let committed = control.store().commit(&changeset).await;
    tale.hear(&format!("{text:?}, made from {parents:?}"), &committed);
    Ok(())
}

async fn branched(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("A version is made from the one before it, or from others");
    made_from(tale, greeting, ("Hallo!", &[1]), Some(2)).await?;
    made_from(tale, greeting, ("Hallo, {{name}}!", &[3, 2]), Some(3)).await?;
    made_from(tale, greeting, ("from nothing", &[]), Some(4)).await?;
    made_from(tale, greeting, ("from what is not there", &[9]), Some(5)).await?;
    made_from(tale, greeting, ("from itself", &[6]), Some(5)).await?;
    made_from(tale, greeting, ("too late", &[1]), Some(2)).await?;
    Ok(())
}

async fn restored(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("A rollback may publish an earlier content again, made from what it replaces");
    tale.wait(MINUTE);
    let back = greeting.roll_back().restoring().reason("numbers only grow").await;
    tale.hear("alice rolls back", &back);
    let live = greeting.version("live").await;
    tale.hear("what is live", &live);
    let same = greeting.version(&VersionNumber::FIRST.to_string()).await?.content.digest;
    let same = same == live?.content.digest;
    tale.say(format_args!("as the first one: {same}"));
    Ok(())
}

async fn needed(tale: &mut Tale) -> Told<()> {
    tale.chapter("A version names the artifacts that it needs");
    let plan = tale.sw.artifact("plans/welcome");
    let published = plan.publish("greet, then search").depends_on("prompts/greeting").await;
    tale.hear("alice publishes a plan", &published);
    let more =
        plan.publish("greet twice").depends_on("prompts/greeting").depends_on("tools/search");
    tale.hear("alice publishes one that needs more", &more.await);
    let itself = plan.publish("again and again").depends_on("plans/welcome").await;
    tale.hear("alice publishes one that needs itself", &itself);
    let sw = tale.sw.clone();
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    for needed in ["prompts/greeting", "tools/search"] {
        let needed = needed.parse()?;
        let who = store.dependents(namespace, &needed, At::Head, None, Limit::MAX).await?;
        let who = listed(who.iter().map(|artifact| artifact.id.to_string()));
        tale.say(format_args!("{needed} is needed by {who}"));
    }
    Ok(())
}
