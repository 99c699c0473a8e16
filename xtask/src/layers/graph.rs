//! The crates, the arrows between them, and the decision which arrows are wrong.
//!
//! Pure: the graph is given, the violations come back in the order of the crates' names.

use std::collections::{BTreeMap, BTreeSet};

/// Crates that bring async, chance or I/O along; each stands for its family (`tokio-util`).
const IMPURE: [&str; 8] =
    ["tokio", "async-trait", "futures", "rand", "getrandom", "redb", "sqlx", "reqwest"];

#[derive(Debug, Default)]
pub(super) struct Graph {
    crates: BTreeMap<String, Crate>,
    /// Members that have no layer: chores and stories.
    outside: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub(super) struct Crate {
    pub(super) layer: Option<u64>,
    pub(super) pure: Option<bool>,
    pub(super) arrows: Vec<Arrow>,
}

#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) to: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Build,
    Dev,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Violation {
    #[error(
        "{name}: no layer; write `layer` and `pure` under [package.metadata.sternway] of its manifest"
    )]
    Unlabelled { name: String },
    #[error(
        "{from} -> {to}: an arrow from layer {from_layer} to layer {to_layer} does not point down; \
         move what {from} needs to a layer below {from_layer}"
    )]
    NotDown { from: String, from_layer: u64, to: String, to_layer: u64 },
    #[error("{from} -> {to}: {to} stands outside the layers; only a dev-dependency may name it")]
    Outside { from: String, to: String },
    #[error(
        "{from} -> {to}: {from} is pure and {to} is not; take what it gives as an argument, or move \
         the code to a crate that is not pure"
    )]
    Impure { from: String, to: String },
}

impl Graph {
    pub(super) fn add(&mut self, name: &str, krate: Crate) {
        self.crates.insert(name.to_owned(), krate);
    }

    pub(super) fn add_outside(&mut self, name: &str) {
        self.outside.insert(name.to_owned());
    }

    pub(super) fn len(&self) -> usize {
        self.crates.len()
    }

    /// Everything that is wrong with the graph.
    pub(super) fn violations(&self) -> Vec<Violation> {
        self.crates.iter().flat_map(|(name, krate)| self.violations_of(name, krate)).collect()
    }

    fn violations_of(&self, name: &str, krate: &Crate) -> Vec<Violation> {
        let (Some(layer), Some(pure)) = (krate.layer, krate.pure) else {
            return vec![Violation::Unlabelled { name: name.to_owned() }];
        };
        // Tests may look anywhere.
        let binding = krate.arrows.iter().filter(|arrow| arrow.kind != Kind::Dev);
        binding
            .flat_map(|arrow| {
                let must_be_pure = pure && arrow.kind == Kind::Normal;
                let impure = must_be_pure && !self.is_pure(&arrow.to);
                self.direction(name, layer, &arrow.to).into_iter().chain(
                    impure.then(|| Violation::Impure { from: name.into(), to: arrow.to.clone() }),
                )
            })
            .collect()
    }

    fn direction(&self, from: &str, from_layer: u64, to: &str) -> Option<Violation> {
        let (from, to) = (from.to_owned(), to.to_owned());
        if self.outside.contains(&to) {
            return Some(Violation::Outside { from, to });
        }
        let to_layer = self.crates.get(&to)?.layer?;
        let down = to_layer < from_layer;
        (!down).then_some(Violation::NotDown { from, from_layer, to, to_layer })
    }

    fn is_pure(&self, name: &str) -> bool {
        match self.crates.get(name) {
            Some(ours) => ours.pure == Some(true),
            None => !IMPURE.iter().any(|family| is_of_family(name, family)),
        }
    }
}

fn is_of_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(crates: &[(&str, u64, bool)]) -> Graph {
        let mut graph = Graph::default();
        for &(name, layer, pure) in crates {
            graph.add(name, Crate { layer: Some(layer), pure: Some(pure), arrows: Vec::new() });
        }
        graph.add_outside("xtask");
        graph
    }

    /// Draws one arrow in a graph of `types` (0, pure), `policy` and `diff` (1, pure), `store` (1)
    /// and `control` (3), and expects these messages.
    fn check(from: &str, to: &str, kind: Kind, expected: &[&str]) {
        let mut graph = graph(&[
            ("types", 0, true),
            ("policy", 1, true),
            ("diff", 1, true),
            ("store", 1, false),
            ("control", 3, false),
        ]);
        graph.crates.get_mut(from).unwrap().arrows.push(Arrow { to: to.to_owned(), kind });
        let found: Vec<_> = graph.violations().iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn an_arrow_down_is_right() {
        check("policy", "types", Kind::Normal, &[]);
        check("control", "store", Kind::Normal, &[]);
    }

    #[test]
    fn an_arrow_up_is_found() {
        let expected = "store -> control: an arrow from layer 1 to layer 3 does not point down";
        check("store", "control", Kind::Normal, &[expected]);
    }

    #[test]
    fn an_arrow_sideways_is_found() {
        check(
            "policy",
            "diff",
            Kind::Normal,
            &["policy -> diff: an arrow from layer 1 to layer 1"],
        );
    }

    #[test]
    fn a_build_dependency_points_down_as_well() {
        check("store", "control", Kind::Build, &["store -> control: an arrow"]);
    }

    #[test]
    fn a_dev_dependency_is_free() {
        check("types", "control", Kind::Dev, &[]);
        check("types", "tokio", Kind::Dev, &[]);
        check("types", "xtask", Kind::Dev, &[]);
    }

    #[test]
    fn an_arrow_out_of_the_layers_is_found() {
        check("store", "xtask", Kind::Normal, &["store -> xtask: xtask stands outside"]);
    }

    #[test]
    fn a_pure_crate_with_an_impure_library_is_found() {
        for library in IMPURE {
            let expected = format!("policy -> {library}: policy is pure and {library} is not");
            check("policy", library, Kind::Normal, &[&expected]);
        }
    }

    #[test]
    fn the_family_of_an_impure_library_is_impure() {
        check("policy", "tokio-util", Kind::Normal, &["policy -> tokio-util: policy is pure"]);
        check("policy", "random-names", Kind::Normal, &[]);
    }

    #[test]
    fn an_impure_crate_may_use_an_impure_library() {
        check("store", "tokio", Kind::Normal, &[]);
    }

    #[test]
    fn a_pure_crate_over_an_impure_crate_of_ours_is_found() {
        let mut graph = graph(&[("provider", 1, false), ("release", 2, true)]);
        let arrow = Arrow { to: "provider".to_owned(), kind: Kind::Normal };
        graph.crates.get_mut("release").unwrap().arrows.push(arrow);
        let expected = Violation::Impure { from: "release".to_owned(), to: "provider".to_owned() };
        assert_eq!(graph.violations(), [expected]);
    }

    #[test]
    fn a_crate_without_its_labels_is_refused() {
        let mut graph = Graph::default();
        graph.add("bare", Crate::default());
        graph.add("half", Crate { layer: Some(1), ..Crate::default() });
        let expected = ["bare", "half"].map(|name| Violation::Unlabelled { name: name.to_owned() });
        assert_eq!(graph.violations(), expected);
    }
}
