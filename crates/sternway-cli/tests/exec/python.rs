//! The same with the real interpreter of what most agents write their tools in.

use std::process::Command;

use crate::world::{World, assert_code, failure, stderr, stdout};

const TOOL: &str = "\
def execute(query, limit=10):
    return [query.upper()] * limit

print(execute(query='agents', limit=2))
";

/// Without Python this proves nothing, and must not look as if it did: what Sternway does with a
/// traceback is proven without Python in `rollback`.
fn needs_python() {
    let found = Command::new("python3").arg("--version").output();
    assert!(found.is_ok_and(|output| output.status.success()), "python3 is needed, and not here");
}

#[test]
fn a_renamed_parameter_is_taken_back_after_the_second_type_error() {
    needs_python();
    let world = World::empty();
    world.publish(TOOL, Some("python"));
    world.publish_live(&TOOL.replace("def execute(query", "def execute(q"), "python");
    let run = || world.exec(&["--", "python3", "{file}"]);

    let first = run();
    assert_code(&first, 1);
    assert!(stderr(&first).contains("/search.py\", line 4, in <module>"), "{first:?}");
    assert!(!stderr(&first).contains("regressed"), "{first:?}");
    let second = run();
    assert_code(&second, 1);
    assert!(stderr(&second).contains("↩ rolled back to v1 in "), "{second:?}");
    let third = run();
    assert_code(&third, 0);
    assert_eq!((stdout(&third), stderr(&third)), ("['AGENTS', 'AGENTS']\n", ""));

    let failed = world.outcomes(2);
    assert_eq!(failed.len(), 2);
    let (class, message) = failure(&failed[0]);
    assert_eq!(class, Some("TypeError"));
    assert!(message.starts_with("execute() got an unexpected keyword argument 'query'"));
}
