//! Checks at publish: what a JSON Schema does not take is refused or condemned.

use std::time::Duration;

use serde_json::{Value, json};
use sternway::{
    ArtifactHandle, IntoContent,
    control::publish::{
        Activate::{self, ByPolicy, In},
        Publish,
    },
    types::{CheckKind, ContentCheck, OnFailure, Policy, Preset},
};
use sternway_tests::faults::Told;

use super::{
    tale::{Tale, by},
    words::Said as _,
};

super::on_every_store!();

fn tone(on_failure: OnFailure) -> Told<ContentCheck> {
    let schema = json!({
        "type": "object",
        "required": ["tone"],
        "properties": {"tone": {"enum": ["warm", "formal"]}, "length": {"maximum": 80}},
    });
    let check = ContentCheck::new("tone".parse()?, CheckKind::Schema(schema))?;
    Ok(check.on_failure_do(on_failure))
}

/// The immediate tier, with these checks.
fn with(checks: impl Into<Vec<ContentCheck>>) -> Told<Policy> {
    Ok(Policy::preset(Preset::Immediate).with_checks(checks.into())?)
}

async fn tell(tale: &mut Tale) -> Told<()> {
    let style = tale.sw.artifact("configs/style");
    refused(tale, &style).await?;
    condemned(tale, &style).await?;
    elsewhere(tale, &style).await?;
    unanswered(tale, &style).await
}

/// Publishes. How long a check took is kept with what it found, to the millisecond by the stopwatch of the
/// host, so that no two histories with checks are quite the same. Here all of them took one.
async fn publish(
    tale: &mut Tale,
    name: &str,
    (style, content): (&ArtifactHandle, impl IntoContent),
    activate: Activate,
) -> Told<()> {
    let sw = tale.sw.clone();
    let control = sw.control();
    let mut publish = Publish::new(style.id()?, content.into_content()?);
    publish.activate = activate;
    let checked = match control.checks_of(&publish).await {
        Ok(Some(plan)) => plan.run(control.validators(), &publish.content, None).await.map(Some),
        Ok(None) => Ok(None),
        Err(err) => Err(err),
    };
    let published = match checked {
        Ok(mut report) => {
            let checks = report.iter_mut().flat_map(|report| &mut report.checks);
            checks.for_each(|check| check.result.took = Duration::from_millis(1));
            publish.checked = report;
            control.publish(publish, &by("alice", name)?).await
        }
        Err(err) => Err(err),
    };
    tale.hear(name, &published);
    Ok(())
}

/// What was found about a version.
async fn found(tale: &mut Tale, style: &ArtifactHandle, name: &str) -> Told<()> {
    let sw = tale.sw.clone();
    let version = style.version(name).await?.number;
    for attestation in sw.control().attestations(&style.id()?, version).await? {
        let record = sternway::types::Record::Attestation(attestation);
        tale.say(format_args!("  found {}: {}", record.key(), super::feed::record_said(&record)));
    }
    Ok(())
}

async fn refused(tale: &mut Tale, style: &ArtifactHandle) -> Told<()> {
    tale.chapter("What does not hold to the schema is refused, and leaves no trace");
    let policy = with([tone(OnFailure::Refuse)?])?;
    tale.set_policy("collection:configs", "a schema that refuses", policy).await?;
    publish(tale, "warm", (style, json!({"tone": "warm"})), ByPolicy).await?;
    found(tale, style, "v1").await?;
    publish(tale, "rude and long", (style, json!({"tone": "rude", "length": 99})), ByPolicy)
        .await?;
    publish(tale, "no tone", (style, json!({"length": 12})), ByPolicy).await?;
    publish(tale, "no object", (style, json!([1, 2])), ByPolicy).await?;
    publish(tale, "no JSON", (style, "warm"), ByPolicy).await?;
    publish(tale, "warm again", (style, json!({"tone": "warm"})), ByPolicy).await?;
    let other = tale.sw.artifact("prompts/greeting").publish("warm").await;
    tale.hear("another collection", &other);
    Ok(())
}

async fn condemned(tale: &mut Tale, style: &ArtifactHandle) -> Told<()> {
    tale.chapter("Or it is added, and condemned where it would have been live");
    let policy = with([tone(OnFailure::Condemn)?])?;
    tale.set_policy("collection:configs", "a schema that condemns", policy).await?;
    let production = style.environment()?;
    let rude = json!({"tone": "rude"});
    publish(tale, "rude, to go live", (style, rude), In(production.clone())).await?;
    found(tale, style, "v2").await?;
    let rude = style.version("v2").await?.number;
    tale.hear("alice promotes it", &style.promote(rude).await);
    tale.hear("a planner forces it", &style.promote(rude).actor("agent:planner").force().await);
    publish(tale, "formal", (style, json!({"tone": "formal"})), In(production)).await?;
    tale.hear("alice rolls back", &style.roll_back().await);
    tale.hear("alice forces it", &style.promote(rude).force().reason("for a joke").await);
    Ok(())
}

async fn elsewhere(tale: &mut Tale, style: &ArtifactHandle) -> Told<()> {
    tale.chapter("A nearer check of the same name holds, and the schema may be an artifact");
    let schema: Value = json!({"required": ["tone"], "maxProperties": 1});
    let published = tale.sw.artifact("schemas/style").publish(&schema).await;
    tale.hear("alice publishes a schema", &published);
    let kind = CheckKind::SchemaFrom("schemas/style@live".parse()?);
    let policy = with([ContentCheck::new("tone".parse()?, kind)?])?;
    tale.set_policy("artifact:configs/style", "the schema schemas/style@live", policy).await?;
    publish(tale, "rude again", (style, json!({"tone": "very rude"})), ByPolicy).await?;
    found(tale, style, "latest").await?;
    publish(tale, "too much", (style, json!({"tone": "warm", "length": 3})), ByPolicy).await?;
    Ok(())
}

async fn unanswered(tale: &mut Tale, style: &ArtifactHandle) -> Told<()> {
    tale.chapter("A check that comes to no answer refuses");
    let broken = CheckKind::Schema(json!({"type": "nonsense"}));
    let policy = with([ContentCheck::new("broken".parse()?, broken)?])?;
    tale.set_policy("namespace", "a schema that is none", policy).await?;
    let nobody = CheckKind::Validator("nobody-has-it".parse()?);
    let policy = with([ContentCheck::new("lint".parse()?, nobody)?])?;
    tale.set_policy("artifact:configs/style", "a validator that nobody has", policy).await?;
    publish(tale, "warm", (style, json!({"tone": "warm"})), ByPolicy).await?;
    let plan = tale.sw.control().effective_checks(&style.id()?, &style.environment()?).await?;
    let names: Vec<String> = plan.iter().map(|check| check.name().to_string()).collect();
    tale.say(format_args!("what is checked: {}", names.said()));
    let unset = "artifact:configs/style".parse()?;
    let unset = tale.sw.control().unset_policy(&unset, &by("alice", "")?).await;
    tale.hear("alice takes that policy away", &unset);
    publish(tale, "warm", (style, json!({"tone": "warm"})), ByPolicy).await?;
    Ok(())
}
