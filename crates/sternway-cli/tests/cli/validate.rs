//! Checks of contents by JSON Schema: in a policy file, before publishing, and when it is published.

use serde_json::Value;

use crate::world::World;

const POLICY: &str = r#"
[[checks]]
name = "shape"
on_failure = "refuse"
[checks.schema]
required = ["model"]
properties.model.enum = ["small", "large"]
"#;

/// A world whose configurations have a shape.
fn with_shape(policy: &str) -> World {
    let world = World::new();
    world.write("policy.toml", policy.as_bytes());
    world.write("good.json", br#"{"model": "small"}"#);
    world.write("bad.json", br#"{"model": "huge"}"#);
    world.ok(&["init"]);
    world.ok(&["policy", "set", "collection:configs", "policy.toml"]);
    world
}

#[test]
fn a_bad_content_is_refused_with_its_pointer() {
    let world = with_shape(POLICY);
    let said = world.fails(6, &["publish", "configs/bot", "bad.json"]);
    assert_eq!(
        said,
        "error: nothing was published: the policy refuses\n\
         configs/bot, by the check shape\n  \
         /model: \"huge\" is not one of \"small\" or \"large\"\n\
         help: mend it, and look again with: sternway validate configs/bot FILE\n"
    );
    world.fails(6, &["publish", "configs/bot", "bad.json", "--dry-run"]);
    let problem = world.fails(6, &["publish", "configs/bot", "bad.json", "--json"]);
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(problem["code"], "policy-check-failed");
    assert_eq!(problem["failed"][0]["check"], "shape");
    assert_eq!(problem["failed"][0]["violations"][0]["pointer"], "/model");
    world.fails(3, &["show", "configs/bot"]);
    let published = world.json(&["publish", "configs/bot", "good.json"]);
    assert_eq!(published["checks"][0]["passed"], true);
}

#[test]
fn a_bad_content_may_be_condemned() {
    let world = with_shape(&POLICY.replace("refuse", "condemn"));
    world.ok(&["publish", "configs/bot", "good.json"]);
    let ran = world.run(&["publish", "configs/bot", "bad.json", "--promote"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stdout.contains("its content is condemned in production"), "{}", ran.stdout);
    assert!(ran.stdout.contains("  shape: failed"), "{}", ran.stdout);
    assert!(world.ok(&["list"]).contains("v1"));
    let shown = world.ok(&["show", "configs/bot@v2"]);
    assert!(shown.contains("shape: failed, by schema sha256:"), "{shown}");
    assert!(shown.contains("/model: \"huge\" is not one of"), "{shown}");
}

#[test]
fn validate_says_what_publishing_would_come_to() {
    let world = with_shape(POLICY);
    assert!(world.ok(&["validate", "configs/bot", "good.json"]).contains("configs/bot  passes"));
    let ran = world.run(&["validate", "configs/bot", "bad.json"]);
    assert_eq!(ran.code, 6);
    assert!(ran.stdout.contains("would be refused"), "{}", ran.stdout);
    assert!(ran.stdout.contains("    /model: \"huge\" is not one of"), "{}", ran.stdout);
    let nothing = world.ok(&["validate", "prompts/greeting", "bad.json"]);
    assert!(nothing.contains("nothing is checked in production"), "{nothing}");
    world.fails(3, &["show", "configs/bot"]);
}

#[test]
fn a_schema_that_does_not_compile_is_refused_when_it_is_set() {
    let world = with_shape(POLICY);
    world.write("slip.toml", b"[[checks]]\nname = 'shape'\nschema.type = 'strnig'\n");
    let said = world.fails(2, &["policy", "set", "namespace", "slip.toml"]);
    assert!(said.contains("because: the schema does not compile at /type"), "{said}");
    world.write("none.toml", b"[[checks]]\nname = 'shape'\n");
    let said = world.fails(2, &["policy", "set", "namespace", "none.toml"]);
    assert!(said.contains("needs one of schema, schema_from, validator and off"), "{said}");
    world.write("from.toml", b"[[checks]]\nname = 'shape'\nschema_from = 'schemas/bot@v1'\n");
    let said = world.fails(2, &["policy", "set", "namespace", "from.toml"]);
    assert!(said.contains("there is no schema at schemas/bot@v1"), "{said}");
}

#[test]
fn policy_show_lists_the_checks_of_all_scopes() {
    let world = with_shape(POLICY);
    world.write("lint.toml", b"[[checks]]\nname = 'lint'\nvalidator = 'ruff'\n");
    world.ok(&["policy", "set", "artifact:configs/bot", "lint.toml"]);
    let shown = world.ok(&["policy", "show", "configs/bot"]);
    assert!(shown.contains("shape: the JSON Schema in the policy; refuses what fails"), "{shown}");
    assert!(shown.contains("lint: the validator ruff of each publisher"), "{shown}");
    let view = world.json(&["policy", "show", "configs/bot"]);
    let names: Vec<_> = view["checks"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["shape", "lint"]);
}

#[test]
fn an_apply_with_a_bad_content_moves_nothing() {
    let world = with_shape(POLICY);
    world.write("release/configs/bot.json", br#"{"model": "huge"}"#);
    world.write("release/configs/other.json", br#"{"model": "small"}"#);
    let said = world.fails(6, &["apply", "release"]);
    assert!(said.contains("configs/bot, by the check shape"), "{said}");
    world.fails(3, &["show", "configs/other"]);
}
