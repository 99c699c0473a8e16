//! A namespace travels to the other stores and back: it has the same head everywhere, and its bundle the
//! same bytes.

use std::{io::Cursor, sync::Arc};

use sternway::{
    Sternway,
    control::{
        Control,
        bundle::{Export, Exported, Import},
    },
    types::{Actor, Digest, Preset},
};
use sternway_tests::faults::Told;

use super::{
    left,
    stage::Kind,
    tale::{SECOND, Tale, by},
    words::{Said as _, failure},
};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    lived(tale).await?;
    let here = left::lines(&tale.sw).await?;
    tale.chapter("It is exported");
    let (bundle, exported) = export(&tale.sw).await?;
    tale.say(exported.said());
    tale.say(format_args!("{} bytes, {}", bundle.len(), Digest::of(&bundle)));
    tale.chapter("It is imported in each of the other stores, and in a new one of its own kind");
    let route = tale.kind.others().iter().chain([&tale.kind]);
    let (mut travelled, mut told) = (bundle.clone(), Vec::new());
    for kind in route {
        let (answers, onwards) = arrived(tale, *kind, &travelled, &here).await?;
        assert_eq!(Digest::of(&onwards), Digest::of(&bundle), "the bundle of {kind:?}");
        told.push(answers);
        travelled = onwards;
    }
    // What is told is the same everywhere, and there may be more or fewer places to go to.
    let first = told.first().cloned().ok_or("it travelled")?;
    assert!(told.iter().all(|answers| *answers == first), "{told:#?}");
    for line in first {
        tale.say(line);
    }
    other_history(tale, bundle).await
}

async fn lived(tale: &mut Tale) -> Told<()> {
    tale.chapter("A life");
    tale.judge_by("namespace", Preset::Immediate).await?;
    let greeting = tale.sw.artifact("prompts/greeting");
    for text in ["Hello!", "Hi!", "Hey!"] {
        tale.hear("alice publishes", &greeting.publish(text).label("newest").promote().await);
        let live = greeting.live().await?;
        tale.run(&live, if text == "Hey!" { "..xxx" } else { "...?x" }, SECOND).await?;
    }
    let style = tale.sw.artifact("configs/style");
    let published = style.publish(serde_json::json!({"tone": "warm", "length": 80})).await;
    tale.hear("alice publishes", &published);
    // How far runs were judged is noted with what is recorded next, and the bundle says how far.
    let noted = tale.sw.control().record(Vec::new()).await;
    tale.hear("nothing more is recorded", &noted);
    let large = tale.sw.artifact("data/lines").publish("a line of many\n".repeat(40_000)).await;
    tale.hear("alice publishes", &large);
    Ok(())
}

async fn export(sw: &Sternway) -> Told<(Vec<u8>, Exported)> {
    let export = Export::new(Actor::sternway());
    Ok(sw.control().export(Vec::new(), &export, &mut |_| ()).await?)
}

/// What is told of a bundle that arrives in a new store: it is all there, and is the same bundle when it
/// goes on from there.
async fn arrived(
    tale: &Tale,
    kind: Kind,
    bundle: &[u8],
    here: &[String],
) -> Told<(Vec<String>, Vec<u8>)> {
    let stage = kind.open().await?;
    // Not by the handle, which begins a history of its own where there is none.
    let control = Control::new(Arc::clone(&stage.store), tale.sw.control().namespace().clone());
    let mut lines = Vec::new();
    for time in ["carol imports it", "and once more"] {
        let (from, carol) = (Cursor::new(bundle.to_vec()), by("carol", "moving in")?);
        let imported = control.import_bundle(from, &Import::default(), &carol, &mut |_| ()).await?;
        lines.push(format!("{time}: {}", imported.said()));
    }
    let sw = tale.visit(&stage.store, "carol").await?;
    assert_eq!(left::lines(&sw).await?, here, "{kind:?}");
    let (onwards, _) = export(&sw).await?;
    let greeting = sw.artifact("prompts/greeting");
    let promoted = greeting.promote(greeting.version("v3").await?.number).await;
    let promoted = promoted.map_or_else(|err| failure(&err), |it| it.said());
    lines.push(format!("carol promotes v3 there: {promoted}"));
    lines.push(format!("what is live there: {}", greeting.check().await?.said()));
    sw.shutdown().await?;
    Ok((lines, onwards))
}

async fn other_history(tale: &mut Tale, bundle: Vec<u8>) -> Told<()> {
    tale.chapter("It does not go into a namespace with another history, nor when it is damaged");
    let store = Arc::clone(tale.sw.control().store());
    let elsewhere = Control::new(store, "elsewhere".parse()?);
    elsewhere.create_namespace().await?;
    let carol = by("carol", "")?;
    for (name, bundle) in [("all of it", bundle.clone()), ("half of it", half(&bundle))] {
        let from = Cursor::new(bundle);
        let imported = elsewhere.import_bundle(from, &Import::default(), &carol, &mut |_| ()).await;
        tale.hear(name, &imported);
    }
    Ok(())
}

fn half(bundle: &[u8]) -> Vec<u8> {
    bundle.iter().copied().take(bundle.len() / 2).collect()
}
