//! Health checks that are several others: those are there, and it ends somewhere.

use sternway::types::ProbeId;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Check, HealthSettings};
use crate::{
    error::nearest,
    settings::{error::SettingsError, file::SettingsFile},
};

/// How many checks are made for one at most.
const MOST: usize = 64;
/// How deep they lie in one another at most.
const DEEPEST: usize = 8;

/// Why several checks cannot be one.
enum Trouble<'a> {
    /// It is made of itself, by way of these.
    Itself(Vec<&'a ProbeId>),
    /// They lie too deep in one another.
    Deep,
    /// They are too many.
    Many,
}

impl SettingsFile<'_> {
    /// The names of other checks.
    pub(super) fn names(
        &self,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<ProbeId>, SettingsError> {
        let expected = "expected a list of health checks, such as [\"ready\", \"errors\"]";
        let names = value.get_ref().as_array().filter(|names| !names.is_empty());
        let names = names.ok_or_else(|| self.wrong(value, expected))?.iter();
        let name = |value: &Spanned<DeValue<'_>>| {
            let name = value.get_ref().as_str().ok_or_else(|| self.wrong(value, expected))?;
            name.parse::<ProbeId>().map_err(|err| self.wrong(value, &err.to_string()))
        };
        names.map(name).collect()
    }

    /// Refuses checks that name others which are not there, or that never end.
    pub(super) fn check_folds(
        &self,
        section: &DeTable<'_>,
        all: &HealthSettings,
    ) -> Result<(), SettingsError> {
        for (name, value) in section {
            let Some(table) = value.get_ref().as_table() else { continue };
            let names =
                ["all", "any"].iter().find_map(|kind| table.get(*kind)?.get_ref().as_array());
            let Some(names) = names else { continue };
            for value in names {
                let name = value.get_ref().as_str().unwrap_or_default();
                if !all.keys().any(|known| known.as_str() == name) {
                    let near = nearest(name, all.keys().map(ToString::to_string));
                    let near = near.map(|near| format!(": did you mean {near}?"));
                    let near = near.unwrap_or_default();
                    return Err(
                        self.wrong(value, &format!("there is no health check {name}{near}"))
                    );
                }
            }
            let Ok(id) = name.get_ref().parse::<ProbeId>() else { continue };
            if let Err(trouble) = walk(all, &id, &mut Vec::new(), &mut 0) {
                return Err(self.refused(name.span().start, &trouble.to_string()));
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for Trouble<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Itself(path) => {
                let path: Vec<_> = path.iter().map(|name| name.as_str()).collect();
                write!(f, "it is made of itself: {}", path.join(" → "))
            }
            Self::Deep => write!(f, "its checks lie more than {DEEPEST} deep in one another"),
            Self::Many => write!(f, "it makes more than {MOST} checks"),
        }
    }
}

/// Counts what is asked in the end.
fn walk<'a>(
    all: &'a HealthSettings,
    name: &'a ProbeId,
    path: &mut Vec<&'a ProbeId>,
    made: &mut usize,
) -> Result<(), Trouble<'a>> {
    if let Some(first) = path.iter().position(|passed| *passed == name) {
        let circle = path.iter().skip(first).copied().chain([name]);
        return Err(Trouble::Itself(circle.collect()));
    }
    let Some(Check::Fold(_, names)) = all.get(name).map(|setting| &setting.check) else {
        *made += 1;
        return if *made > MOST { Err(Trouble::Many) } else { Ok(()) };
    };
    if path.len() >= DEEPEST {
        return Err(Trouble::Deep);
    }
    path.push(name);
    for name in names {
        walk(all, name, path, made)?;
    }
    path.pop();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{parse, refused};
    use crate::settings::file::Scope;

    const BASE: &str = "[health.ready]\ntcp = 'a:1'\n";

    #[test]
    fn several_are_one_and_may_be_so_within_each_other() {
        let text = format!(
            "{BASE}[health.one]\nany = ['ready', 'two']\n[health.two]\nall = ['ready', 'ready']\n"
        );
        let all = parse(Scope::User, &text).unwrap();
        let one = all.get(&"one".parse().unwrap()).unwrap();
        assert_eq!((one.kind, one.shown.as_str()), ("any", "ready, two"));
    }

    #[test]
    fn a_name_that_is_not_there_is_refused_with_the_nearest() {
        refused(
            &format!("{BASE}[health.x]\nall = ['ready', 'raedy']"),
            "4, column 17: there is no health check raedy: did you mean ready?",
        );
        refused("[health.x]\nall = []", "2, column 7: expected a list of health checks");
        refused("[health.x]\nall = 'x'", "2, column 7: expected a list of health checks");
        refused("[health.x]\nall = ['a b']", "2, column 8: \"a b\" is not the name");
    }

    #[test]
    fn whatever_never_ends_is_refused() {
        refused("[health.x]\nall = ['x']", "1, column 9: it is made of itself: x → x");
        refused(
            &format!("{BASE}[health.x]\nall = ['ready', 'y']\n[health.y]\nany = ['x']"),
            "3, column 9: it is made of itself: x → y → x",
        );
        let chain: String =
            (0..9).map(|it| format!("[health.c{it}]\nall = ['c{}']\n", it + 1)).collect();
        refused(&format!("{chain}[health.c9]\ntcp = 'a:1'"), "1, column 9: its checks lie more");
        let double = |it| format!("[health.d{it}]\nall = ['d{0}', 'd{0}']\n", it + 1);
        let doubled: String = (0..7).map(double).collect();
        refused(
            &format!("{doubled}[health.d7]\ntcp = 'a:1'"),
            "1, column 9: it makes more than 64 checks",
        );
    }
}
