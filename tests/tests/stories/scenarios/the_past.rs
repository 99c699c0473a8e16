//! The past: what was live and known at a revision or a moment, and how it came to be what it is.

use std::sync::Arc;

use sternway::{
    ArtifactHandle, Missing, Sternway,
    store::{AsOf, Limit},
    types::{At, LabelId, PointerName, Preset, Revision, Timestamp},
};
use sternway_tests::faults::Told;

use super::{
    tale::{MINUTE, SECOND, Tale, by},
    words::listed,
};

super::on_every_store!();

/// Moments between the first operation and the last one.
pub(super) async fn lived(tale: &mut Tale) -> Told<Vec<Timestamp>> {
    let greeting = tale.sw.artifact("prompts/greeting");
    let mut moments = vec![tale.sw.control().now()];
    tale.chapter("A life: four versions, a label, a policy, a rollback");
    tale.wait(MINUTE);
    tale.hear("alice publishes", &greeting.publish("Hello!").label("stable").await);
    tale.judge_by("namespace", Preset::Immediate).await?;
    for text in ["Hi!", "Hey!"] {
        moments.push(tale.sw.control().now());
        tale.wait(MINUTE);
        let published = greeting.publish(text).reason("friendlier").promote().await;
        tale.hear("alice publishes and promotes", &published);
    }
    let stable: LabelId = "stable".parse()?;
    let labelled = greeting.version("v2").await?.number;
    let labelled =
        tale.sw.control().label(&greeting.id()?, labelled, &stable, &by("alice", "")?).await;
    tale.hear("alice labels v2 stable", &labelled);
    moments.push(tale.sw.control().now());
    tale.wait(MINUTE);
    let live = greeting.live().await?;
    tale.run(&live, "xxx", SECOND).await?;
    tale.hear("alice publishes", &greeting.publish("Hello, dear!").await);
    moments.push(tale.sw.control().now());
    Ok(moments)
}

async fn tell(tale: &mut Tale) -> Told<()> {
    let moments = lived(tale).await?;
    let greeting = tale.sw.artifact("prompts/greeting");
    as_of(tale, &moments).await?;
    not_there(tale).await?;
    selected(tale, &greeting, &moments).await?;
    moved(tale, &greeting).await
}

/// Alice, who looks at the past.
async fn then(tale: &Tale, at: At) -> Told<Sternway> {
    let past = Arc::new(AsOf::new(Arc::clone(tale.sw.control().store()), at));
    let builder = Sternway::builder().with_namespace("shop".parse()?).if_missing(Missing::Refuse);
    Ok(builder.with_actor("alice".parse()?).on(past).await?)
}

/// What is to be seen of the greeting.
async fn look(tale: &mut Tale, name: &str, at: At) -> Told<()> {
    let past = match then(tale, at).await {
        Ok(past) => past,
        Err(err) => {
            tale.say(format_args!("{name}: {}", sternway_tests::faults::words(err.as_ref())));
            return Ok(());
        }
    };
    let greeting = past.artifact("prompts/greeting");
    let head = past.control().store().head(past.control().namespace(), At::Head).await;
    tale.hear(name, &head);
    tale.hear("  live", &greeting.version("live").await);
    tale.hear("  stable", &greeting.version("stable").await.map(|it| it.number));
    let versions = greeting.history(None, Limit::MAX).await?;
    tale.say(format_args!(
        "  versions {}",
        listed(versions.iter().map(|it| it.number.to_string()))
    ));
    let policies = past.control().policies(None, Limit::MAX).await?;
    let condemned = past.control().condemnations(&greeting.id()?, &greeting.environment()?).await?;
    tale.say(format_args!("  {} policies, {} condemned", policies.len(), condemned.len()));
    Ok(())
}

async fn as_of(tale: &mut Tale, moments: &[Timestamp]) -> Told<()> {
    tale.chapter("As of each revision");
    let head = tale.sw.control().store().head(tale.sw.control().namespace(), At::Head).await?;
    let newest = head.map_or(0, |head| head.revision.get());
    for revision in 1..=newest {
        look(tale, &format!("as of r{revision}"), At::Revision(Revision::new(revision))).await?;
    }
    tale.chapter("As of moments in between");
    for moment in moments {
        look(tale, &format!("as of {moment}"), At::Time(*moment)).await?;
    }
    Ok(())
}

async fn not_there(tale: &mut Tale) -> Told<()> {
    tale.chapter("Before the beginning, after the end, and writing to the past");
    look(tale, "before the beginning", At::Time(Timestamp::EPOCH)).await?;
    look(tale, "as of r99", At::Revision(Revision::new(99))).await?;
    look(tale, "at the end of time", At::Time(Timestamp::MAX)).await?;
    let past = then(tale, At::Revision(Revision::new(3))).await?;
    let written = past.artifact("prompts/greeting").publish("too late").await;
    tale.hear("alice publishes in the past", &written);
    Ok(())
}

async fn selected(tale: &mut Tale, greeting: &ArtifactHandle, at: &[Timestamp]) -> Told<()> {
    tale.chapter("Versions by what names them");
    let digest = greeting.version("v2").await?.content.digest.to_string();
    let prefix: String = digest.chars().take("sha256:".len() + 8).collect();
    let mut selectors: Vec<String> =
        ["live", "previous", "live~2", "live~3", "latest", "stable", "gone", "v9", "sha256:000000"]
            .map(Into::into)
            .into();
    selectors.push(prefix);
    selectors.extend(at.iter().map(ToString::to_string));
    for selector in selectors {
        let version = greeting.version(&selector).await.map(|version| version.number);
        tale.hear(&selector, &version);
    }
    Ok(())
}

async fn moved(tale: &mut Tale, greeting: &ArtifactHandle) -> Told<()> {
    tale.chapter("How the pointers moved, the newest move first");
    let (sw, id) = (tale.sw.clone(), greeting.id()?);
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    let names = [
        PointerName::Environment(greeting.environment()?),
        PointerName::Label("stable".parse()?),
        PointerName::Label("gone".parse()?),
    ];
    for name in names {
        let moves = store.moves(namespace, &id, &name, None, Limit::MAX).await?;
        tale.say(format_args!("{name}: {} moves", moves.len()));
        for moved in &moves {
            tale.say(format_args!("  {}", super::feed::moved(moved)));
        }
    }
    Ok(())
}
