//! The gates, in the one list that people and CI share.
//!
//! A gate never writes anything but build output. Form comes first, then behavior, then what a
//! reader sees; what needs more than a toolchain comes last, and only when asked for.

use crate::{error::Error, full, fuzz, layers, lints, readme, test, tidy, workspace::Workspace};

/// Something that every change must pass.
pub(crate) struct Gate {
    pub(crate) name: &'static str,
    /// What holds once the gate is passed.
    pub(crate) promise: &'static str,
    pub(crate) when: When,
    pub(crate) run: fn(&Workspace) -> Result<(), Error>,
    /// What to do when it is not.
    pub(crate) remedy: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    Always,
    /// With `--full`: needs tools that are not part of a toolchain.
    Full,
}

pub(crate) const GATES: &[Gate] = &[
    lints::FMT,
    lints::CLIPPY,
    layers::GATE,
    tidy::GATE,
    test::GATE,
    lints::DOC,
    readme::GATE,
    full::DENY,
    full::HACK,
    full::SEMVER,
    fuzz::GATE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_gates_stand_in_the_promised_order() {
        let names: Vec<_> = GATES.iter().map(|gate| gate.name).collect();
        let always = ["fmt", "clippy", "layers", "tidy", "test", "doc", "readme"];
        let full = ["deny", "hack", "semver", "fuzz"];
        assert_eq!(names, [&always[..], &full[..]].concat());
    }

    #[test]
    fn the_gates_that_need_extra_tools_come_last() {
        assert!(GATES.is_sorted_by_key(|gate| gate.when == When::Full));
    }

    #[test]
    fn no_two_gates_share_a_name() {
        let names: BTreeSet<_> = GATES.iter().map(|gate| gate.name).collect();
        assert_eq!(names.len(), GATES.len());
    }
}
