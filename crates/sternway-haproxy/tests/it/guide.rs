//! What `docs/routers.md` shows is what the crate prints, and `HAProxy` does what the page says.

use std::path::Path;

use sternway_haproxy::Layout;
use sternway_provider::{RouterError, TrafficRouter as _};
use sternway_types::{Arm, EnvironmentId, Generation, Matched, Route, VersionNumber, Weight};

use crate::{
    client,
    place::{Proxy, Tested},
    upstream::Upstreams,
};

const PAGE: &str = include_str!("../../../../docs/routers.md");

/// The configuration on the page.
fn shown() -> Option<&'static str> {
    let (_, from) = PAGE.split_once("```haproxy\n")?;
    Some(from.split_once("```")?.0)
}

#[tokio::test]
async fn the_configuration_of_the_guide_does_what_it_says() -> Tested {
    let (artifact, environment) = ("tools/search".parse()?, EnvironmentId::production());
    let shown = shown().ok_or("no configuration on the page")?;
    let layout = Layout::new("/etc/haproxy/sternway")?;
    assert!(shown.contains(&layout.lookup(&artifact, &environment, "if { path_beg /search }")));
    assert!(shown.contains(&Layout::header("x-preview")), "{}", Layout::header("x-preview"));
    assert!(shown.contains(&Layout::rules()), "the page has:\n{}", Layout::rules());

    let mut upstreams = Upstreams::default();
    let here = |folder: &Path| {
        for name in ["v3", "v4"] {
            upstreams.add(folder, name)?;
        }
        let map = folder.join("maps/tools/search/production.map");
        std::fs::create_dir_all(folder.join("maps/tools/search"))?;
        std::fs::write(map, "")?;
        let at = |name: &str| folder.join(name).display().to_string();
        let config = shown
            .replace("/run/haproxy/sternway.sock", &at("api.sock"))
            .replace("/etc/haproxy/sternway", &at("maps"))
            .replace(":8080", &format!("unix@{}", at("front.sock")))
            .replace("10.0.0.3:9000", &format!("unix@{}", at("v3.sock")))
            .replace("10.0.0.4:9000", &format!("unix@{}", at("v4.sock")));
        Ok(config)
    };
    let proxy = Proxy::start_as(here).await?;
    let layout = Layout::new(&proxy.folder().join("maps").display().to_string())?;
    let router = proxy.router(&layout.with_headers(&["X-Preview"])?);

    let [live, candidate] = [3, 4].map(VersionNumber::new);
    let arms = |weight: Weight| {
        let live = live.map(|version| Arm { version, weight: weight.rest() });
        live.into_iter().chain(candidate.map(|version| Arm { version, weight })).collect()
    };
    for (generation, weight, answer) in [(7, Weight::ALL, "v4 7"), (8, Weight::ZERO, "v3 8")] {
        let generation = Generation::new(generation);
        let (artifact, environment) = (artifact.clone(), environment.clone());
        router.apply(&Route::new(artifact, environment, generation, arms(weight))?).await?;
        let answers = client::send(&proxy.front(), "/search?q=1", 3).await?;
        assert!(answers.iter().all(|it| it.body == answer), "{answers:?}");
        let others = client::send(&proxy.front(), "/other", 1).await?;
        assert!(others.iter().all(|it| it.body == "v3 "), "no route is for it: {others:?}");
    }

    // Whoever asks for it has the candidate, which has no share.
    let arms = arms(Weight::ZERO);
    let route = Route::new(artifact, environment, Generation::new(9), arms)?;
    let to = candidate.ok_or("a version")?;
    let route = route.matched_by(Matched { to, by: "x-preview=yes,beta".parse()? })?;
    router.apply(&route).await?;
    for (value, answer) in [("beta", "v4 9"), ("no", "v3 9"), ("", "v3 9")] {
        let header = ("X-Preview", value);
        let answers = client::send_with(&proxy.front(), "/search", &[header], 3).await?;
        assert!(answers.iter().all(|it| it.body == answer), "{value:?}: {answers:?}");
    }
    let twice = [("x-preview", "yes"), ("x-preview", "no")];
    let answers = client::send_with(&proxy.front(), "/search", &twice, 1).await?;
    assert!(answers.iter().all(|it| it.body == "v3 9"), "the last counts: {answers:?}");
    let other = route.matched_by(Matched { to, by: "x-other=yes".parse()? })?;
    let refused = router.apply(&other).await;
    assert!(matches!(refused, Err(RouterError::Unable { .. })), "{refused:?}");
    Ok(())
}
