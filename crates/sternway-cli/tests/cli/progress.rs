//! How far a deployment has come, and how it fares.

use serde_json::Value;

use crate::world::World;

fn progress(world: &World) -> (Value, Value) {
    let shown = world.json(&["deploy", "status", "tools/search"]);
    (shown["state"].clone(), shown["progress"].clone())
}

fn record(world: &World, version: &str, how: &[&str]) {
    let reference = format!("tools/search@{version}");
    let words = [&["record", &reference][..], how].concat();
    world.run(&words);
}

#[test]
fn x37_x38_a_deployment_says_how_far_it_is_how_long_it_takes_and_how_both_sides_fare() {
    let world = World::new();
    for number in ["1", "2"] {
        world.write("tool.json", number.as_bytes());
        world.ok(&["publish", "tools/search", "tool.json"]);
    }
    world.ok(&["deploy", "start", "tools/search@v2", "--canary", "50", "--outcomes", "9"]);
    record(&world, "v1", &["--ok", "--ms", "100"]);
    record(&world, "v2", &["--ok", "--ms", "40"]);
    record(&world, "v2", &["--ok", "--ms", "60"]);
    let (state, shown) = progress(&world);
    assert_eq!((state, &shown["percent"]), ("progressing".into(), &25.into()), "one step of four");
    assert!(shown["ended"].is_null() && shown["way_back_ms"].is_null(), "{shown}");
    let both = |shown: &Value| {
        let arms = shown["members"][0]["arms"].as_array().unwrap().iter();
        arms.map(|arm| (arm["version"].to_string(), arm["total"].clone(), arm["mean_ms"].clone()))
            .collect::<Vec<_>>()
    };
    let of = |version: &str, total: u64, ms: f64| (version.to_owned(), total.into(), ms.into());
    assert_eq!(both(&shown), [of("1", 1, 100.0), of("2", 2, 50.0)]);
    assert_eq!(shown["members"][0]["shares"][0]["weight"], 5_000);
    let said = world.ok(&["deploy", "status", "tools/search"]);
    assert!(said.contains("v1 1 run, 100.0 % success · v2 2 runs, 100.0 % success"), "{said}");

    for _ in 0..2 {
        record(&world, "v2", &["--fail", "--error", "TypeError"]);
    }
    world.ok(&["supervise", "--once"]);
    let (state, shown) = progress(&world);
    assert_eq!((state, &shown["percent"]), ("rolled_back".into(), &25.into()), "where it was");
    assert!(shown["ended"].is_string() && shown["way_back_ms"].is_u64(), "{shown}");
    assert_eq!(shown["members"][0]["arms"][1]["success_ratio"], 0.5);
    let weights = shown["members"][0]["shares"].as_array().unwrap().iter();
    assert_eq!(weights.map(|it| it["weight"].as_u64().unwrap()).collect::<Vec<_>>(), [5_000, 0]);
}
