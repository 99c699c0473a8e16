//! What the guide shows.

use sternway_policy::written::Written;

const GUIDE: &str = include_str!("../../../../docs/policy.md");

/// The blocks of TOML on the page, without the indentation of the lists that they are in.
fn blocks() -> Vec<String> {
    let (mut blocks, mut open) = (Vec::new(), None::<String>);
    for line in GUIDE.lines() {
        match (line.trim_start(), &mut open) {
            ("```toml", None) => open = Some(String::new()),
            ("```", Some(_)) => blocks.extend(open.take()),
            (line, Some(block)) => {
                block.push_str(line);
                block.push('\n');
            }
            (_, None) => (),
        }
    }
    blocks
}

#[test]
fn each_policy_of_the_guide_is_one() {
    let blocks = blocks();
    assert!(blocks.len() >= 8, "{} blocks", blocks.len());
    for block in blocks {
        let read = Written::Toml.read(&block);
        assert!(read.is_ok(), "{block}\n{}", read.unwrap_err());
    }
}
