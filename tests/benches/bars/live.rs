//! Reading what is live, in a table of 10,000 artifacts.

use std::{collections::HashMap, hint::black_box, sync::RwLock};

use sternway::{
    Sternway,
    types::{ArtifactId, EnvironmentId},
};

use crate::{Measured, report::Bar, sample::nanos_each};

const ARTIFACTS: usize = 10_000;

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let names: Vec<ArtifactId> = (0..ARTIFACTS)
        .map(|number| format!("prompts/p{number}").parse())
        .collect::<Result<_, _>>()?;
    let environment = EnvironmentId::production();
    let sw = runtime.block_on(async {
        let sw = Sternway::in_memory().await?;
        for name in &names {
            sw.artifact(name.as_str()).publish("Hello!").await?;
        }
        sw.control().live().await?;
        Ok::<_, sternway::Error>(sw)
    })?;
    let table = runtime.block_on(sw.control().live())?;

    let mut stream = names.iter().cycle();
    let value = nanos_each(9, 200_000, || {
        let live = stream.next().and_then(|name| table.get(name, &environment));
        black_box(live.expect("every artifact is live"));
    });

    let bare: RwLock<HashMap<&str, u64>> =
        RwLock::new((0..).zip(&names).map(|(number, name)| (name.as_str(), number)).collect());
    let mut stream = names.iter().cycle();
    let floor = nanos_each(9, 200_000, || {
        let bare = bare.read().expect("nobody panics while holding it");
        black_box(stream.next().and_then(|name| bare.get(name.as_str())).copied());
    });
    runtime.block_on(sw.shutdown())?;
    Ok(vec![Bar {
        name: "live version in process",
        value,
        unit: "ns",
        floor,
        bar: "at most 100 ns (floor: a locked hash map)",
        met: value <= 100.0,
    }])
}
